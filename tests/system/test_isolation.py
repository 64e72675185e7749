"""Who is kept apart shares nothing that a hop, tor or a name server can see."""
import contextlib
import json
import socket
import threading

import pytest

from harness import daemon, dnsd as dns, hops, net, proc, wire


class Witness(hops.Hop):
    """A SOCKS5 hop that keeps, for each connection, its login and target."""

    def __init__(self):
        self.seen = []
        self.local = threading.local()
        super().__init__(names={"*": ("127.0.0.1", None)})

    def _hop(self, conn):
        self.local.login = None
        super()._hop(conn)

    def _socks5(self, s):
        n = wire.exactly(s, 2)[1]
        methods = wire.exactly(s, n)
        s.sendall(b"\x05\x02" if 2 in methods else b"\x05\x00")
        if 2 in methods:
            user = wire.exactly(s, wire.exactly(s, 2)[1]).decode()
            password = wire.exactly(s, wire.exactly(s, 1)[0]).decode()
            s.sendall(b"\x01\x00")
            self.local.login = (user, password)
        wire.exactly(s, 4)
        host = wire.exactly(s, wire.exactly(s, 1)[0]).decode()
        port = int.from_bytes(wire.exactly(s, 2), "big")
        self.seen.append((self.local.login, host))
        self._go(s, "socks5", host, port, b"\x05\x00\x00\x01" + b"\0" * 6,
                 b"\x05\x04\x00\x01" + b"\0" * 6)

    def logins_of(self, who):
        return {login for login, host in self.seen
                if host.startswith(who + "-")}


@pytest.fixture
def hop():
    with contextlib.closing(Witness()) as h:
        yield h


def start(bauta, hop, rule, more="", listeners=1):
    ports = [net.free_port() for _ in range(listeners)]
    d = bauta(conf="".join("listen 127.0.0.1:%d\n" % p for p in ports) +
              "workers 1\nproxy t socks5://127.0.0.1:%d { tor yes; }\n"
              "rule chain t %s\n%s" % (hop.port, rule, more))
    return d, [("127.0.0.1", p) for p in ports]


def ask(addr, name, port, source=None, user=None):
    with contextlib.closing(wire.socks5(
            addr, (name, port), user, user and "x", source)[0]) as s:
        s.sendall(b"ping")
        assert s.recv(4) == b"ping"


def spares(dir):
    r = proc.run([daemon.bautactl_path(), "status", "--json"],
                 env=proc.clean_env(XDG_RUNTIME_DIR=str(dir)))
    return sum(w["spare-circuits"] for w in json.loads(r.stdout)["workers"])


WAYS = {
    "client": ("", lambda addrs, who: dict(
        addr=addrs[0], source="127.0.0.%d" % (2 + "ab".index(who)))),
    "listener": ("", lambda addrs, who: dict(addr=addrs["ab".index(who)])),
    "user": ("", lambda addrs, who: dict(addr=addrs[0], user=who)),
}


@pytest.mark.parametrize("way", WAYS)
def test_two_never_share_a_circuit_or_a_login(bauta, dir, hop, echo, way):
    rule, of = WAYS[way]
    _, addrs = start(bauta, hop, rule, listeners=2)
    for i in range(6):
        for who in "ab":        # by turns, on spare circuits as well
            ask(name="%s-%d.example" % (who, i), port=echo.port,
                **of(addrs, who))
        if i == 2:
            net.poll(lambda: spares(dir) == 2, "a spare for each")
    a, b = hop.logins_of("a"), hop.logins_of("b")
    assert len(a) == len(b) == 1 and a != b
    for user, password in a | b:
        assert user == "<torS0X>0" and len(password) == 64


def test_a_target_is_kept_apart_when_asked_for(bauta, hop, echo):
    _, (addr,) = start(bauta, hop, "isolate target")
    for _ in range(3):
        ask(addr, "a-1.example", echo.port)
        ask(addr, "b-1.example", echo.port)
    assert len(hop.logins_of("a")) == len(hop.logins_of("b")) == 1
    assert hop.logins_of("a") != hop.logins_of("b")


def test_nobody_is_kept_apart_with_none(bauta, dir, hop, echo):
    _, (addr,) = start(bauta, hop, "isolate none")
    ask(addr, "a-1.example", echo.port, source="127.0.0.2")
    net.poll(lambda: spares(dir) == 1, "one spare")
    ask(addr, "b-1.example", echo.port, source="127.0.0.3")
    assert hop.logins_of("a") == hop.logins_of("b")


def test_a_new_identity_is_a_new_one_to_tor(bauta, dir, hop, echo):
    _, (addr,) = start(bauta, hop, "")
    ask(addr, "a-1.example", echo.port)
    net.poll(lambda: spares(dir) == 1, "a spare of the old one")
    r = proc.run([daemon.bautactl_path(), "new-identity"],
                 env=proc.clean_env(XDG_RUNTIME_DIR=str(dir)))
    assert r.returncode == 0
    ask(addr, "b-1.example", echo.port)
    assert hop.logins_of("a") != hop.logins_of("b")


def test_what_one_looked_up_the_other_asks_again(bauta, echo):
    d = dns.Dnsd(lambda name, kind, tcp: (
        0, [dns.address(name, "127.0.0.1")] if kind == dns.A else [], False))
    b = bauta(conf="listen 127.0.0.1:%d\nworkers 1\n"
              "dns { server 127.0.0.1:%d; }\n" % (net.free_port(), d.port))

    def asked():
        return sum(kind == dns.A for _, kind, _ in d.asked)
    ask(b.addr, "one.example.org", echo.port, source="127.0.0.2")
    ask(b.addr, "one.example.org", echo.port, source="127.0.0.2")
    assert asked() == 1
    ask(b.addr, "one.example.org", echo.port, source="127.0.0.3")
    assert asked() == 2
    d.close()


def test_payload_is_never_sent_twice(bauta, target):
    """Hops that die with it on the way: the client hears, nobody repeats."""
    got = []

    def origin(conn):
        data = conn.sock.recv(100)
        if data:
            got.append(data)
            conn.sock.sendall(b"pong")

    o = target(origin)

    class Dies(hops.Hop):
        """After it has passed on the first bytes, or just before."""
        turn = 0

        def _go(self, s, scheme, host, port, good, bad):
            Dies.turn += 1
            with wire.connect(("127.0.0.1", port)) as up:
                s.sendall(good)
                data = s.recv(100)
                if Dies.turn % 2 and data:
                    up.sendall(data)
                    up.recv(4)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         b"\1\0\0\0\0\0\0\0")
    with contextlib.closing(Dies()) as one, contextlib.closing(Dies()) as two:
        b = bauta(conf="listen 127.0.0.1:%d\nproxy a socks5://127.0.0.1:%d\n"
                  "proxy b socks5://127.0.0.1:%d\npool p { members a b; }\n"
                  "rule chain p isolate none\n" % (
                      net.free_port(), one.port, two.port))
        for i in range(12):
            s, code = wire.socks5(b.addr, ("127.0.0.1", o.port))
            with s:
                assert code == 0
                s.sendall(b"ping %d" % i)
                with contextlib.suppress(ConnectionResetError):
                    assert s.recv(4) == b""
    assert len(got) == len(set(got)), "something came twice"
    assert got, "something came"
