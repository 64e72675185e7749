"""proxy-status on: what failed, and which hop, told to the client alone."""
import re

import pytest

from harness import conf, net, origin, wire

STATUS = re.compile(r'bauta; error=([a-z_]+)(?:; details="hop (\d)")?')


def listen(more="proxy-status on;"):
    return "listen 127.0.0.1:%d { %s }\n" % (net.free_port(), more)


def chain(*ports):
    """Hops in a row, with names that must not come out."""
    names = ["secret-name-%d" % i for i in range(len(ports))]
    return "".join("proxy %s socks5://127.0.0.1:%d\n" % x
                   for x in zip(names, ports)) + \
        "chain c { hops %s; }\nrule chain c\n" % " ".join(names)


def said(r):
    """(error, hop) of the one field there is; hop None when none is named."""
    assert len(r.all("Proxy-Status")) == 1, r
    m = STATUS.fullmatch(r.get("Proxy-Status"))
    assert m, r
    return m.group(1), int(m.group(2)) if m.group(2) else None


def both(d, host, port):
    """The answer to a request and to a CONNECT, which must say the same."""
    r = wire.get(d.addr, "http://%s/" % wire.authority(host, port))
    s, c = wire.http_connect(d.addr, (host, port))
    s.close()
    assert (r.status, said(r)) == (c.status, said(c))
    return r


def test_a_target_that_refuses(bauta, closed_port):
    d = bauta(conf=listen())
    r = both(d, "127.0.0.1", closed_port)
    assert (r.status, said(r)) == (502, ("connection_refused", None))


def test_a_rule_that_forbids(bauta):
    d = bauta(conf=listen() + "rule reject\n")
    r = both(d, "192.0.2.1", 80)
    assert (r.status, said(r)) == (403, ("http_request_denied", None))


def test_a_login_that_is_missing(bauta):
    d = bauta(conf=listen("proxy-status on; auth required;") +
              conf.user("alice", "x") + "\n")
    r = wire.get(d.addr, "http://192.0.2.1/")
    assert (r.status, said(r)) == (407, ("http_request_denied", None))


def test_a_request_that_is_none(bauta):
    d = bauta(conf=listen())
    with wire.connect(d.addr) as s:
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        r = wire.read_response(s)
    assert (r.status, said(r)) == (400, ("http_request_error", None))


@pytest.mark.parametrize("dead", [1, 2, 3])
def test_a_dead_hop_is_told_by_its_number(bauta, hop, web, closed_port, dead):
    ports = [hop().port for _ in range(3)]
    ports[dead - 1] = closed_port
    d = bauta(conf=listen() + chain(*ports))
    r = both(d, "127.0.0.1", web.port)
    error, at = said(r)
    assert r.status == 502
    # Of two neighbours only they know which one it was.
    assert at in {dead, max(1, dead - 1)}, r
    assert error == ("connection_refused" if dead == 1 else
                     "destination_unavailable"), r
    for secret in ("secret-name", "127.0.0.1", str(closed_port)):
        assert secret not in repr(r), r
    assert not web.strangers()


def test_a_hop_that_refuses_the_login(bauta, hop, web):
    d = bauta(conf=listen() + chain(hop().port,
                                    hop(login=("a", "b")).port))
    r = both(d, "127.0.0.1", web.port)
    assert (r.status, said(r)) == (502, ("proxy_configuration_error", 2))


def test_what_the_last_hop_says_of_the_target_blames_no_hop(bauta, hop, web):
    refused = b"\x05\x05\x00\x01\0\0\0\0\0\0"
    d = bauta(conf=listen() + chain(hop().port, hop(answer=refused).port))
    r = both(d, "127.0.0.1", web.port)
    assert (r.status, said(r)) == (502, ("connection_refused", None))


def test_a_hop_that_never_answers(bauta, hop, target, web):
    silent = target(origin.hold)
    d = bauta(conf=listen() + chain(hop().port, silent.port) +
              "timeout { connect 1s; }\n")
    r = both(d, "127.0.0.1", web.port)
    assert (r.status, said(r)) == (504, ("connection_timeout", 2))


def test_it_is_off_unless_asked_for(bauta, hop, web, closed_port):
    d = bauta(conf=listen("") + chain(hop().port, closed_port))
    r = wire.get(d.addr, web.url())
    assert r.status == 502 and r.get("Proxy-Status") is None


def test_neither_an_origin_nor_a_good_answer_has_any(bauta, web):
    d = bauta(conf=listen())
    r = wire.get(d.addr, web.url("/head"), "Proxy-Status: me; error=x\r\n")
    assert b"roxy-" not in r.body and r.get("Proxy-Status") is None


def test_a_request_that_is_none_inside_a_tunnel(bauta, web):
    d = bauta(conf=listen())
    s, rep = wire.socks5(d.addr, web.addr)
    with s:
        assert rep == wire.SUCCEEDED
        s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        r = wire.read_response(s)
    assert (r.status, said(r)) == (400, ("http_request_error", None))
    assert not any(c.requests for c in web.conns)
