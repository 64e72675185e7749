"""Pools whose members DNS names."""
import struct

import pytest

from harness import dnsd as dns, hops, net, wire

SRV = 33


def srv(name, port, target, ttl):
    return dns.record(name, SRV, struct.pack("!HHH", 1, 1, port) +
                      dns.encode_name(target), ttl)


@pytest.fixture
def two():
    both = [hops.Hop(names={"*": ("127.0.0.1", None)}) for _ in range(2)]
    yield both
    for h in both:
        h.close()


def test_members_come_and_go_and_stay_when_dns_fails(bauta, two, echo):
    listed, fails = list(two), False

    def answer(name, kind, tcp):
        if fails:
            return dns.SERVFAIL, [], False
        if name == "_socks._tcp.proxies.example":
            return 0, [srv(name, h.port, "hop.proxies.example", 1)
                       for h in listed] if kind == SRV else [], False
        if name == "hop.proxies.example" and kind == dns.A:
            return 0, [dns.address(name, "127.0.0.1")], False
        return dns.NXDOMAIN, [], False
    d = dns.Dnsd(answer)
    b = bauta(conf="listen 127.0.0.1:%d\nworkers 1\n"
              "dns { server 127.0.0.1:%d; timeout 500ms; tries 1; }\n"
              "pool p { srv _socks._tcp.proxies.example; }\n"
              "rule chain p isolate none\n" % (net.free_port(), d.port))

    def go():
        s, code = wire.socks5(b.addr, echo.addr)
        s.close()
        return code == 0

    def asked(h, n=1):
        return go() and len(h.asked) >= n
    net.poll(lambda: asked(two[0]) and asked(two[1]), "both are used")
    assert all(name == "_socks._tcp.proxies.example" or
               name == "hop.proxies.example" for name in d.names())
    listed.remove(two[1])
    before = len(d.asked)
    net.poll(lambda: len(d.asked) > before, "it is asked again", 15)
    net.poll(lambda: any(k == SRV for _, k, _ in d.asked[before:]), "srv", 15)

    def only_first():
        n = len(two[1].asked)
        return all(go() for _ in range(4)) and len(two[1].asked) == n
    net.poll(only_first, "the one that went is not used any more")
    fails = True
    before = len(d.asked)
    net.poll(lambda: any(k == SRV for _, k, _ in d.asked[before:]),
             "it is asked in vain", 15)
    assert all(go() for _ in range(4)), "the last members known stay"
    d.close()
