"""Logins: who may come in, and that nobody waits for somebody else's."""
import base64
import concurrent.futures
import time

import pytest

from harness import conf, daemon, net, proc, wire

USERS = {"alice": "wonder land:1", "bob": "b" * 100}


@pytest.fixture
def d(bauta):
    return bauta(conf="listen 127.0.0.1:%d { auth required; }\n%s" % (
        net.free_port(), "".join(conf.user(*u) for u in USERS.items())))


def basic(user, password):
    return "Proxy-Authorization: Basic %s\r\n" % base64.b64encode(
        ("%s:%s" % (user, password)).encode()).decode()


@pytest.mark.parametrize("user", USERS)
def test_socks5_with_the_right_password(d, echo, user):
    for _ in range(3):	# verified, then remembered
        s, rep = wire.socks5(d.addr, echo.addr, user, USERS[user])
        with s:
            assert rep == 0
            s.sendall(b"hi")
            assert wire.exactly(s, 2) == b"hi"


@pytest.mark.parametrize("user, password", [
    ("alice", "wrong"), ("alice", "wonder land:"), ("alice", "wonder land:12"),
    ("alice", USERS["bob"]), ("nobody", "wonder land:1"), ("Alice",
     "wonder land:1"), ("a" * 255, "b" * 255), ("alice\0", "wonder land:1")])
def test_socks5_with_a_wrong_login_is_refused_and_closed(d, echo, user,
                                                         password):
    for _ in range(2):
        with wire.connect(d.addr) as s:
            s.sendall(b"\x05\x01\x02")
            assert wire.exactly(s, 2) == b"\x05\x02"
            s.sendall(wire.login5(user, password))
            got = wire.exactly(s, 2)
            if "\0" not in user:	# no name at all may go without a word
                assert len(got) == 2
            assert got == b"" or (got[0] == 1 and got[1] != 0)
            assert wire.ended(s)
    assert echo.strangers() == []


def test_the_right_login_works_after_wrong_ones(d, echo):
    for password in ("x", "y", "z"):
        s, rep = wire.socks5(d.addr, echo.addr, "alice", password)
        s.close()
        assert rep is None
    s, rep = wire.socks5(d.addr, echo.addr, "alice", USERS["alice"])
    s.close()
    assert rep == 0


def test_a_wrong_password_is_wrong_while_the_right_one_is_remembered(d, echo):
    for good in (True, False, True, False):
        s, rep = wire.socks5(d.addr, echo.addr, "alice",
                             USERS["alice"] if good else "no")
        s.close()
        assert (rep == 0) == good


def test_socks5_without_a_login_gets_ff(d):
    with wire.connect(d.addr) as s:
        s.sendall(b"\x05\x01\x00")
        assert wire.exactly(s, 2) == b"\x05\xff"
        assert wire.ended(s)


def test_socks5_picks_the_login_when_both_are_offered(d):
    with wire.connect(d.addr) as s:
        s.sendall(b"\x05\x02\x00\x02")
        assert wire.exactly(s, 2) == b"\x05\x02"


def test_socks5_login_and_request_in_one_segment(d, echo):
    with wire.connect(d.addr) as s:
        s.sendall(b"\x05\x01\x02" + wire.login5("alice", USERS["alice"]) +
                  wire.request5(*echo.addr) + b"payload")
        assert wire.exactly(s, 4) == b"\x05\x02\x01\x00"
        assert wire.reply5(s) == 0
        assert wire.exactly(s, 7) == b"payload"


def test_socks5_login_byte_by_byte(d, echo):
    with wire.connect(d.addr) as s:
        data = b"\x05\x01\x02" + wire.login5("alice", USERS["alice"]) + \
            wire.request5(*echo.addr)
        for i in range(len(data)):
            s.sendall(data[i:i + 1])
        assert wire.exactly(s, 4) == b"\x05\x02\x01\x00"
        assert wire.reply5(s) == 0


def test_socks4_has_no_password_and_is_refused(d, echo):
    s, code = wire.socks4(d.addr, echo.addr, user="alice")
    s.close()
    assert code != 90
    assert echo.strangers() == []


def test_http_without_login_is_told_407_and_how(d, web):
    for r in (wire.get(d.addr, web.url("/x")),
              wire.http_connect(d.addr, web.addr)[1]):
        assert r.status == 407
        assert r.get("Proxy-Authenticate", "").startswith("Basic realm=")
    assert web.strangers() == []


@pytest.mark.parametrize("header", [
    basic("alice", "wrong"), basic("nobody", "x"), basic("alice", ""),
    "Proxy-Authorization: Basic\r\n", "Proxy-Authorization: Basic !!!\r\n",
    "Proxy-Authorization: Bearer abc\r\n", "Proxy-Authorization: \r\n",
    "Proxy-Authorization: Basic YWxpY2U=\r\n",
    "Proxy-Authorization: Basic " + "A" * 40000 + "\r\n",
    "Authorization: Basic YWxpY2U6d29uZGVyIGxhbmQ6MQ==\r\n"])
def test_http_with_a_wrong_login_is_407(d, web, header):
    r = wire.get(d.addr, web.url("/x"), header)
    assert r.status in (407, 400, 431), r
    assert web.strangers() == []


def test_http_with_the_right_login_works_and_it_stays_here(d, web):
    r = wire.get(d.addr, web.url("/head"), basic("alice", USERS["alice"]))
    assert r.status == 200
    assert b"authorization" not in r.body.lower()
    s, r = wire.http_connect(d.addr, web.addr, basic("bob", USERS["bob"]))
    s.close()
    assert r.status == 200


def test_each_request_of_a_connection_needs_the_login(d, web):
    with wire.connect(d.addr) as s:
        login = basic("alice", USERS["alice"])
        assert wire.request(s, "GET", web.url("/1"), login).status == 200
        assert wire.request(s, "GET", web.url("/2"), login).status == 200
        assert wire.request(s, "GET", web.url("/3")).status == 407


def test_a_client_may_log_in_on_the_connection_that_was_told_407(d, web):
    with wire.connect(d.addr) as s:
        r = wire.request(s, "GET", web.url("/1"))
        assert r.status == 407
        if "close" in r.get("Connection", "").lower():
            return	# it may also ask for a new connection
        r = wire.request(s, "GET", web.url("/2"),
                         basic("alice", USERS["alice"]))
        assert r.status == 200


def test_curl_answers_a_407(d, nginx):
    got = proc.run(["curl", "-sv", "--noproxy", "", "--proxy-anyauth", "-x",
                    "http://" + d.at, "-U", "alice:" + USERS["alice"],
                    nginx.page()])
    assert "407" in got.stderr
    assert "nginx" in got.stdout, got


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "http"])
def test_curl_logs_in(d, nginx, scheme):
    got = proc.run(["curl", "-s", "--noproxy", "", "-x", "%s://%s" % (
        scheme, d.at), "-U", "alice:" + USERS["alice"], nginx.page()])
    assert "nginx" in got.stdout, got


def test_20_logins_at_once(d, echo):
    def login(i):
        good = i % 4 != 3
        s, rep = wire.socks5(d.addr, echo.addr, "alice" if i % 2 else "bob",
                             (USERS["alice" if i % 2 else "bob"] if good
                              else "wrong%d" % i))
        s.close()
        return (rep == 0) == good

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        assert all(pool.map(login, range(20)))


def test_logins_do_not_hold_up_other_clients(d, echo):
    """Verifying takes long; an open tunnel does not notice."""
    tunnel, rep = wire.socks5(d.addr, echo.addr, "alice", USERS["alice"])
    assert rep == 0
    pending = []
    worst = 0.0
    with tunnel:
        for i in range(12):
            s = wire.connect(d.addr)
            s.sendall(b"\x05\x01\x02" + wire.login5("alice", "wrong%d" % i))
            pending.append(s)
        begun = time.monotonic()
        n = 0
        # As long as passwords are verified, and some more.
        while n < 50 or (n < 3000 and time.monotonic() - begun < 0.5):
            t = time.monotonic()
            tunnel.sendall(b"ping")
            assert wire.exactly(tunnel, 4) == b"ping"
            worst = max(worst, time.monotonic() - t)
            n += 1
        for s in pending:
            assert wire.exactly(s, 4)[:2] == b"\x05\x02"
            s.close()
    assert n >= 50
    assert worst < 0.25 * daemon.SLOW, "a round trip took %.3f s" % worst


def test_a_client_that_leaves_during_its_login_harms_nobody(d, echo):
    for i in range(30):
        s = wire.connect(d.addr)
        s.sendall(b"\x05\x01\x02" + wire.login5("alice", "gone%d" % i))
        wire.reset(s)
    s, rep = wire.socks5(d.addr, echo.addr, "alice", USERS["alice"])
    s.close()
    assert rep == 0


def test_a_user_that_does_not_exist_costs_what_a_wrong_password_costs(d,
                                                                      echo):
    def cost(user):
        best = []
        for i in range(6):
            t = time.perf_counter()
            s, rep = wire.socks5(d.addr, echo.addr, user, "wrong%d" % i)
            best.append(time.perf_counter() - t)
            s.close()
            assert rep is None
        return sorted(best)[1]

    known, unknown = cost("alice"), cost("zzz")
    assert unknown > known / 3, "unknown users are told at once"


def test_rules_know_the_user(bauta, echo):
    d = bauta(conf="listen 127.0.0.1:%d { auth required; }\n%s"
              "rule direct user alice\nrule reject\n" % (
                  net.free_port(),
                  "".join(conf.user(*u) for u in USERS.items())))
    for user, rep in (("alice", 0), ("bob", wire.DENIED)):
        s, got = wire.socks5(d.addr, echo.addr, user, USERS[user])
        s.close()
        assert got == rep


def test_a_listener_without_auth_needs_no_login_beside_one_that_does(bauta,
                                                                     echo):
    a, b = net.free_port(), net.free_port()
    bauta(conf="listen 127.0.0.1:%d\nlisten 127.0.0.1:%d { auth required; }\n"
          "%s" % (a, b, conf.user("alice", "x")))
    net.poll(lambda: net.answers("127.0.0.1", b), "the second listens")
    s, rep = wire.socks5(("127.0.0.1", a), echo.addr)
    s.close()
    assert rep == 0
    with wire.connect(("127.0.0.1", b)) as s:
        s.sendall(b"\x05\x01\x00")
        assert wire.exactly(s, 2) == b"\x05\xff"
