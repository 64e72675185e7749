"""Other people's proxies as hops: alone, in chains, broken and dead."""
import re

import pytest

from harness import net, origin, wire

PEERS = ["microsocks", "danted", "tinyproxy", "squid"]


@pytest.fixture
def echo(target):
    """On both loopbacks: a hop may take "localhost" for either."""
    return target(origin.echo, hosts=("127.0.0.1", "::1"))


def all_ways_in(d, echo, web):
    """Every inbound protocol through whatever d's chain is."""
    s, rep = wire.socks5(d.addr, echo.addr)
    with s:
        assert rep == 0, d.stderr
        s.sendall(b"x" * 50000)
        assert wire.exactly(s, 50000) == b"x" * 50000
    s, code = wire.socks4(d.addr, ("localhost", echo.port))
    with s:
        assert code == 90, d.stderr
        s.sendall(b"4a")
        assert wire.exactly(s, 2) == b"4a"
    s, r = wire.http_connect(d.addr, ("localhost", echo.port))
    with s:
        assert r.status == 200, d.stderr
        s.sendall(b"connect")
        assert wire.exactly(s, 7) == b"connect"
    with wire.connect(d.addr) as s:
        for path in ("/one", "/two"):
            r = wire.request(s, "GET", web.url(path))
            assert r.body == b"GET " + path.encode(), d.stderr


@pytest.mark.parametrize("name", PEERS)
def test_each_as_the_only_hop(bauta, peer, echo, web, name):
    p = peer(name)
    all_ways_in(bauta("-x", p.url()), echo, web)


@pytest.mark.parametrize("name", ["microsocks", "danted"])
def test_a_target_over_ipv6(bauta, peer, target, name):
    o = target(origin.echo, hosts=("::1",))
    d = bauta("-x", peer(name).url())
    s, rep = wire.socks5(d.addr, o.addr)
    with s:
        assert rep == 0
        s.sendall(b"six")
        assert wire.exactly(s, 3) == b"six"


def test_a_hop_over_ipv6(bauta, hop, echo):
    h = hop(hosts=("::1",))
    d = bauta("-x", "socks5://[::1]:%d" % h.port)
    s, rep = wire.socks5(d.addr, echo.addr)
    s.close()
    assert rep == 0


def test_microsocks_dante_tinyproxy_in_a_row(bauta, peer, echo, web):
    hops = [peer(n) for n in ("microsocks", "danted", "tinyproxy")]
    d = bauta(*[a for h in hops for a in ("-x", h.url())])
    all_ways_in(d, echo, web)


def test_squid_tinyproxy_microsocks_in_a_row(bauta, peer, echo, web):
    hops = [peer(n) for n in ("squid", "tinyproxy", "microsocks")]
    d = bauta(*[a for h in hops for a in ("-x", h.url())])
    all_ways_in(d, echo, web)


def test_a_chain_of_8_hops_of_every_kind(bauta, hop, echo, web):
    kinds = ["socks5", "http", "socks4a", "socks5", "socks4a", "http",
             "socks5", "http"]
    hops = [hop() for _ in kinds]
    d = bauta(*[a for k, h in zip(kinds, hops)
                for a in ("-x", "%s://127.0.0.1:%d" % (k, h.port))])
    all_ways_in(d, echo, web)
    for i, h in enumerate(hops[:-1]):
        assert {a[2] for a in h.asked} == {hops[i + 1].port}
        assert {a[0] for a in h.asked} == {kinds[i]}


def test_a_chain_carries_5_mib_both_ways(bauta, peer, target):
    hops = [peer(n) for n in ("microsocks", "danted", "tinyproxy")]
    o = target(origin.http)
    d = bauta(*[a for h in hops for a in ("-x", h.url())])
    body = origin.pattern(5 << 20)
    r = wire.get(d.addr, o.url("/sum"), "Content-Length: %d\r\n" % len(body),
                 "POST", body)
    assert r.body.decode() == "%d %s" % (len(body), wire.sha(body))
    r = wire.get(d.addr, o.url("/bytes/%d" % (5 << 20)))
    assert r.body == body


@pytest.mark.parametrize("name, right", [
    ("microsocks", True), ("microsocks", False), ("tinyproxy", True),
    ("tinyproxy", False)])
def test_a_hop_with_a_login(bauta, peer, web, name, right):
    p = peer(name, user="me", password="pass.word")
    d = bauta("-x", p.url("me", "pass.word" if right else "wrong"))
    s, rep = wire.socks5(d.addr, web.addr)
    s.close()
    if right:
        assert rep == 0, d.stderr
        return
    assert rep == wire.GENERAL
    line = d.err.wait_for(re.compile(r"warning: .*\n"), 5)
    assert line and re.search("password|login", line.group()), d.stderr
    assert "wrong" not in d.stderr.replace("is wrong", "")
    assert wire.get(d.addr, web.url("/")).status == 502
    assert web.strangers() == []


def test_a_hop_that_wants_a_login_and_gets_none(bauta, peer, web):
    for name in ("microsocks", "tinyproxy"):
        p = peer(name, user="me", password="pass")
        d = bauta("-x", p.url())
        s, rep = wire.socks5(d.addr, web.addr)
        s.close()
        assert rep == wire.GENERAL
    assert web.strangers() == []


CHAIN = ["microsocks", "danted", "tinyproxy"]


@pytest.mark.parametrize("dead", range(3), ids=CHAIN)
def test_a_dead_hop_is_an_error_and_never_a_way_around(bauta, peer, web,
                                                       dead):
    """And when it is back, so is the chain."""
    hops = [peer(n) for n in CHAIN]
    text = "listen 127.0.0.1:%d\n" % net.free_port() + "".join(
        "proxy %s %s\n" % (h.name, h.url()) for h in hops) + \
        "chain deep { hops %s; }\nrule chain deep\n" % " ".join(CHAIN)
    d = bauta(conf=text)
    assert wire.get(d.addr, web.url("/up")).body == b"GET /up"
    web.conns.clear()
    hops[dead].kill()
    s, rep = wire.socks5(d.addr, web.addr)
    with s:
        assert rep in (wire.GENERAL, wire.HOST, wire.REFUSED)
        assert wire.ended(s)
    r = wire.get(d.addr, web.url("/down"))
    assert r.status in (502, 504), r
    s, code = wire.socks4(d.addr, web.addr)
    s.close()
    assert code == 91
    s, r = wire.http_connect(d.addr, ("localhost", web.port))
    s.close()
    assert r.status in (502, 504)
    assert web.strangers() == [], "somebody reached the origin all the same"
    # The hop that is gone, or the one before it that could not reach it.
    names = [h.name for h in hops[max(0, dead - 1):dead + 1]]
    line = d.err.wait_for(re.compile(r"warning:.*hop=.*\n"), 5)
    assert line, "no line about the dead hop:\n" + d.stderr
    assert any("hop=%s" % n in line.group() for n in names), line.group()
    assert str(web.port) not in line.group()
    hops[dead].start()
    assert wire.get(d.addr, web.url("/again")).body == b"GET /again"


def test_a_dead_hop_does_not_fill_the_log(bauta, closed_port, web):
    d = bauta("-x", "socks5://127.0.0.1:%d" % closed_port)
    for _ in range(50):
        s, rep = wire.socks5(d.addr, web.addr)
        s.close()
        assert rep not in (0, None)
    assert d.err.wait_for(re.compile("warning:"), 5)
    assert d.stderr.count("warning:") <= 10, d.stderr


def test_a_hop_that_dies_in_the_middle_breaks_the_tunnel(bauta, peer, echo):
    p = peer("microsocks")
    d = bauta("-x", p.url())
    s, rep = wire.socks5(d.addr, echo.addr)
    with s:
        assert rep == 0
        s.sendall(b"alive")
        assert wire.exactly(s, 5) == b"alive"
        p.kill()
        assert wire.ended(s)


def test_a_hops_refusal_is_told_truthfully(bauta, peer, closed_port, web):
    """What the last hop says about the target reaches the client."""
    d = bauta("-x", peer("microsocks").url())
    s, rep = wire.socks5(d.addr, ("127.0.0.1", closed_port))
    s.close()
    assert rep == wire.REFUSED
    s, rep = wire.socks5(d.addr, ("no-such-name.invalid", 80))
    s.close()
    assert rep in (wire.HOST, wire.GENERAL)
    s, rep = wire.socks5(d.addr, web.addr)
    s.close()
    assert rep == 0


@pytest.mark.parametrize("kind", ["socks5", "socks4a", "http"])
def test_a_hop_that_answers_byte_by_byte(bauta, hop, echo, web, kind):
    h = hop(sliced=True)
    all_ways_in(bauta("-x", "%s://127.0.0.1:%d" % (kind, h.port)), echo, web)


def test_a_hop_that_names_itself_by_name_is_fine(bauta, hop, echo):
    """BND of type 3, which is not looked up (see test_dns)."""
    h = hop(bnd_name=True)
    d = bauta("-x", "socks5://127.0.0.1:%d" % h.port)
    s, rep = wire.socks5(d.addr, echo.addr)
    with s:
        assert rep == 0
        s.sendall(b"x")
        assert wire.exactly(s, 1) == b"x"


OK5 = b"\x05\x00\x00\x01\0\0\0\0\0\0"


@pytest.mark.parametrize("kind, answer, good", [
    ("socks5", OK5 + b"220 first\r\n", True),
    ("socks4a", b"\0\x5a" + b"\0" * 6 + b"220 first\r\n", True),
    ("http", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n220 first\r\n", True),
    ("socks5", b"", False), ("socks5", b"\x05", False),
    ("socks5", b"\x04\x00\x00\x01\0\0\0\0\0\0", False),
    ("socks5", b"\x05\x00\x00\x09\0\0\0\0\0\0", False),
    ("socks5", b"\x05\x00\x00\x03\xffshort", False),
    ("socks5", b"\x05\xff\x00\x01\0\0\0\0\0\0", False),
    ("socks5", b"HTTP/1.1 400 Bad Request\r\n\r\n", False),
    ("socks4a", b"\0\x5b" + b"\0" * 6, False),
    ("socks4a", b"\x05\x5a" + b"\0" * 6, False),
    ("socks4a", b"\0\x5a\0", False),
    ("http", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!", False),
    ("http", b"HTTP/1.1 200", False), ("http", b"\x05\x00", False),
    ("http", b"200 OK\r\n\r\n", False),
    ("http", b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 20000, False),
    ("http", b"A" * 100000, False),
], ids=lambda v: v[:24].hex() if isinstance(v, bytes) else str(v))
def test_replies_of_hops_are_hostile_input(bauta, hop, kind, answer, good):
    h = hop(answer=answer)
    d = bauta("-x", "%s://127.0.0.1:%d" % (kind, h.port))
    s, rep = wire.socks5(d.addr, ("203.0.113.1", 25))
    with s:
        if good:
            assert rep == 0
            assert wire.everything(s) == b"220 first\r\n"
        else:
            assert rep not in (0, None)
            assert wire.ended(s)
    # And it is still there for others.
    assert net.answers(*d.addr)


def test_a_hop_that_never_answers_is_given_up(bauta, target):
    mute = target(origin.hold)
    d = bauta(conf="listen 127.0.0.1:%d\nproxy p socks5://127.0.0.1:%d\n"
              "rule chain p\ntimeout { connect 1s; }\n" %
              (net.free_port(), mute.port))
    s, rep = wire.socks5(d.addr, ("203.0.113.1", 80))
    s.close()
    assert rep == wire.TTL
    assert d.err.wait_for(re.compile(r"warning:.*hop=p"), 5), d.stderr
    r = wire.get(d.addr, "http://203.0.113.1/")
    assert r.status == 504


def test_an_http_hop_learns_nothing_of_the_client(bauta, hop, web):
    """The CONNECT we write carries no header of the client's."""
    h = hop()
    d = bauta("-x", "http://127.0.0.1:%d" % h.port)
    s, r = wire.http_connect(
        d.addr, web.addr, "User-Agent: secret-agent\r\n"
        "X-Forwarded-For: 192.0.2.77\r\nProxy-Authorization: Basic YTpi\r\n")
    s.close()
    assert r.status == 200
    assert len(h.heads) == 1
    _, headers = wire.parse_head(h.heads[0])
    assert {k.lower() for k, _ in headers} <= {"host"}, h.heads[0]


def test_a_login_for_a_hop_stays_with_that_hop(bauta, hop, web):
    first, second = hop(login=("u1", "p1")), hop(login=("u2", "p2"))
    d = bauta("-x", "socks5://u1:p1@127.0.0.1:%d" % first.port,
              "-x", "socks5://u2:p2@127.0.0.1:%d" % second.port)
    r = wire.get(d.addr, web.url("/head"))
    assert r.status == 200
    assert set(first.logins) == {("u1", "p1")}
    assert set(second.logins) == {("u2", "p2")}
    assert b"u1" not in r.body and b"p2" not in r.body


PIPELINED = [("danted", "danted"), ("squid", "shadowsocks", "danted"),
             ("tinyproxy", "ncat", "danted", "microsocks")]


@pytest.mark.parametrize("names", PIPELINED)
def test_hops_in_one_flight(bauta, peer, echo, web, names):
    """The last of them may be one that does not take it."""
    lines = ["listen 127.0.0.1:0\n"]
    for i, name in enumerate(names):
        lines.append("proxy h%d %s { pipeline %s; }\n" % (
            i, peer(name).url(), "no" if name == "microsocks" else "yes"))
    lines.append("chain c { hops %s; }\nrule chain c\n" % " ".join(
        "h%d" % i for i in range(len(names))))
    all_ways_in(bauta(conf="".join(lines)), echo, web)


def test_tor_is_told_who_shares_a_circuit(bauta, hop, echo):
    h = hop(login=True)
    d = bauta(conf="listen 127.0.0.1:0\n"
              "proxy tor socks5://127.0.0.1:%d { tor yes; }\n"
              "rule chain tor\n" % h.port)
    for user in ("one", "two", "one", "two", "two"):
        s, rep = wire.socks5(d.addr, echo.addr, user, "x")
        s.close()
        assert rep == 0, d.stderr
    assert {user for user, _ in h.logins} == {"<torS0X>0"}
    passwords = {password for _, password in h.logins}
    assert len(passwords) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", p) for p in passwords)


def test_rules_pick_the_chain(bauta, hop, web):
    a, b = hop(names={"*": web.addr}), hop(names={"*": web.addr})
    d = bauta(conf="""\
listen 127.0.0.1:%d
proxy a socks5://127.0.0.1:%d
proxy b socks5://127.0.0.1:%d
chain both { hops a b; }
rule chain b to *.onion
rule direct to 127.0.0.0/8
rule chain a
""" % (net.free_port(), a.port, b.port))
    for t, way in ((("x.onion", 80), b), (("site.net", 80), a)):
        s, rep = wire.socks5(d.addr, t)
        s.close()
        assert rep == 0
        assert way.asked[-1][1] == t[0]
    n = len(a.asked) + len(b.asked)
    assert wire.get(d.addr, web.url("/x")).body == b"GET /x"
    assert len(a.asked) + len(b.asked) == n, "it was to go direct"
