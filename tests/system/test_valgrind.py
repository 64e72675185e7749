"""One whole session of each kind, under valgrind: no error, no leak."""
import base64
import shutil
import socket

import pytest

from harness import conf, daemon, net, origin, wire

VALGRIND = ["valgrind", "-q", "--leak-check=full", "--error-exitcode=99",
            "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect",
            "--child-silent-after-fork=yes"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(daemon.SANITIZED,
                       reason="a sanitised build does not run in valgrind"),
    pytest.mark.skipif(not shutil.which("valgrind"),
                       reason="valgrind is not installed: see tools/check"),
]


@pytest.fixture
def start(bauta):
    def go(more="", listen=""):
        return bauta(conf="listen 127.0.0.1:%d%s\nworkers 1\n%s" %
                     (net.free_port(), listen, more), wrapper=VALGRIND,
                     start_timeout=40)
    return go


def use(s):
    with s:
        s.sendall(b"some bytes")
        assert wire.exactly(s, 10) == b"some bytes"
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b""


def test_socks5(start, echo):
    d = start()
    for host in ("127.0.0.1", "localhost"):
        s, rep = wire.socks5(d.addr, (host, echo.port))
        assert rep == 0
        use(s)
    s, rep = wire.socks5(d.addr, ("127.0.0.1", net.free_port()))
    s.close()
    assert rep == wire.REFUSED


def test_socks4a(start, echo):
    d = start()
    s, code = wire.socks4(d.addr, ("localhost", echo.port))
    assert code == 90
    use(s)


def test_connect(start, echo):
    d = start()
    s, r = wire.http_connect(d.addr, ("localhost", echo.port))
    assert r.status == 200
    use(s)


def test_http_forward(start, target):
    d = start()
    o = target(origin.http)
    body = origin.pattern(200000)
    with wire.connect(d.addr) as s:
        r = wire.request(s, "POST", o.url("/sum"),
                         "Content-Length: %d\r\n" % len(body), body)
        assert r.status == 200
        assert wire.request(s, "GET", o.url("/chunked")).status == 200
        assert wire.request(s, "GET", o.url("/keep-then-close")).status == 200
        assert wire.request(s, "GET", o.url("/until-close")).status == 200
    assert wire.get(d.addr, o.url("/garbage")).status == 502
    with wire.connect(d.addr) as s:
        s.sendall(b"GET http://a/ HTTP/1.1\r\nContent-Length: x\r\n\r\n")
        assert wire.read_response(s).status == 400


def test_chain(start, hop, echo):
    a, b, c = hop(login=("u", "p")), hop(), hop()
    d = start("proxy a socks5://u:p@127.0.0.1:%d\n"
              "proxy b socks4a://127.0.0.1:%d\nproxy c http://127.0.0.1:%d\n"
              "chain all { hops a b c; }\nrule chain all\n" %
              (a.port, b.port, c.port))
    s, rep = wire.socks5(d.addr, ("localhost", echo.port))
    assert rep == 0
    use(s)
    s, rep = wire.socks5(d.addr, ("nowhere.names.net", 80))
    s.close()
    assert rep != 0


def test_login(start, echo, target):
    d = start(conf.user("alice", "pw"), listen=" { auth required; }")
    s, rep = wire.socks5(d.addr, echo.addr, "alice", "pw")
    assert rep == 0
    use(s)
    s, rep = wire.socks5(d.addr, echo.addr, "alice", "wrong")
    s.close()
    assert rep is None
    r = wire.get(d.addr, target(origin.http).url("/x"),
                 "Proxy-Authorization: Basic %s\r\n" %
                 base64.b64encode(b"alice:pw").decode())
    assert r.status == 200


def test_names(start, dnsmasq, echo):
    ns = dnsmasq(records=["--host-record=a.names.net,127.0.0.1"])
    d = start(conf.dns(ns.port, timeout="5s"))
    for name, good in (("a.names.net", True), ("b.names.net", False)):
        for _ in range(2):
            s, rep = wire.socks5(d.addr, (name, echo.port))
            s.close()
            assert (rep == 0) == good


def test_ended_in_the_middle(start, echo, target):
    """INT with tunnels, handshakes and an HTTP body under way."""
    d = start()
    o = target(origin.hold)
    s, rep = wire.socks5(d.addr, echo.addr)
    assert rep == 0
    with s, wire.connect(d.addr) as half, wire.connect(d.addr) as http:
        half.sendall(b"\x05\x01")
        http.sendall(b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                     b"Content-Length: 1000\r\n\r\nstart" %
                     (o.url("/").encode(), o.port))
        o.wait_conns(1)
        d.signal(2)
        d.wait(20)
