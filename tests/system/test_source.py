"""Where connections leave from, in a network namespace of the test's own."""
import ipaddress
import sys

import pytest

from harness import daemon, net, origin, wire

PREFIX = ipaddress.ip_network("2001:db8:77::/64")
TARGET = "2001:db8:99::1"
NAMESPACE = """
ip addr add %s/128 dev lo nodad
ip route add local %s dev lo
ip link add aside type veth peer name beside
ip link set aside up
""" % (TARGET, PREFIX)


@pytest.mark.parametrize("what", ("prefix", "each", "interface", "hop"))
def test_source(alone, dir, what):
    alone(NAMESPACE, sys.executable, "-B", __file__, what, dir)


class Inside:
    def __init__(self, dir):
        self.dir = dir
        self.six = origin.Origin(origin.echo, hosts=(TARGET,))
        self.four = origin.Origin(origin.echo, hosts=("127.0.0.1",))

    def daemon(self, text):
        return daemon.Daemon(dir=self.dir, conf="listen 127.0.0.1:%d\n%s" % (
            net.free_port(), text)).wait_ready()

    def seen(self, d, to, user=None):
        """The address a connection to it came from, or the reply."""
        n = len(to.conns)
        s, rep = wire.socks5(d.addr, to.addr, user, user and "x")
        s.close()
        if rep != 0:
            assert not to.strangers()
            return rep
        to.wait_conns(n + 1)
        return to.conns[n].peer[0]


def prefix(i):
    """An address of it for each identity, of nobody's before; no other."""
    d = i.daemon("rule direct source %s\n" % PREFIX)
    at = {user: i.seen(d, i.six, user) for user in ("a", "b", "c")}
    assert len(set(at.values())) == 3, at
    assert all(ipaddress.ip_address(a) in PREFIX for a in at.values()), at
    assert {user: i.seen(d, i.six, user) for user in at} == at
    # There is no IPv4 address to leave from, so it does not.
    assert i.seen(d, i.four) == wire.NET
    d.check()


def each(i):
    """Where nothing isolates, one for each connection."""
    d = i.daemon("rule direct isolate none source %s\n" % PREFIX)
    at = [i.seen(d, i.six) for _ in range(8)]
    assert len(set(at)) == 8, at
    d.check()


def interface(i):
    """What can not go out there goes out nowhere."""
    d = i.daemon("timeout { connect 1s; }\n"
                 "rule direct to 127.0.0.0/8 interface nosuch\n"
                 "rule direct interface lo\n")
    assert i.seen(d, i.six) == TARGET
    assert i.seen(d, i.four) == wire.NET
    d.check()
    d = i.daemon("timeout { connect 1s; }\n"
                 "rule direct interface aside\n")
    assert i.seen(d, i.four) == wire.TTL
    d.check()


def hop(i):
    """For a chain it is the first hop that sees it."""
    d = i.daemon("proxy p socks5://[%s]:%d\nrule chain p source %s\n" % (
        TARGET, i.six.port, PREFIX))
    s, _ = wire.socks5(d.addr, i.four.addr)	# it only echoes: refused
    s.close()
    i.six.wait_conns(1)
    assert ipaddress.ip_address(i.six.conns[0].peer[0]) in PREFIX
    assert not i.four.strangers()
    d.check()


if __name__ == "__main__":
    globals()[sys.argv[1]](Inside(sys.argv[2]))
