"""Names: who is asked, and who must never be."""
import re

import pytest

from harness import conf, dnsd as dns, net, origin, wire

RECORDS = (
    "--host-record=four.names.net,127.0.0.1",
    "--host-record=six.names.net,::1",
    "--host-record=both.names.net,127.0.0.1,::1",
    "--host-record=inner.names.net,127.77.0.1",
    "--cname=alias.names.net,four.names.net",
    "--cname=alias2.names.net,alias.names.net",
)


@pytest.fixture
def ns(dnsmasq):
    return dnsmasq(records=RECORDS)


def start(bauta, *ports, more="", **kw):
    return bauta(conf="listen 127.0.0.1:%d\n%s%s" % (
        net.free_port(), conf.dns(*ports, **kw), more))


def rep(d, host, port):
    s, got = wire.socks5(d.addr, (host, port))
    s.close()
    return got


@pytest.mark.parametrize("host, at", [
    ("four.names.net", "127.0.0.1"), ("six.names.net", "::1"),
    ("both.names.net", "127.0.0.1"), ("both.names.net", "::1"),
    ("alias.names.net", "127.0.0.1"), ("alias2.names.net", "127.0.0.1"),
    ("FOUR.Names.Net", "127.0.0.1"), ("four.names.net.", "127.0.0.1")])
def test_a_name_leads_to_its_address(bauta, ns, target, host, at):
    """With one family dead the other is reached (Happy Eyeballs)."""
    o = target(origin.echo, hosts=(at,))
    d = start(bauta, ns.port)
    assert rep(d, host, o.port) == 0


def test_a_name_that_does_not_exist_is_04_and_502(bauta, ns):
    d = start(bauta, ns.port)
    assert rep(d, "none.names.net", 80) == wire.HOST
    assert wire.get(d.addr, "http://none.names.net/").status == 502
    assert rep(d, "four.names.net", net.free_port()) == wire.REFUSED


def test_an_answer_is_asked_for_once(bauta, ns, echo):
    """Both families, then the cache; so for names that do not exist."""
    d = start(bauta, ns.port, more="workers 1\n")
    for _ in range(5):
        assert rep(d, "four.names.net", echo.port) == 0
        assert rep(d, "none.names.net", 80) == wire.HOST
    assert 1 <= len(ns.queries("four.names.net")) <= 2
    assert 1 <= len(ns.queries("none.names.net")) <= 2


def test_without_a_cache_every_request_asks(bauta, ns, echo):
    d = start(bauta, ns.port, cache=0)
    for _ in range(3):
        assert rep(d, "four.names.net", echo.port) == 0
    assert len(ns.queries("query[A] four.names.net")) == 3


def test_a_dead_server_is_passed_over(bauta, ns, echo, closed_port):
    d = start(bauta, closed_port, ns.port, timeout="500ms")
    assert rep(d, "four.names.net", echo.port) == 0


def test_a_silent_server_is_passed_over(bauta, ns, dnsd, echo):
    mute = dnsd(lambda *a: None)
    d = start(bauta, mute.port, ns.port, timeout="500ms")
    assert rep(d, "four.names.net", echo.port) == 0
    assert "four.names.net" in mute.names()


@pytest.mark.parametrize("rcode", [dns.SERVFAIL, dns.REFUSED])
def test_a_server_that_can_not_is_passed_over(bauta, ns, dnsd, echo, rcode):
    bad = dnsd(lambda *a: (rcode, [], False))
    d = start(bauta, bad.port, ns.port, timeout="500ms")
    assert rep(d, "four.names.net", echo.port) == 0


def test_with_no_server_left_it_fails_and_goes_nowhere(bauta, dnsd, dir):
    mute = dnsd(lambda *a: None)
    d = start(bauta, mute.port, timeout="300ms")
    assert rep(d, "four.names.net", 80) not in (0, None)
    r = wire.get(d.addr, "http://other.names.net/")
    assert r.status in (502, 504)


def test_a_truncated_answer_is_asked_again_over_tcp(bauta, dnsd, echo):
    def answer(name, kind, tcp):
        if not tcp:
            return dns.NOERROR, [], True
        if kind != dns.A:
            return dns.NOERROR, [], False
        return dns.NOERROR, [dns.address(name, "127.0.0.1")], False

    server = dnsd(answer)
    d = start(bauta, server.port)
    assert rep(d, "big.names.net", echo.port) == 0
    assert ("big.names.net", dns.A, True) in server.asked


def test_an_answer_of_200_records_is_read(bauta, dnsd, target):
    """4 KB and more; any of the addresses will do."""
    o = target(origin.echo, hosts=["127.0.1.%d" % i for i in range(1, 201)])

    def answer(name, kind, tcp):
        if kind != dns.A:
            return dns.NOERROR, [], False
        if not tcp:
            return dns.NOERROR, [], True
        return dns.NOERROR, [dns.address(name, "127.0.1.%d" % i)
                             for i in range(1, 201)], False

    d = start(bauta, dnsd(answer).port)
    assert rep(d, "huge.names.net", o.port) == 0


@pytest.mark.parametrize("lie", [
    b"", b"\x85", b"\x85\x80\0\1\0\1\0\0\0\0",
    b"\x85\x80\0\1\0\1\0\0\0\0\xc0\x0c\0\1\0\1",
    b"\x85\x80\0\1\xff\xff\0\0\0\0" + b"\xc0\x0c" * 200,
    dns.encode_name("x" * 63) * 20])
def test_broken_answers_break_nothing(bauta, dnsd, ns, echo, lie):
    liar = dnsd(lambda *a: lie)
    d = start(bauta, liar.port, timeout="300ms")
    assert rep(d, "four.names.net", echo.port) not in (0, None)
    d2 = start(bauta, liar.port, ns.port, timeout="300ms")
    assert rep(d2, "four.names.net", echo.port) == 0


def test_a_loop_of_cnames_ends(bauta, dnsd):
    def answer(name, kind, tcp):
        other = "b.names.net" if name.startswith("a.") else "a.names.net"
        return dns.NOERROR, [dns.record(name, dns.CNAME,
                                        dns.encode_name(other))], False

    d = start(bauta, dnsd(answer).port)
    assert rep(d, "a.names.net", 80) not in (0, None)


def test_an_answer_for_another_name_is_not_used(bauta, dnsd, echo):
    d = start(bauta, dnsd(lambda name, kind, tcp: (
        dns.NOERROR, [dns.address("other.names.net", "127.0.0.1")],
        False)).port)
    assert rep(d, "mine.names.net", echo.port) not in (0, None)


@pytest.mark.parametrize("name", [
    "localhost", "a.localhost", "x.onion", "abc.x.onion", "host.local",
    "x.invalid", "x.test", "printer", "X.ONION"])
def test_special_names_never_leave(bauta, dnsmasq, name):
    ns = dnsmasq(records=("--address=/#/127.0.0.1",))
    d = start(bauta, ns.port)
    got = rep(d, name, net.free_port())
    if name.endswith("localhost"):
        assert got == wire.REFUSED	# it is this machine
    elif name != "printer":
        assert got not in (0, None, wire.REFUSED)
    if name != "printer":
        assert ns.queries() == [], ns.queries()


def test_no_search_domain_is_tried(bauta, ns):
    d = start(bauta, ns.port)
    rep(d, "none.names.net", 80)
    for line in ns.queries():
        assert re.search(r"query\[\w+\] none\.names\.net from", line), line


def test_with_a_chain_no_name_reaches_the_resolver(bauta, ns, hop, web):
    """Not by any protocol, not when the hop answers with a name, not dead."""
    h = hop(names={"four.names.net": web.addr}, bnd_name=True)
    d = start(bauta, ns.port, more="proxy h socks5://127.0.0.1:%d\n"
              "rule chain h\n" % h.port)
    name = "four.names.net"
    assert rep(d, name, 80) == 0
    s, code = wire.socks4(d.addr, (name, 80))
    s.close()
    assert code == 90
    s, r = wire.http_connect(d.addr, (name, 80))
    s.close()
    assert r.status == 200
    assert wire.get(d.addr, "http://%s/x" % name).body == b"GET /x"
    assert h.asked == [("socks5", name, 80)] * 4
    for bad in ("unknown.names.net", "x.onion", "localhost.localdomain"):
        assert rep(d, bad, 80) != 0
        assert h.asked[-1] == ("socks5", bad, 80)
    h.close()
    assert rep(d, name, 80) not in (0, None)
    assert wire.get(d.addr, "http://%s/x" % name).status in (502, 504)
    h.close = lambda: None	# done already
    assert ns.queries() == []


@pytest.mark.parametrize("kind", ["socks5", "socks4a", "http"])
def test_a_hops_own_name_is_looked_up_the_targets_is_not(bauta, ns, hop, web,
                                                         kind):
    h = hop(names={"target.names.net": web.addr})
    d = start(bauta, ns.port, more="proxy h %s://four.names.net:%d\n"
              "rule chain h\n" % (kind, h.port))
    assert rep(d, "target.names.net", 80) == 0
    assert ns.queries("four.names.net")
    assert not ns.queries("target.names.net")


def test_the_second_hops_name_is_the_first_hops_business(bauta, ns, hop, web):
    second = hop(names={"target.names.net": web.addr})
    first = hop(names={"second.names.net": second.addr})
    d = start(bauta, ns.port, more="proxy a socks5://127.0.0.1:%d\n"
              "proxy b socks5://second.names.net:%d\n"
              "chain c { hops a b; }\nrule chain c\n" %
              (first.port, second.port))
    assert rep(d, "target.names.net", 80) == 0
    assert set(first.asked) == {("socks5", "second.names.net", second.port)}
    assert ns.queries() == []


def test_no_name_walks_around_a_rule_about_addresses(bauta, ns, target):
    """`reject to CIDR` holds for what a name resolves to."""
    o = target(origin.http, hosts=("127.77.0.1",))
    d = start(bauta, ns.port,
              more="rule reject to 127.77.0.0/16\nrule direct\n")
    url = "http://inner.names.net:%d/" % o.port
    assert rep(d, "127.77.0.1", o.port) == wire.DENIED
    assert rep(d, "::ffff:127.77.0.1", o.port) == wire.DENIED
    assert rep(d, "inner.names.net", o.port) == wire.DENIED
    s, code = wire.socks4(d.addr, ("inner.names.net", o.port))
    s.close()
    assert code == 91
    s, r = wire.http_connect(d.addr, ("inner.names.net", o.port))
    s.close()
    assert r.status == 403
    assert wire.get(d.addr, url).status == 403
    assert o.strangers() == []
    d2 = start(bauta, ns.port, more="rule direct\n")
    assert rep(d2, "inner.names.net", o.port) == 0


def test_an_address_that_changes_after_the_check_is_checked_again(bauta, dnsd,
                                                                  target):
    """DNS rebinding: good the first time, forbidden from then on."""
    o = target(origin.http, hosts=("127.0.0.1", "127.77.0.1"))
    count = {"n": 0}

    def answer(name, kind, tcp):
        if kind != dns.A:
            return dns.NOERROR, [], False
        count["n"] += 1
        ip = "127.0.0.1" if count["n"] == 1 else "127.77.0.1"
        return dns.NOERROR, [dns.address(name, ip, ttl=0)], False

    d = start(bauta, dnsd(answer).port, more="workers 1\n"
              "rule reject to 127.77.0.0/16\nrule direct\n")
    got = [rep(d, "re.names.net", o.port) for _ in range(4)]
    assert got[0] == 0
    assert set(got) <= {0, wire.DENIED}
    for c in o.strangers():
        assert c.sock.getsockname()[0] != "127.77.0.1" if \
            c.sock.fileno() >= 0 else True
    assert count["n"] <= len(got), "more than one lookup for a request"


def test_only_the_allowed_of_a_names_addresses_are_used(bauta, dnsd, target):
    good = target(origin.echo, hosts=("127.0.0.1",))
    bad = target(origin.echo, hosts=("127.77.0.1",), port=good.port)
    d = start(bauta, dnsd(lambda name, kind, tcp: (
        dns.NOERROR, [dns.address(name, ip) for ip in
                      ("127.77.0.1", "127.0.0.1")] if kind == dns.A else [],
        False)).port, more="rule reject to 127.77.0.0/16\nrule direct\n")
    for _ in range(4):
        assert rep(d, "mixed.names.net", good.port) == 0
    assert bad.strangers() == []


def test_hosts_yes_reads_the_hosts_file(bauta, ns, echo):
    names = []
    with open("/etc/hosts") as f:
        for line in f:
            words = line.split("#")[0].split()
            if words and words[0].startswith("127.0.0.1"):
                names += [w for w in words[1:] if "localhost" not in w]
    if not names:
        pytest.skip("/etc/hosts has no other name for 127.0.0.1 to try")
    d = start(bauta, ns.port, hosts="yes")
    assert rep(d, names[0], echo.port) == 0
    assert ns.queries() == []


def test_100_names_at_once(bauta, dnsd, echo):
    """Answers come in any order and late; nobody waits for another."""
    server = dnsd(lambda name, kind, tcp: (
        dns.NOERROR, [dns.address(name, "127.0.0.1")] if kind == dns.A else
        [], False))
    d = start(bauta, server.port)
    waiting = []
    for i in range(100):
        s = wire.connect(d.addr)
        s.sendall(b"\x05\x01\x00" +
                  wire.request5("n%d.names.net" % i, echo.port))
        waiting.append(s)
    for s in waiting:
        assert wire.exactly(s, 2) == b"\x05\x00"
        assert wire.reply5(s) == 0
        s.close()


def test_a_slow_answer_holds_up_nobody(bauta, dnsd, echo):
    mute = dnsd(lambda name, kind, tcp: None if name.startswith("slow") else (
        dns.NOERROR, [dns.address(name, "127.0.0.1")] if kind == dns.A else
        [], False))
    d = start(bauta, mute.port, timeout="5s")
    waiting = []
    for i in range(50):
        s = wire.connect(d.addr)
        s.sendall(b"\x05\x01\x00" + wire.request5("slow%d.net" % i, 80))
        assert wire.exactly(s, 2) == b"\x05\x00"
        waiting.append(s)
    assert rep(d, "quick.names.net", echo.port) == 0
    assert rep(d, "127.0.0.1", echo.port) == 0
    for s in waiting:
        s.close()
