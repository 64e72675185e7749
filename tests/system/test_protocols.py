"""One port, every client: the protocols byte by byte."""
import select
import socket
import struct
import sys
import time

import pytest

from harness import daemon, net, origin, wire


@pytest.fixture
def d(bauta):
    return bauta()


def works(s, data=b"through the tunnel"):
    with s:
        s.sendall(data)
        assert wire.exactly(s, len(data)) == data
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b""


def test_socks5_socks4_socks4a_and_http_share_one_port(d, echo, web):
    s, rep = wire.socks5(d.addr, echo.addr)
    assert rep == 0
    works(s)
    for host in ("127.0.0.1", "localhost"):	# 4 and 4a
        s, code = wire.socks4(d.addr, (host, echo.port))
        assert code == 90
        works(s)
    s, r = wire.http_connect(d.addr, echo.addr)
    assert r.status == 200 and not r.all("Content-Length")
    works(s)
    assert wire.get(d.addr, web.url("/x")).body == b"GET /x"


@pytest.mark.parametrize("host, at", [
    ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("localhost", "127.0.0.1"),
    ("localhost", "::1"), ("LocalHost", "127.0.0.1")])
def test_ipv4_ipv6_and_names_reach_the_target(d, target, host, at):
    o = target(origin.echo, hosts=(at,))
    s, rep = wire.socks5(d.addr, (host, o.port))
    assert rep == 0
    works(s)
    s, r = wire.http_connect(d.addr, (host, o.port))
    assert r.status == 200
    works(s)


def test_a_v4_mapped_address_is_the_v4_address(d, echo):
    s, rep = wire.socks5(d.addr, ("::ffff:127.0.0.1", echo.port))
    assert rep == 0
    works(s)


def test_an_ip_written_as_a_name_is_that_ip(d, echo, target):
    """Some clients put every target into ATYP 3."""
    six = target(origin.echo, hosts=("::1",))
    for text, port in ((b"127.0.0.1", echo.port), (b"::1", six.port)):
        s = wire.connect(d.addr)
        assert wire.greet5(s) == (0, None)
        s.sendall(b"\x05\x01\x00\x03" + bytes([len(text)]) + text +
                  struct.pack("!H", port))
        assert wire.reply5(s) == 0
        works(s)


HANDSHAKES = {
    "socks5": lambda a: (b"\x05\x01\x00" + wire.request5(*a), 2 + 10, None),
    "socks5 with a name": lambda a: (
        b"\x05\x02\x00\x01" + wire.request5("localhost", a[1]), 2 + 10, None),
    "socks4": lambda a: (wire.request4(*a, user="me"), 8, None),
    "socks4a": lambda a: (wire.request4("localhost", a[1]), 8, None),
    "connect": lambda a: (
        b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: x\r\n\r\n" % a[1], None,
        b"\r\n\r\n"),
    "connect 1.0": lambda a: (
        b"CONNECT 127.0.0.1:%d HTTP/1.0\r\n\r\n" % a[1], None, b"\r\n\r\n"),
}


def skip_reply(s, size, end):
    if size is not None:
        got = wire.exactly(s, 2)
        if got[0] == 5:		# the method; then the reply, of any length
            assert wire.reply5(s) == 0
        else:
            assert got == b"\x00\x5a"
            wire.exactly(s, 6)
    else:
        head = wire.read_head(s)
        assert b" 200 " in head.split(b"\r\n")[0], head


@pytest.mark.parametrize("kind", HANDSHAKES)
def test_byte_by_byte_is_the_same(d, echo, kind):
    data, size, end = HANDSHAKES[kind](echo.addr)
    s = wire.connect(d.addr)
    for i in range(len(data)):
        s.sendall(data[i:i + 1])
    skip_reply(s, size, end)
    works(s)


@pytest.mark.parametrize("kind", HANDSHAKES)
def test_all_in_one_segment_with_payload_is_the_same(d, echo, kind):
    data, size, end = HANDSHAKES[kind](echo.addr)
    s = wire.connect(d.addr)
    s.sendall(data + b"early payload")
    skip_reply(s, size, end)
    assert wire.exactly(s, 13) == b"early payload"
    works(s)


@pytest.mark.parametrize("kind", HANDSHAKES)
def test_all_in_one_segment_and_then_the_end_is_the_same(d, target, kind):
    """The client half-closes before it has heard anything."""
    o = target(origin.upper_at_end)
    data, size, end = HANDSHAKES[kind](o.addr)
    with wire.connect(d.addr) as s:
        s.sendall(data + b"all i have")
        s.shutdown(socket.SHUT_WR)
        skip_reply(s, size, end)
        assert wire.everything(s) == b"ALL I HAVE"


@pytest.mark.parametrize("kind", HANDSHAKES)
def test_a_target_that_speaks_first_is_heard(d, target, kind):
    o = target(origin.talk_first)
    data, size, end = HANDSHAKES[kind](o.addr)
    with wire.connect(d.addr) as s:
        s.sendall(data)
        skip_reply(s, size, end)
        assert wire.exactly(s, 12) == b"220 banner\r\n"


def fill_backlog(socks):
    """A port where connecting takes for ever: nobody accepts, all is full."""
    listener = socks(socket.socket())
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    addr = listener.getsockname()
    for _ in range(16):
        s = socks(socket.socket())
        s.setblocking(False)
        s.connect_ex(addr)
    return addr


QUICK = "timeout {\n\tconnect 1s\n\thandshake 1s\n}\n"
# The name is nobody's, and .invalid is answered without asking anybody.
NOBODY = "no-such-host.invalid"


@pytest.fixture
def strict(bauta):
    """Short timeouts, and one network that a rule rejects."""
    return bauta(conf="listen 127.0.0.1:%d\n%srule reject to 127.66.0.0/16\n"
                 "rule direct\n" % (net.free_port(), QUICK))


def where(strict, echo, closed_port, socks, why):
    return {
        "refused": lambda: ("127.0.0.1", closed_port),
        "denied": lambda: ("127.66.0.1", echo.port),
        "no name": lambda: (NOBODY, 80),
        "timeout": lambda: fill_backlog(socks),
    }[why]()


@pytest.mark.parametrize("why, rep, status", [
    ("refused", wire.REFUSED, 502), ("denied", wire.DENIED, 403),
    ("no name", wire.HOST, 502), ("timeout", wire.TTL, 504)])
def test_replies_tell_the_truth(strict, echo, closed_port, socks, why, rep,
                                status):
    at = where(strict, echo, closed_port, socks, why)
    s, got = wire.socks5(strict.addr, at)
    with s:
        assert got == rep
        assert wire.ended(s)
    s, code = wire.socks4(strict.addr, at)
    with s:
        assert code == 91
        assert wire.ended(s)
    s, r = wire.http_connect(strict.addr, at)
    with s:
        assert r.status == status, r
    r = wire.get(strict.addr, "http://%s/secret?x=y" % wire.authority(*at),
                 "X-Private: hidden\r\n")
    assert r.status == status, r
    assert len(r.body) < 300
    for word in (b"secret", b"hidden", at[0].encode()):
        assert word not in r.body, "an error page echoes the request"


def test_an_unknown_network_is_said_to_be_unreachable(alone, dir):
    alone("", sys.executable, "-B", __file__, dir)


def where_nothing_is(dir):
    d = daemon.Daemon(dir=dir, conf="listen 127.0.0.1:%d\nrule direct\n" %
                      net.free_port()).wait_ready()
    for host in ("192.0.2.1", "2001:db8::1"):
        s, rep = wire.socks5(d.addr, (host, 9))
        s.close()
        assert rep == wire.NET, (host, rep)
    d.check()


@pytest.mark.parametrize("cmd", [2, 3, 0, 9, 0xf0, 0xf1])
def test_unknown_commands_are_answered_07(d, echo, cmd):
    with wire.connect(d.addr) as s:
        wire.greet5(s)
        s.sendall(wire.request5(*echo.addr, cmd=cmd))
        assert wire.reply5(s) == wire.COMMAND
        assert wire.ended(s)


def test_socks4_bind_is_rejected(d, echo):
    with wire.connect(d.addr) as s:
        s.sendall(wire.request4(*echo.addr, cmd=2))
        assert wire.exactly(s, 8)[:2] == b"\x00\x5b"
        assert wire.ended(s)


@pytest.mark.parametrize("atyp", [0, 2, 5, 255])
def test_unknown_address_types_are_answered_08(d, atyp):
    with wire.connect(d.addr) as s:
        wire.greet5(s)
        s.sendall(b"\x05\x01\x00" + bytes([atyp]) + b"\x7f\0\0\1\0\x50")
        assert wire.reply5(s) == wire.ADDRESS
        assert wire.ended(s)


@pytest.mark.parametrize("name", [
    b"", b"a\0b", b"a b", b"a\r\nb", b"-\x7f", b"a/b", b"a@b", b"a:1"])
def test_a_name_that_is_none_is_refused_and_never_sent_on(bauta, hop, name):
    h = hop()
    d = bauta("-x", "http://127.0.0.1:%d" % h.port)
    with wire.connect(d.addr) as s:
        wire.greet5(s)
        s.sendall(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + b"\0\x50")
        assert wire.reply5(s) != 0
        assert wire.ended(s)
    assert h.strangers() == []


@pytest.mark.parametrize("size", [1, 63, 253, 255])
def test_long_names_travel_whole_or_not_at_all(bauta, hop, size):
    name = (("a" * 49 + ".") * 6)[:size - 1] + "b"
    h = hop()
    d = bauta("-x", "socks5://127.0.0.1:%d" % h.port)
    s, rep = wire.socks5(d.addr, (name, 80))
    s.close()
    assert rep != 0
    assert h.asked == [("socks5", name, 80)] or (size > 253 and not h.asked)


@pytest.mark.parametrize("methods", [b"\x01", b"\x80\xfe", b""])
def test_no_acceptable_method_is_ff_and_closed(d, methods):
    with wire.connect(d.addr) as s:
        s.sendall(b"\x05" + bytes([len(methods)]) + methods)
        assert wire.exactly(s, 2) == b"\x05\xff"
        assert wire.ended(s)


def test_a_client_that_insists_on_logging_in_may(d, echo):
    """Some programs offer nothing else; no login is needed, any is fine."""
    s, rep = wire.socks5(d.addr, echo.addr, "any", "thing")
    assert rep == 0
    works(s)


@pytest.mark.parametrize("first", [
    b"\x00", b"\x01", b"\x03", b"\x06", b"\x16\x03\x01\x02\x00", b"\xff",
    b"\x80", b"\r\n", b" GET"])
def test_garbage_is_closed_without_a_word(d, first):
    with wire.connect(d.addr) as s:
        s.sendall(first)
        assert wire.ended(s), "it answered"


def test_a_silent_client_is_closed_at_the_deadline(strict):
    with wire.connect(strict.addr) as s:
        s.settimeout(5 * daemon.SLOW)
        assert wire.ended(s)


@pytest.mark.parametrize("part", [
    b"\x05", b"\x05\x01\x00", b"\x05\x01\x00\x05\x01\x00\x03\x09loc",
    b"\x04\x01\x00\x50\x7f\0\0\1user", b"GET http://a/ HTTP/1.1\r\nHo",
    b"CONNECT"])
def test_the_deadline_is_absolute_in_every_state(strict, part):
    """Bytes that trickle in do not buy time."""
    with wire.connect(strict.addr) as s:
        begun = time.monotonic()
        for i in range(len(part)):
            s.sendall(part[i:i + 1])
        closed = False
        while time.monotonic() - begun < 5 * daemon.SLOW:
            if select.select([s], [], [], 0.2)[0]:
                try:
                    if not s.recv(100):
                        closed = True
                        break
                except ConnectionResetError:
                    closed = True
                    break
            elif part[:1] == b"\x04" or part[:1] == b"G":
                try:
                    s.sendall(b"x")	# more of the same field
                except OSError:
                    closed = True
                    break
        assert closed
        assert time.monotonic() - begun > 0.5


@pytest.mark.parametrize("head", [
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",		# no absolute-form
    b"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://a:99999/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a:0 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT http://a:80/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://a/ HTTP/9.9\r\nHost: a\r\n\r\n",
    b"GET  http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET http://a/\r\n\r\n"])
def test_malformed_http_is_400_and_closed(d, head):
    with wire.connect(d.addr) as s:
        s.sendall(head)
        r = wire.read_response(s)
        assert r.status in (400, 501, 505), r
        assert wire.ended(s)


def test_a_head_without_end_is_refused(d):
    with wire.connect(d.addr) as s:
        try:
            s.sendall(b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: a\r\n")
            for _ in range(200):
                s.sendall(b"X-%s: y\r\n" % (b"a" * 1000))
        except OSError:
            pass
        try:
            r = wire.read_response(s)
            assert r.status in (400, 413, 431), r
        except ConnectionResetError:
            pass


@pytest.mark.parametrize("protocols, allowed", [
    ("socks5", {"socks5"}), ("socks4", {"socks4"}), ("http", {"http"}),
    ("socks5 http", {"socks5", "http"})])
def test_a_listener_speaks_only_what_it_may(bauta, echo, protocols, allowed):
    d = bauta(conf="listen 127.0.0.1:%d { protocols %s; }\n" %
              (net.free_port(), protocols))

    def is_served(first):
        with wire.connect(d.addr) as s:
            s.sendall(first)
            try:
                return s.recv(1) != b""
            except ConnectionResetError:
                return False

    assert is_served(b"\x05\x01\x00") == ("socks5" in allowed)
    assert is_served(wire.request4(*echo.addr)) == ("socks4" in allowed)
    assert is_served(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: a\r\n\r\n" %
                     echo.port) == ("http" in allowed)


def test_a_connection_to_itself_is_refused_and_not_a_loop(d):
    for host in ("127.0.0.1", "localhost", "::ffff:127.0.0.1"):
        s, rep = wire.socks5(d.addr, (host, d.port))
        s.close()
        assert rep not in (0, None)


if __name__ == "__main__":
    where_nothing_is(sys.argv[1])
