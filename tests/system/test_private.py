"""What is private stays out of reach: in every spelling, by every way in."""
import ipaddress
import socket
import sys
import threading

import pytest

from harness import conf, daemon, dnsd as dns, net, origin, wire

SPELLINGS = """
127.0.0.1 127.0.0.2 127.255.255.254 127.1 127.0.1 0177.1 0177.0.0.1 0x7f.1
0x7f.0.0.1 0x7f000001 2130706433 017700000001 127.0.0.1. 127.1. 0 0.0.0.0
0.0.0.0. 00.0.0.0 000.000.000.000 0x0 0x0.0 127.000.000.001 127.0.0.01
127.0.0x0.1 127.00000.00000.1 ::1 :: 0:0:0:0:0:0:0:1 0000::0001 ::0001
[::1] [::] [::1]. ::1. [::ffff:127.0.0.1] ::ffff:127.0.0.1 ::ffff:7f00:1
::ffff:7f00:0001 ::ffff:0:127.0.0.1 ::127.0.0.1 0:0:0:0:0:ffff:127.0.0.1
64:ff9b::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::7f00:1 2002:7f00:1::
2002:7f00:0001::1 ::1%lo ::1%25lo ::1%1 fe80::1%lo fe80::1%25lo fe80::1
127.0.0.1%lo localhost localhost. LOCALHOST LocalHost.  x.localhost
x.y.localhost. localhost.localdomain ip6-localhost ip6-loopback 127.0.0.1@x
x@127.0.0.1 127.0.0.1:80 127.0.0.1/8 127.0.0.1#x localhost# localhost%00
localhost%2e %6cocalhost 127%2e0%2e0%2e1 127.0.0.1\\ 169.254.169.254
\uff11\uff12\uff17.0.0.1 127\u30020\u30020\u30021 l\u24deocalhost
\u2460\u2461\u2466.0.0.1 localhost\u3002 169.254.0.1 10.0.0.1 192.168.0.1
""".split()


@pytest.fixture(scope="module")
def witness():
    """Takes what comes, on every address of this machine."""
    port = net.free_port()
    six = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    six.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    six.bind(("::", port))
    six.listen(64)
    seen = []

    def take():
        while True:
            try:
                s, peer = six.accept()
            except OSError:
                return
            seen.append(peer)
            s.close()
    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield port, seen
    six.shutdown(socket.SHUT_RDWR)
    six.close()
    thread.join(5)


def raw5(host, port):
    return b"\x05\x01\x00\x05\x01\x00\x03" + bytes([len(host)]) + host + \
        port.to_bytes(2, "big")


def raw4(host, port):
    return b"\x04\x01" + port.to_bytes(2, "big") + b"\0\0\0\x01\0" + host + \
        b"\0"


def raw_connect(host, port):
    at = b"%s:%d" % (host, port)
    return b"CONNECT " + at + b" HTTP/1.1\r\nHost: " + at + b"\r\n\r\n"


def raw_get(host, port):
    at = b"%s:%d" % (host, port)
    return b"GET http://" + at + b"/ HTTP/1.1\r\nHost: " + at + b"\r\n\r\n"


WAYS = {"socks5": raw5, "socks4a": raw4, "connect": raw_connect,
        "absolute form": raw_get}


def served(way, said):
    if way == "socks5":
        return said[2:4] == b"\x05\x00"
    if way == "socks4a":
        return said[:2] == b"\x00\x5a"
    return said[9:12] == b"200"


def say(addr, data):
    """The answer, up to the end or a success."""
    got = b""
    with wire.connect(addr) as s:
        s.sendall(data)
        try:
            while len(got) < 12:
                more = s.recv(4096)
                if not more:
                    break
                got += more
        except ConnectionResetError:
            pass
    return got


@pytest.mark.parametrize("way", WAYS)
def test_no_spelling_reaches_this_machine(bauta, witness, way):
    port, seen = witness
    seen.clear()
    d = bauta(conf="listen 127.0.0.1:%d { allow-private no; }\nrule direct\n"
              "timeout { connect 5s; }\n" % net.free_port())
    assert len(set(SPELLINGS)) >= 60
    for spelling in SPELLINGS:
        for host in {spelling.encode(), b"[%s]" % spelling.encode()}:
            said = say(d.addr, WAYS[way](host, port))
            assert not served(way, said), (host, said)
    assert not seen
    # The witness is there, and it is the rule that keeps us from it.
    d = bauta(conf="listen 127.0.0.1:%d\nrule direct\n" % net.free_port())
    assert served("socks5", say(d.addr, raw5(b"127.0.0.1", port)))
    net.poll(lambda: seen, "the witness")


def own_addresses():
    """Of this machine, but for loopback."""
    with open("/proc/net/fib_trie") as f:
        lines = f.read().split()
    local = {lines[i - 2] for i, w in enumerate(lines)
             if w == "host" and lines[i + 1] == "LOCAL"}
    return sorted(a for a in local if a[0].isdigit() and
                  not a.startswith("127."))


def test_an_address_of_this_machine_is_private(bauta, witness):
    port, seen = witness
    seen.clear()
    d = bauta(conf="listen 127.0.0.1:%d { allow-private no; }\nrule direct\n"
              % net.free_port())
    for host in own_addresses():
        assert not served("socks5", say(d.addr, raw5(host.encode(), port)))
    assert not seen


@pytest.mark.parametrize("host", [
    "127.0.0.1", "127.0.0.9", "::ffff:127.0.0.1", "0.0.0.0", "localhost",
    *own_addresses()])
def test_a_listener_on_all_addresses_does_not_reach_itself(bauta, host):
    port = net.free_port()
    d = bauta(conf="listen 0.0.0.0:%d { open yes; allow-private yes; }\n"
              "rule direct\n" % port)
    s, got = wire.socks5(("127.0.0.1", d.port), (host, port))
    s.close()
    assert got in (wire.DENIED, wire.ADDRESS, wire.REFUSED), got


@pytest.mark.parametrize("rule, want", [
    ("rule direct\n", wire.DENIED),
    ("rule direct allow-private yes\n", 0),
    ("rule direct to 127.0.0.0/8 allow-private yes\nrule direct\n", 0),
    ("rule direct to 10.0.0.0/8 allow-private yes\nrule direct\n",
     wire.DENIED)])
def test_others_do_not_reach_what_is_private(bauta, echo, rule, want):
    """A listener that others can reach, without a word about it."""
    d = bauta(conf="listen 0.0.0.0:%d { open yes; }\n%s" %
              (net.free_port(), rule))
    # That a network is allowed says nothing of a name that is private itself.
    named = wire.DENIED if "to 127" in rule else want
    for host, rep in (("127.0.0.1", want), ("localhost", named)):
        s, got = wire.socks5(("127.0.0.1", d.port), (host, echo.port))
        s.close()
        assert got == rep, host


REBOUND = ["127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1",
           "64:ff9b::7f00:1", "10.0.0.1", "0.0.0.0", "2002:7f00:1::"]


@pytest.mark.parametrize("inner", REBOUND)
def test_a_name_that_turns_private_is_not_connected_to(
        bauta, witness, dnsd, inner):
    """First a public address, then a private one, each asked for anew."""
    port, seen = witness
    seen.clear()
    ip = ipaddress.ip_address(inner)
    asked = []

    def answer(name, kind, tcp):
        if kind != (dns.A if ip.version == 4 else dns.AAAA):
            return dns.NOERROR, [], False
        asked.append(name)
        at = inner
        if len(asked) == 1:	# public, with nobody behind it
            at = "240.0.0.1" if ip.version == 4 else "100::1"
        return dns.NOERROR, [dns.address(name, at, ttl=0)], False
    ns = dnsd(answer)
    d = bauta(conf="listen 127.0.0.1:%d { allow-private no; }\nrule direct\n"
              "timeout { connect 3s; }\n%s" % (
                  net.free_port(), conf.dns(ns.port, cache=0)))
    for _ in range(3):
        s, got = wire.socks5(d.addr, ("re.bound.net", port))
        s.close()
        assert got == wire.DENIED
    assert len(asked) == 3, "one look-up for each request"
    assert not seen


def test_what_is_private_goes_through_no_chain(bauta, hop, echo):
    """But for a name, which its last hop looks up."""
    h = hop(names={"*": echo.addr})
    d = bauta(conf="listen 127.0.0.1:%d { allow-private no; }\n"
              "proxy p socks5://127.0.0.1:%d\nrule chain p\n" %
              (net.free_port(), h.port))
    for host in ("127.0.0.1", "10.0.0.1", "::1", "64:ff9b::7f00:1",
                 "localhost", "x.localhost"):
        s, got = wire.socks5(d.addr, (host, echo.port))
        s.close()
        assert got == wire.DENIED, host
    assert not h.asked
    s, got = wire.socks5(d.addr, ("some.name.net", echo.port))
    s.close()
    assert got == 0
    assert [x[1] for x in h.asked if x[1]] == ["some.name.net"]


# -- Public addresses that are this machine's: in a namespace of its own ------

OWN = ["8.8.4.4", "2001:4860::8", "2001:4861::1234"]
NAMESPACE = """
ip addr add 8.8.4.4/32 dev lo
ip addr add 2001:4860::8/128 dev lo nodad
ip route add local 2001:4861::/64 dev lo
"""


def test_a_public_address_of_this_machine_is_private(alone, dir):
    """So is one of a network that is routed to it as a whole."""
    alone(NAMESPACE, sys.executable, "-B", __file__, dir)


def in_the_namespace(dir):
    for private_ok, want in (("yes", 0), ("no", wire.DENIED)):
        d = daemon.Daemon(dir=dir, conf="listen 127.0.0.1:%d "
                          "{ allow-private %s; }\nrule direct\n" %
                          (net.free_port(), private_ok)).wait_ready()
        for host in OWN:
            o = origin.Origin(origin.echo, hosts=(
                "::" if ":" in host else "0.0.0.0",))
            s, got = wire.socks5(d.addr, (host, o.port))
            s.close()
            assert got == want, (host, private_ok, got)
            if want == 0:
                o.wait_conns(1)
            else:
                assert not o.strangers()
            o.close()
        d.check()
    # One of our own listeners, by an address that is only routed here.
    d = daemon.Daemon(dir=dir, conf="listen [::]:%d { open yes; "
                      "allow-private yes; }\nrule direct\n" %
                      net.free_port()).wait_ready()
    for host in (*OWN[1:], "::1"):
        s, got = wire.socks5(("::1", d.port), (host, d.port))
        s.close()
        assert got == wire.DENIED, host
    d.check()


if __name__ == "__main__":
    in_the_namespace(sys.argv[1])
