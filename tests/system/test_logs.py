"""What is written down: nothing that names a client, a target or a user."""
import re

import pytest

from harness import conf, net, origin, wire

CLIENT = "127.0.44.4"
USER = "canaryuser"
NAME = "canary-name.names.net"
PASSWORD = "canary-password"
PATH = "canary-path"


def a_day(bauta, dnsmasq, target, hop, *options):
    """Success and failure of every kind, with names to look for."""
    ns = dnsmasq(records=["--host-record=%s,127.0.45.5" % NAME])
    o = target(origin.http, hosts=("127.0.45.5",))
    dead = net.free_port()
    h = hop()
    d = bauta(*options, conf="""\
listen 127.0.0.1:%d
listen 127.0.0.1:%d { auth required; }
%s%s
proxy gone socks5://127.0.0.1:%d
proxy works socks5://127.0.0.1:%d
rule reject to 127.0.46.0/24
rule chain gone to *.gone.net
rule chain works to *.works.net
rule direct
timeout { connect 1s; }
""" % (net.free_port(), net.free_port(), conf.user(USER, PASSWORD),
       conf.dns(ns.port), net.free_port(), h.port))
    targets = [("127.0.45.5", o.port), (NAME, o.port), ("127.0.45.5", dead),
               ("127.0.46.6", 80), ("canary-none.names.net", 80),
               ("canary.gone.net", 80), ("canary.works.net", 80)]
    for t in targets:
        s, _ = wire.socks5(d.addr, t, source=CLIENT)
        s.close()
        s, _ = wire.socks4(d.addr, t, user=USER, source=CLIENT)
        s.close()
        s, _ = wire.http_connect(d.addr, t, source=CLIENT)
        s.close()
        with wire.connect(d.addr, CLIENT) as s:
            wire.request(s, "GET", "http://%s/%s" % (wire.authority(*t),
                                                     PATH))
    m = re.findall(r"127\.0\.0\.1:(\d+)", d.conf.read_text())
    second = ("127.0.0.1", int(m[1]))
    for password in (PASSWORD, "canary-wrong"):
        s, _ = wire.socks5(second, targets[0], USER, password, source=CLIENT)
        s.close()
    for garbage in (b"\xff", b"GET / HTTP/1.1\r\n\r\n",
                    b"GET http://canary-name.names.net/%s HTTP/1.1\r\n"
                    b"Content-Length: x\r\n\r\n" % PATH.encode()):
        with wire.connect(d.addr, CLIENT) as s:
            s.sendall(garbage)
            wire.ended(s)
    d.stop()
    return d, o


CANARIES = [CLIENT, "127.0.45.5", "127.0.46.6", "canary", "gone.net"]


@pytest.mark.parametrize("options", [[], ["-v"]], ids=["default", "-v"])
def test_no_client_target_or_user_is_written(bauta, dnsmasq, target, hop,
                                             options):
    d, o = a_day(bauta, dnsmasq, target, hop, *options)
    assert d.err.wait_for(re.compile("hop=gone"), 5), "not a line for a hop"
    for word in [*CANARIES, str(o.port)]:
        assert word not in d.stderr, d.stderr


def test_debug_tells_but_never_a_password(bauta, dnsmasq, target, hop):
    d, _ = a_day(bauta, dnsmasq, target, hop, "-v", "-v")
    assert PASSWORD not in d.stderr and "canary-wrong" not in d.stderr
    assert conf.hash_of(PASSWORD) not in d.stderr


def test_quiet_is_quiet(bauta, echo):
    port = net.free_port()
    d = bauta(conf="listen 127.0.0.1:%d\nlog quiet\n" % port, ready=False)
    net.poll(lambda: net.answers("127.0.0.1", port), "it listens")
    s, rep = wire.socks5(d.addr, echo.addr)
    s.close()
    assert rep == 0
    d.stop()
    assert d.stderr == ""


def test_nothing_is_written_to_standard_output(bauta, echo):
    d = bauta()
    s, _ = wire.socks5(d.addr, echo.addr)
    s.close()
    d.stop()
    assert d.out.text == ""


def test_a_peer_can_not_forge_a_line(bauta, hop):
    """Bytes of others are escaped, at every level."""
    h = hop(answer=b"HTTP/1.1 500 x\r\nwarning: forged\r\n\r\n")
    d = bauta("-v", "-v", "-x", "http://127.0.0.1:%d" % h.port)
    for raw in (b"CONNECT a:1 HTTP/1.1\r\nHost: a\nwarning: forged\r\n\r\n",
                b"\x04\x01\0\x50\0\0\0\1u\nwarning: forged\0"
                b"a\nwarning: forged\0",
                b"\x05\x01\x00\x05\x01\x00\x03\x11\nwarning: forged \0\x50"):
        with wire.connect(d.addr) as s:
            s.sendall(raw)
            wire.everything(s)
    d.stop()
    assert not re.search(r"^warning: forged", d.stderr, re.M), d.stderr
    assert all(c >= " " or c in "\n\t" for c in d.stderr)
