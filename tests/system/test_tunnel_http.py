"""Plain HTTP inside tunnels is filtered; all else passes as it is."""
import hashlib
import re
import signal
import socket
import struct
import threading

import pytest

from harness import daemon, net, origin, wire

WAYS = ["socks4", "socks4a", "socks5", "socks5h", "connect"]

NAMING = ("Via: 1.1 me\r\nX-Forwarded-For: 192.0.2.1\r\n"
          "x-rEAL-iP: 192.0.2.1\r\nX_FORWARDED_FOR: 192.0.2.1\r\n"
          "Forwarded: for=192.0.2.1\r\nSec-CH-UA-Model: x\r\n"
          "Proxy-Authorization: Basic c2VjcmV0\r\nFrom: me@example.org\r\n")
KEPT = ("User-Agent: odd/1\r\naCCept: */*\r\nCookie: a=b\r\n"
        "Viatique: 1\r\n")
GONE = re.compile(rb"(?im)^(via|(x[-_])?forwarded.*|x[-_]real.*|sec-ch-.*|"
                  rb"proxy-.*|from):")


@pytest.fixture
def d(bauta):
    return bauta()


@pytest.fixture(params=WAYS)
def way(request):
    return request.param


def tunnel(d, addr, way="socks5"):
    """A socket of which the next byte is the target's."""
    host, port = addr
    if way in ("socks4a", "socks5h"):
        host = "localhost"
    if way.startswith("socks5"):
        s, code = wire.socks5(d.addr, (host, port))
        assert code == 0
    elif way.startswith("socks4"):
        s, code = wire.socks4(d.addr, (host, port))
        assert code == 90
    else:
        s, r = wire.http_connect(d.addr, (host, port))
        assert r.status == 200
    return s


def head(method="GET", path="/x", more="", version="1.1"):
    return ("%s %s HTTP/%s\r\nHost: example.org:81\r\n%s%s%s\r\n" % (
        method, path, version, KEPT, NAMING, more)).encode()


def expected(method="GET", path="/x", more="", version="1.1"):
    return ("%s %s HTTP/%s\r\nHost: example.org:81\r\n%s%s\r\n" % (
        method, path, version, KEPT, more)).encode()


def heads(web):
    return [h for c in web.conns for h, _ in c.requests]


class Recorder:
    """A handler that keeps all bytes and answers when a test says so."""

    def __init__(self, first=b""):
        self.first = first
        self.data = bytearray()
        self.changed = threading.Condition()
        self.conn = None
        self.ended = False
        self.over = threading.Event()	# the target may close

    def __call__(self, conn):
        conn.sock.sendall(self.first)
        with self.changed:
            self.conn = conn
            self.changed.notify_all()
        while True:
            try:
                got = conn.sock.recv(65536)
            except ConnectionResetError:
                got = b""
            with self.changed:
                self.data += got
                self.ended = not got
                self.changed.notify_all()
            if not got:
                self.over.wait(60)
                return

    def wait(self, what, timeout=20):
        with self.changed:
            assert self.changed.wait_for(lambda: what(self), timeout), \
                bytes(self.data)
            return bytes(self.data)

    def got(self, data):
        return self.wait(lambda r: r.data == data)

    def end(self):
        return self.wait(lambda r: r.ended)

    def say(self, data):
        self.wait(lambda r: r.conn)
        self.conn.sock.sendall(data)


# -- what is filtered ---------------------------------------------------------

def test_every_request_of_a_connection(d, web, way):
    with tunnel(d, web.addr, way) as s:
        for i in range(3):
            s.sendall(head(path="/%d" % i))
            r = wire.read_response(s)
            assert r.status == 200 and r.body == b"GET /%d" % i
    assert heads(web) == [expected(path="/%d" % i) for i in range(3)]


def test_pipelined(d, web, way):
    with tunnel(d, web.addr, way) as s:
        s.sendall(b"".join(head(path="/%d" % i) for i in range(5)))
        for i in range(5):
            assert wire.read_response(s).body == b"GET /%d" % i
    assert heads(web) == [expected(path="/%d" % i) for i in range(5)]


def test_early_with_the_request_for_the_tunnel(d, web):
    with wire.connect(d.addr) as s:
        s.sendall(b"\x05\x01\x00" + wire.request5(*web.addr) + head() +
                  head(path="/y"))
        assert wire.exactly(s, 2) == b"\x05\x00"
        assert wire.reply5(s) == 0
        assert wire.read_response(s).body == b"GET /x"
        assert wire.read_response(s).body == b"GET /y"
    assert heads(web) == [expected(), expected(path="/y")]


def test_split_at_every_byte(d, web):
    data = head()
    with tunnel(d, web.addr) as s:
        for i in range(1, len(data)):
            s.sendall(data[:i])
            s.sendall(data[i:])
            assert wire.read_response(s).status == 200
    assert set(heads(web)) == {expected()}


def test_byte_by_byte(d, web, way):
    with tunnel(d, web.addr, way) as s:
        for data in (head(), head("PROPFIND"), head("HEAD")):
            for i in range(len(data)):
                s.sendall(data[i:i + 1])
            assert wire.read_response(s, "HEAD" if data[0:1] == b"H"
                                      else "GET").status == 200
    assert heads(web) == [expected(), expected("PROPFIND"), expected("HEAD")]


@pytest.mark.parametrize("method", [
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND",
    "M-SEARCH", "X" * 40, "x-odd", "A" * 5000])
def test_every_method(d, web, method):
    with tunnel(d, web.addr) as s:
        for _ in range(2):
            s.sendall(head(method, "/bytes/5"))
            assert wire.read_response(s, method).status == 200
    assert heads(web) == [expected(method, "/bytes/5")] * 2


def test_after_bodies(d, web, way):
    text = b"Via: in a body\r\n\r\nGET / HTTP/1.1\r\nX-Real-IP: kept\r\n\r\n"
    length = "Content-Length: %d\r\n" % len(text)
    with tunnel(d, web.addr, way) as s:
        s.sendall(head("POST", "/sum", length) + text)
        want = ("%d %s" % (len(text), wire.sha(text))).encode()
        assert wire.read_response(s).body == want
        s.sendall(head())
        assert wire.read_response(s).status == 200
        s.sendall(head("POST", "/sum", "Transfer-Encoding: chunked\r\n") +
                  b"%x;a=b\r\n%s\r\n0\r\nX-Real-IP: trailer\r\n\r\n" %
                  (len(text), text))
        assert wire.read_response(s).body == want
        s.sendall(head())
        assert wire.read_response(s).status == 200
    assert heads(web) == [
        expected("POST", "/sum", length), expected(),
        expected("POST", "/sum", "Transfer-Encoding: chunked\r\n"),
        expected()]
    assert [b for c in web.conns for _, b in c.requests] == [
        text, b"", text, b""]


@pytest.mark.parametrize("size", [0, 1, 65536, 8 << 20])
def test_bodies_are_intact_both_ways(d, web, size):
    body = origin.pattern(size)
    with tunnel(d, web.addr) as s:
        s.sendall(head("PUT", "/sum", "Content-Length: %d\r\n" % size))
        s.sendall(body)
        assert wire.read_response(s).body.decode() == "%d %s" % (
            size, wire.sha(body))
        s.sendall(head(path="/bytes/%d" % size))
        assert wire.read_response(s).body == body
        s.sendall(head(path="/chunked"))
        assert wire.read_response(s).body == \
            b"one" + b" two" * 1000 + b" three"


def test_empty_lines_between_requests(d, web):
    with tunnel(d, web.addr) as s:
        for _ in range(3):
            s.sendall(b"\r\n" + head())
            assert wire.read_response(s).status == 200
    assert [h.lstrip(b"\r\n") for h in heads(web)] == [expected()] * 3


def test_expect_and_continue(d, web):
    with tunnel(d, web.addr) as s:
        s.sendall(head("POST", "/sum", "Expect: 100-continue\r\n"
                       "Content-Length: 4\r\n"))
        assert wire.read_head(s).startswith(b"HTTP/1.1 100")
        s.sendall(b"body")
        assert wire.read_response(s).body.decode() == "4 " + wire.sha(b"body")
        s.sendall(head())
        assert wire.read_response(s).status == 200
    assert not GONE.search(b"".join(heads(web)))


def test_http10_stays_that(d, web):
    with tunnel(d, web.addr) as s:
        s.sendall(b"GET /x HTTP/1.0\r\nX-Real-IP: 1\r\n\r\n")
        assert wire.read_response(s).status == 200
        assert wire.ended(s)
    assert heads(web) == [b"GET /x HTTP/1.0\r\n\r\n"]


def test_a_wish_to_close_is_told(d, web):
    with tunnel(d, web.addr) as s:
        s.sendall(head(more="Connection: close\r\n"))
        assert wire.read_response(s).get("Connection") == "close"
        assert wire.ended(s)
    assert heads(web) == [expected(more="Connection: close\r\n")]


def test_the_end_of_a_body_until_close_is_told(d, web):
    with tunnel(d, web.addr) as s:
        s.sendall(head(path="/until-close"))
        r = wire.read_response(s)
        assert r.get("Connection") == "close"
        assert r.body == origin.pattern(200000)


def test_an_origin_that_closes_between(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(head())
        rec.got(expected())
        rec.say(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert wire.read_response(s).status == 204
        rec.conn.sock.shutdown(socket.SHUT_WR)
        assert s.recv(1) == b""
        s.shutdown(socket.SHUT_WR)
        rec.end()
        rec.over.set()


def test_a_client_that_is_done_when_it_has_asked(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(head())
        s.shutdown(socket.SHUT_WR)
        rec.end()
        rec.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        assert wire.read_response(s).body == b"ok"
        assert s.recv(1) == b""
        rec.over.set()
    assert rec.data == expected()


def test_a_client_that_leaves_while_it_waits(d, target):
    rec = Recorder()
    o = target(rec)
    s = tunnel(d, o.addr)
    s.sendall(head())
    rec.got(expected())
    wire.reset(s)
    rec.end()
    rec.over.set()


def test_further_proxy(d, target):
    """A URL as target: what logs in to that proxy passes, both ways."""
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(b"GET http://example.org:81/x HTTP/1.1\r\n"
                  b"Host: example.org:81\r\nVia: 1.1 me\r\n"
                  b"Proxy-Connection: keep-alive\r\n"
                  b"Proxy-Authorization: Basic x\r\n\r\n")
        rec.got(b"GET http://example.org:81/x HTTP/1.1\r\n"
                b"Host: example.org:81\r\nProxy-Authorization: Basic x\r\n"
                b"\r\n")
        rec.say(b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b"Proxy-Authenticate: Basic realm=\"x\"\r\n"
                b"Content-Length: 0\r\n\r\n")
        r = wire.read_response(s)
        assert r.status == 407
        assert r.get("Proxy-Authenticate") == 'Basic realm="x"'
        rec.over.set()


def test_websocket(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(head(more="Connection: Upgrade\r\nUpgrade: websocket\r\n"))
        rec.got(expected(more="Connection: Upgrade\r\n"
                         "Upgrade: websocket\r\n"))
        rec.say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\n\r\n\x81\x01early")
        assert wire.read_response(s).status == 101
        assert wire.exactly(s, 7) == b"\x81\x01early"
        s.sendall(head())
        rec.wait(lambda r: r.data.endswith(head()))
        rec.over.set()


def test_profiles(bauta, web):
    p = net.free_port()
    q = net.free_port()
    d = bauta(conf="listen 127.0.0.1:%d { headers off }\n"
              "listen 127.0.0.1:%d { headers strict }\n" % (p, q))
    with tunnel(d, web.addr) as s:
        s.sendall(head())
        assert wire.read_response(s).status == 200
    d.port = q
    with tunnel(d, web.addr) as s:
        s.sendall(head())
        assert wire.read_response(s).status == 200
    off, strict = heads(web)
    assert b"Via: 1.1 me" in off and b"Proxy-Auth" not in off
    assert b"odd/1" not in strict and b"Cookie" not in strict
    assert strict.startswith(b"GET /x HTTP/1.1\r\nHost: example.org:81\r\n")


# -- what is refused ----------------------------------------------------------

BAD = {
    "two lengths": "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                   "Content-Length: 2\r\n\r\n",
    "length and coding": "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                         "Transfer-Encoding: chunked\r\n\r\n",
    "odd coding": "POST / HTTP/1.1\r\nHost: x\r\n"
                  "Transfer-Encoding: xchunked\r\n\r\n",
    "bare LF": "GET / HTTP/1.1\nHost: x\n\n",
    "bare CR": "GET / HTTP/1.1\rHost: x\r\n\r\n",
    "NUL": "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    "control": "GET /\1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "two spaces": "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    "space in target": "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
    "fragment": "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n",
    "version": "GET / HTTP/1.2\r\nHost: x\r\n\r\n",
    "no Host": "GET / HTTP/1.1\r\n\r\n",
    "two Hosts": "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
    "no host": "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    "userinfo": "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "other Host": "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n",
    "folding": "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "space before colon": "GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
    "empty name": "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
    "star": "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
    "https": "GET https://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("second", [False, True])
def test_malformed(d, web, what, second):
    with tunnel(d, web.addr) as s:
        if second:
            s.sendall(head())
            assert wire.read_response(s).status == 200
        s.sendall(BAD[what].encode())
        r = wire.read_response(s)
        assert r.status == 400 and r.get("Connection") == "close"
        assert b"bauta" not in r.body
        s.shutdown(socket.SHUT_WR)
        assert wire.ended(s)
    net.poll(lambda: all(c.over.is_set() for c in web.conns), "it ended")
    assert heads(web) == [expected()] * second


@pytest.mark.parametrize("text,status", [
    ("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ("GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % ("p" * 40000), 414),
    ("ODD /%s HTTP/1.1\r\nHost: x\r\n\r\n" % ("p" * 40000), 414),
    ("GET / HTTP/1.1\r\nHost: x\r\nA: %s\r\n\r\n" % ("p" * 40000), 431),
    ("GET / HTTP/1.1\r\nHost: x\r\n%s\r\n" % ("A: b\r\n" * 200), 431),
], ids=["trace", "target", "odd target", "field", "fields"])
def test_refused(d, target, text, status):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(text.encode())
        assert wire.read_response(s).status == status
        rec.over.set()
    assert b"Host" not in rec.end()


# -- hostile origins ----------------------------------------------------------

def test_a_greeting_does_not_switch_the_filter_off(d, target):
    rec = Recorder(b"220 hello\r\n")
    o = target(rec)
    with tunnel(d, o.addr) as s:
        assert wire.exactly(s, 11) == b"220 hello\r\n"
        s.sendall(head())
        assert wire.ended(s)
        rec.end()
        rec.over.set()
    assert rec.data == b""


def test_bytes_nobody_asked_for_end_the_connection(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(head())
        rec.got(expected())
        rec.say(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert wire.read_response(s).status == 204
        rec.say(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert wire.ended(s)
        rec.over.set()


@pytest.mark.parametrize("path", ["/garbage", "/two-lengths"])
def test_an_answer_nobody_can_read(d, web, path):
    with tunnel(d, web.addr) as s:
        s.sendall(head(path=path))
        assert wire.read_response(s).status == 502
    with tunnel(d, web.addr) as s:
        s.sendall(head(path="/cut-short"))
        with pytest.raises((ConnectionResetError, AssertionError)):
            wire.read_response(s)


@pytest.mark.parametrize("how", ["closed", "reset"])
@pytest.mark.parametrize("asked_before", [0, 1])
def test_an_origin_that_ends_unasked_is_seen_to(d, target, how, asked_before):
    """As without us: a client whose kept connection ends just then asks again,
    on a new one, and would not if it were told 502."""
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        for i in range(asked_before):
            s.sendall(head())
            rec.got(expected())
            rec.say(b"HTTP/1.1 204 No Content\r\n\r\n")
            assert wire.read_response(s).status == 204
        s.sendall(head(path="/again"))
        rec.wait(lambda r: r.data.endswith(expected(path="/again")))
        if how == "closed":
            rec.conn.sock.shutdown(socket.SHUT_WR)
            assert s.recv(1) == b""
        else:
            rec.conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                     struct.pack("ii", 1, 0))
            rec.conn.sock.shutdown(socket.SHUT_RD)
            rec.over.set()
            with pytest.raises(ConnectionResetError):
                s.recv(1)
        rec.over.set()


def test_an_upgrade_nobody_asked_for(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(head())
        rec.got(expected())
        rec.say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\n\r\n")
        assert wire.read_response(s).status == 502
        rec.over.set()


def test_an_answer_before_the_whole_request_ends_both(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        begun = head("POST", "/", "Content-Length: 100\r\n")
        s.sendall(begun + b"some")
        rec.wait(lambda r: r.data.endswith(b"some"))
        rec.say(b"HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
        r = wire.read_response(s)
        assert r.status == 400 and r.get("Connection") == "close"
        assert s.recv(1) == b""
        rec.over.set()


# -- what passes --------------------------------------------------------------

OPAQUE = {
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)),
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n" + bytes(1000),
    "ge": b"GE\x01\x02\x03",
    "redis": b"GET key\r\nGET hkey\r\n",
    "http/0.9": b"GET /x\r\nVia: this is no field\r\n",
    "preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
    "rtsp": b"OPTIONS rtsp://x/ RTSP/1.0\r\nVia: x\r\n\r\n",
    "connect": b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\nVia: x\r\n"
               b"Proxy-Authorization: Basic x\r\n\r\n\x16\x03\x01",
    "digits": b"0123456789" * 100000 + b"\n",
    "proxy": b"\r\n\r\n\0\r\nQUIT\n",
}


@pytest.mark.parametrize("what", OPAQUE)
@pytest.mark.parametrize("each", [1, 7, 1 << 20])
def test_opaque_bytes_pass(d, echo, what, each):
    data = OPAQUE[what]
    if each == 1:
        data = data[-2000:]
    with tunnel(d, echo.addr) as s:
        done = threading.Thread(target=lambda: [
            s.sendall(data[i:i + each]) for i in range(0, len(data), each)])
        done.start()
        assert wire.exactly(s, len(data)) == data
        done.join()
        s.sendall(head())
        assert wire.exactly(s, len(head())) == head()
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b""


@pytest.mark.parametrize("first", [b"\x16\x03\x01", b"GET ", b"\r\n"])
def test_large_and_intact_both_ways(d, target, way, first):
    data = first + origin.pattern(4 << 20)

    def swap(conn):
        t = threading.Thread(target=conn.sock.sendall, args=(data,))
        t.start()
        got = hashlib.sha256()
        n = 0
        while n < len(data):
            part = conn.sock.recv(1 << 18)
            assert part
            n += len(part)
            got.update(part)
        t.join()
        conn.data += got.hexdigest().encode()

    o = target(swap)
    with tunnel(d, o.addr, way) as s:
        t = threading.Thread(target=s.sendall, args=(data,))
        t.start()
        got = wire.exactly(s, len(data))
        t.join()
        assert wire.sha(got) == wire.sha(data)
        o.conns[0].over.wait(20)
    assert o.conns[0].data.decode() == wire.sha(data)


@pytest.mark.parametrize("begin", [
    b"G", b"GE", b"GET", b"GET ", b"ls /etc", b"\r", b"\r\n", b"AUTH",
    b"a" * 3000])
def test_what_may_be_another_protocol_does_not_wait(d, target, begin):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(begin)
        rec.got(begin)
        rec.say(b"!")
        assert wire.exactly(s, 1) == b"!"
        s.sendall(b"\x00rest")
        rec.got(begin + b"\x00rest")
        rec.over.set()


def test_what_is_kept_back_passes_when_it_is_none(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(b"GET /x")
        s.sendall(b" y\r\n")
        rec.got(b"GET /x y\r\n")
        rec.over.set()
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(b"GET /x HTTP/1.1")
        s.shutdown(socket.SHUT_WR)
        assert rec.end() == b"GET /x HTTP/1.1"
        rec.say(b"bye")
        assert wire.exactly(s, 3) == b"bye"
        rec.over.set()


def test_opaque_after_http(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        s.sendall(head())
        rec.got(expected())
        rec.say(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert wire.read_response(s).status == 204
        s.sendall(b"\x00\x01")
        rec.got(expected() + b"\x00\x01")
        rec.say(b"\x02")
        assert wire.exactly(s, 1) == b"\x02"
        s.sendall(head())
        rec.got(expected() + b"\x00\x01" + head())
        rec.over.set()


def test_a_greeting_comes_first(d, target, way):
    o = target(origin.talk_first)
    with tunnel(d, o.addr, way) as s:
        assert wire.exactly(s, 12) == b"220 banner\r\n"
        s.sendall(b"EHLO me\r\n")
        assert wire.exactly(s, 9) == b"EHLO me\r\n"
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b""


def test_half_closed_by_the_target(d, target):
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr) as s:
        rec.wait(lambda r: r.conn)
        rec.conn.sock.shutdown(socket.SHUT_WR)
        assert s.recv(1) == b""
        s.sendall(b"\x00late")
        rec.got(b"\x00late")
        s.shutdown(socket.SHUT_WR)
        rec.end()
        rec.over.set()


def test_half_closed_by_the_client(d, target):
    o = target(origin.upper_at_end)
    with tunnel(d, o.addr) as s:
        s.sendall(b"ge")
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b"GE"
    with tunnel(d, o.addr) as s:
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b""


def test_a_reset_is_passed_on(d, target):
    rec = Recorder()
    o = target(rec)
    s = tunnel(d, o.addr)
    s.sendall(b"GE")
    rec.got(b"GE")
    rec.conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
    rec.over.set()
    rec.conn.sock.shutdown(socket.SHUT_RD)
    rec.conn.sock.close()
    with s:
        assert wire.ended(s)


def test_switched_off(bauta, target, way):
    d = bauta(conf="listen 127.0.0.1:%d { http-in-tunnel off }\n" %
              net.free_port())
    rec = Recorder()
    o = target(rec)
    with tunnel(d, o.addr, way) as s:
        s.sendall(head() + BAD["bare LF"].encode())
        rec.got(head() + BAD["bare LF"].encode())
        rec.over.set()


# -- the end ------------------------------------------------------------------

def test_an_idle_one_does_not_keep_the_daemon(d, web):
    with tunnel(d, web.addr) as s:
        s.sendall(head())
        assert wire.read_response(s).status == 200
        d.signal(signal.SIGTERM)
        assert d.wait(5 * daemon.SLOW) == 0
        assert wire.ended(s)
