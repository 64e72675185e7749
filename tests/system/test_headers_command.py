"""bautactl headers: what was sent and what arrived, side by side."""
import os
import pty
import re
import socket
import struct
import subprocess
import termios

import pytest

from harness import conf, daemon, net, origin, proc, wire

USAGE, NO_HOST, UNAVAILABLE, PROTOCOL, NO_PERMISSION = 64, 68, 69, 76, 77

LAST = re.compile(r"(\d+) of (\d+) request fields arrived, (\d+) changed, "
                  r"(\d+) added; response: (\d+) of (\d+)\.\n\Z")


def headers(*args, **kw):
    return proc.run([daemon.bautactl_path(), "headers", *args], **kw)


class Shown:
    """The two tables: {name: (mark, left, right)} each."""

    def __init__(self, text):
        assert max(map(len, text.splitlines())) <= 80, text
        assert not re.search(r" $", text, re.M), text
        request, response = text.split("\n\n")[:2]
        self.request, self.response = map(self.table, (request, response))
        m = LAST.search(text)
        assert m, text
        self.arrived, self.sent, self.changed, self.added, \
            self.came_back, self.answered = map(int, m.groups())
        assert self.sent == sum(1 for mark, _, _ in self.request.values()
                                if mark != "+")
        assert self.arrived == sum(
            1 for mark, _, _ in self.request.values() if mark in " ~")
        assert self.came_back == sum(
            1 for mark, _, _ in self.response.values() if mark in " ~")

    @staticmethod
    def table(text):
        rows = {}
        for line in text.splitlines()[1:]:
            mark, left, right = line[0], line[2:40].strip(), line[42:].strip()
            assert mark in " -~+" and line[1] == " ", line
            assert (right == "") == (mark == "-"), line
            assert (left == "") == (mark == "+"), line
            rows[(left or right).split(":")[0]] = mark, left, right
        return rows


def shown(d, scheme="http", *args):
    got = headers(*args, "%s://%s" % (scheme, d.at))
    assert got.returncode == 0 and got.stderr == "", got
    return Shown(got.stdout)


IDENTIFYING = ["Sec-CH-UA", "Device-Memory", "X-Client-Data", "From",
               "X-UIDH", "X-MSISDN", "X-IMEI", "Via", "Forwarded",
               "X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Client-IP",
               "CF-Connecting-IP", "Traceparent", "Baggage", "X-B3-TraceId"]
USEFUL = ["Host", "User-Agent", "Accept", "Accept-Language", "Referer",
          "Cookie", "If-None-Match", "X-App-Version"]


def test_it_shows_what_goes_and_what_stays(bauta):
    s = shown(bauta())
    assert {s.request[n][0] for n in IDENTIFYING} == {"-"}
    assert {s.request[n][0] for n in USEFUL} == {" "}
    assert {s.response[n][0] for n in ("Alt-Svc", "NEL", "Report-To",
                                       "Accept-CH", "Keep-Alive")} == {"-"}
    assert {s.response[n][0] for n in ("ETag", "Set-Cookie",
                                       "X-App-Version")} == {" "}
    assert s.added == s.changed == 0
    assert s.arrived < s.sent and s.came_back < s.answered


def test_readme_shows_what_it_prints(bauta):
    text = (daemon.TOP / "README").read_text()
    excerpt = text.split("bautactl headers\n\n", 1)[1].split("\n\n")[0]
    got = headers("http://" + bauta().at).stdout.splitlines()
    for line in excerpt.splitlines():
        assert line[4:] in got, line


def test_it_shows_what_a_profile_does(bauta):
    def with_profile(name):
        return shown(bauta(conf="listen 127.0.0.1:%d { headers %s; }\n" % (
            net.free_port(), name)))
    s = with_profile("off")
    assert s.sent - s.arrived == 2 and s.changed == 0	# hop-by-hop fields
    s = with_profile("strict")
    assert s.request["User-Agent"][0] == "~"
    assert s.request["Cookie"][0] == s.response["ETag"][0] == "-"
    said = re.search(r"headers strict;.*?(\d+) arrive",
                     (daemon.TOP / "README").read_text(), re.S)
    assert s.arrived == int(said.group(1))


@pytest.mark.parametrize("scheme", ["socks5", "socks4a", "http"])
def test_every_scheme_works(bauta, scheme):
    """And is filtered: a tunnel hides nothing."""
    s = shown(bauta(), scheme)
    assert {s.request[n][0] for n in USEFUL} == {" "}
    assert {s.request[n][0] for n in IDENTIFYING} == {"-"}
    assert s.response["Alt-Svc"][0] == "-"


def test_a_tunnel_that_is_not_looked_into(bauta):
    s = shown(bauta(conf="listen 127.0.0.1:%d { http-in-tunnel off; }\n" %
                    net.free_port()), "socks5")
    assert s.arrived == s.sent and s.came_back == s.answered
    assert s.added == s.changed == 0


def test_what_a_peer_adds_and_changes_is_marked(tinyproxy):
    """tinyproxy writes a Via of its own: the same name, another value."""
    s = shown(tinyproxy_of(tinyproxy), "http")
    assert s.request["Via"][0] == "~"
    assert s.request["Via"][2].startswith("Via: 1.1 laptop.example, 1.1 ")
    assert s.changed > 0
    assert "+" in {mark for mark, _, _ in s.response.values()}, s.response


def tinyproxy_of(tinyproxy):
    t = tinyproxy()
    t.at = "127.0.0.1:%d" % t.port
    return t


def test_through_a_chain_whose_last_hop_is_near(bauta, hop):
    first, last = hop(), hop()
    d = bauta("-x", "socks5://127.0.0.1:%d" % first.port,
              "-x", "http://127.0.0.1:%d" % last.port)
    assert shown(d).request["Via"][0] == "-"
    assert [x[1] for x in last.asked] == ["127.0.0.1"]


def test_a_login_is_used_and_not_shown(bauta):
    d = bauta(conf="listen 127.0.0.1:%d { auth required; }\n" %
              net.free_port() + conf.user("alice", "hush-hush"))
    for scheme in ("http", "socks5"):
        got = headers("%s://alice:hush-hush@%s" % (scheme, d.at))
        assert got.returncode == 0, got
        assert "hush-hush" not in got.stdout + got.stderr
        for wrong in ("", "alice:wrong@"):
            got = headers("%s://%s%s" % (scheme, wrong, d.at))
            assert got.returncode == NO_PERMISSION, got
            assert "login" in got.stderr and got.stdout == ""
    assert "***" in headers("http://alice:hush-hush@%s" % d.at).stdout


def test_a_login_is_hidden_from_the_process_list(target):
    t = target(origin.hold)
    p = subprocess.Popen(
        [daemon.bautactl_path(), "headers",
         "socks5://alice:hush-hush@127.0.0.1:%d" % t.port],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        t.wait_conns(1)
        with open("/proc/%d/cmdline" % p.pid, "rb") as f:
            assert b"hush-hush" not in f.read()
    finally:
        p.kill()
        p.wait()


def test_origin_names_what_the_last_hop_reaches(bauta, hop):
    """The hop knows a name for this machine; nobody looks it up here."""
    port = net.free_port()
    h = hop(names={"here.example.org": ("127.0.0.1", None),
                   "127.0.0.1": ("127.0.0.1", 1)})
    d = bauta("-x", "socks5://127.0.0.1:%d" % h.port)
    got = headers("http://" + d.at)
    assert got.returncode == UNAVAILABLE, got
    assert "--origin HOST:PORT" in got.stderr and "502" in got.stderr
    for scheme in ("http", "socks5"):
        s = shown(d, scheme, "--origin", "here.example.org:%d" % port)
        assert s.request["Host"][2] == "Host: here.example.org:%d" % port
    assert h.asked[-1] == ("socks5", "here.example.org", port)
    assert not net.answers("127.0.0.1", port), "the origin is still open"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_rule_that_forbids_it(bauta, scheme):
    d = bauta(conf="listen 127.0.0.1:%d\nrule reject\n" % net.free_port())
    got = headers("%s://%s" % (scheme, d.at))
    assert got.returncode == NO_PERMISSION, got
    assert "rule" in got.stderr and "--origin" in got.stderr


def test_nobody_listens(closed_port):
    got = headers("http://127.0.0.1:%d" % closed_port)
    assert got.returncode == UNAVAILABLE
    assert "Start bauta" in got.stderr and str(closed_port) in got.stderr


def test_no_host_of_that_name():
    got = headers("http://nowhere.invalid:1080")
    assert got.returncode == NO_HOST and "nowhere.invalid" in got.stderr


@pytest.mark.parametrize("said", [b"SSH-2.0-x\r\n\r\n", b"\x05\xff", b"",
                                  b"HTTP/1.1 200 OK\r\nA" + b"a" * 70000])
@pytest.mark.parametrize("scheme", ["http", "socks5", "socks4a"])
def test_what_is_no_such_proxy(target, scheme, said):
    def answer(c):
        c.sock.recv(9999)
        c.sock.sendall(said)
        c.sock.shutdown(socket.SHUT_WR)
        wire.everything(c.sock)
    t = target(answer)
    got = headers("%s://127.0.0.1:%d" % (scheme, t.port))
    assert got.returncode in (UNAVAILABLE, PROTOCOL, NO_PERMISSION), got
    assert got.stderr.startswith("bautactl: ") and got.stdout == ""


def test_a_proxy_that_answers_in_place_of_the_origin(target):
    t = target(origin.http)
    got = headers("http://127.0.0.1:%d" % t.port)
    assert got.returncode == UNAVAILABLE, got
    assert "200 instead of the origin" in got.stderr


def test_only_the_request_of_the_test_is_taken_for_it(target):
    """Strangers knock first, talk, and ask for something else."""
    def meddle(c):
        head = wire.read_head(c.sock)
        line, lines = wire.parse_head(head)
        to = ("127.0.0.1", int(dict(lines)["Host"].rsplit(":", 1)[1]))
        with wire.connect(to), wire.connect(to) as other:
            other.sendall(b"GET /other HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n")
            assert wire.ended(other)
            with wire.connect(to) as up:
                path = "/" + line.split(" ")[1].split("/", 3)[3]
                up.sendall(b"GET %s HTTP/1.1\r\nHost: mine\r\n\r\n" %
                           path.encode())
                r = wire.read_response(up)
                assert r.status == 200
                c.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n"
                               b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
                               b"X-Esc: \xc2\x9b31m\r\n\r\n")
                wire.everything(c.sock)
    t = target(meddle)
    got = headers("http://127.0.0.1:%d" % t.port)
    assert got.returncode == 0, (got, [c.error for c in t.conns])
    s = Shown(got.stdout)
    assert s.request["Host"] == ("~", "Host: 127.0.0.1:%s" % s.request[
        "Host"][1].rsplit(":", 1)[1], "Host: mine")
    assert s.arrived == 1 and s.came_back == 1 and s.added == 0
    assert s.response["X-Esc"] == ("+", "", "X-Esc: ??31m")


def test_a_changed_order_is_told(target):
    def turn(c):
        head = wire.read_head(c.sock).split(b"\r\n")
        to = ("127.0.0.1", int(head[1].rsplit(b":", 1)[1]))
        path = head[0].split(b" ")[1].split(b"/", 3)[3]
        with wire.connect(to) as up:
            up.sendall(b"\r\n".join([b"GET /%s HTTP/1.1" % path,
                                     *head[-3:0:-1], b"", b""]))
            r = wire.read_response(up)
        c.sock.sendall(b"HTTP/1.1 200 OK\r\n" + b"".join(
            b"%s: %s\r\n" % (k.encode(), v.encode())
            for k, v in r.headers) + b"\r\n" + r.body)
    got = headers("http://127.0.0.1:%d" % target(turn).port)
    assert got.returncode == 0, got
    assert "another order" in got.stdout
    s = Shown(got.stdout)
    assert s.arrived == s.sent and s.came_back == s.answered


@pytest.mark.parametrize("args", [
    ["nonsense"], ["gopher://127.0.0.1:70"], ["http://127.0.0.1"],
    ["http://127.0.0.1:1", "extra"], ["-q"], ["--origin"],
    ["--origin", "127.0.0.1"], ["--origin", "127.0.0.1:0"],
    ["http://u:hush-hush@127.0.0.1:99999"]])
def test_used_wrongly_it_says_so(args):
    got = headers(*args)
    assert got.returncode == USAGE, got
    assert got.stderr.strip() and got.stdout == ""
    assert "hush-hush" not in got.stderr


def test_a_port_that_is_taken(bauta, web):
    got = headers("--origin", "127.0.0.1:%d" % web.port,
                  "http://" + bauta().at)
    assert got.returncode == UNAVAILABLE, got
    assert str(web.port) in got.stderr


def test_on_a_terminal_it_takes_the_width(bauta):
    d = bauta()
    pid, fd = pty.fork()
    if pid == 0:
        import fcntl
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 150, 0, 0))
        os.execv(daemon.bautactl_path(),
                 ["bautactl", "headers", "http://" + d.at])
    text = b""
    try:
        while True:
            data = os.read(fd, 65536)
            if not data:
                break
            text += data
    except OSError:	# how a terminal ends
        pass
    os.close(fd)
    assert os.waitpid(pid, 0)[1] == 0, text
    longest = max(map(len, text.decode().split("\r\n")))
    assert 110 < longest <= 150, text
    assert b"\x1b" not in text
