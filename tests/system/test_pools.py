"""Pools and chains while hops die, lie and come back: nobody notices."""
import contextlib
import json
import random
import socket
import threading
import time

import pytest

from harness import daemon, hops, net, proc, wire

# Where a hop hangs up: before which of its answers (0: it says nothing at
# all), and what it says of that answer, None: half of it.
STATES = {
    "accepted": (0, b""),
    "greeted": (1, b""),
    "half a method": (1, None),
    "no method": (1, b"\x05\xff"),
    "nonsense": (1, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "method": (1, b"\x05\x00"),
    "asked": (2, b""),
    "half a reply": (2, None),
    "another version": (2, b"\x04\x00\x00\x01" + b"\0" * 6),
}


class Flaky(hops.Hop):
    """Hangs up at the state that fails() names for each connection."""

    def __init__(self, fails=lambda: None, **kw):
        self.fails = fails
        self.local = threading.local()
        super().__init__(names={"*": ("127.0.0.1", None)}, **kw)

    def _hop(self, conn):
        self.local.state = STATES.get(self.fails())
        self.local.answers = 0
        if self.local.state != STATES["accepted"]:
            super()._hop(conn)

    def _say(self, s, data):
        self.local.answers += 1
        if self.local.state and self.local.state[0] == self.local.answers:
            last = self.local.state[1]
            s.sendall(data[:len(data) // 2] if last is None else last)
            raise ConnectionAbortedError
        super()._say(s, data)


@pytest.fixture
def flaky():
    with contextlib.ExitStack() as stack:
        yield lambda *a, **kw: stack.enter_context(
            contextlib.closing(Flaky(*a, **kw)))


def start(bauta, proxies, text, more="", how=""):
    """Hops are called a, b, c, ... in the configuration."""
    text = "".join(
        "proxy %s %s://127.0.0.1:%d%s\n" % (
            "abcdefgh"[i], getattr(h, "scheme", "socks5"),
            h if isinstance(h, int) else h.port, how)
        for i, h in enumerate(proxies)) + text
    return bauta(conf="listen 127.0.0.1:%d\nworkers 1\n%s%s" % (
        net.free_port(), text, more))


def ask(d, target, user=None):
    """The reply code; a tunnel that is there has to work."""
    s, code = wire.socks5(d.addr, target, user, user and "x")
    with s:
        if code == 0:
            s.sendall(b"ping")
            assert wire.exactly(s, 4) == b"ping"
    return code


def members(dir, pool):
    r = proc.run([daemon.bautactl_path(), "pool", pool, "--json"],
                 env=proc.clean_env(XDG_RUNTIME_DIR=str(dir)))
    assert r.returncode == 0, r
    return {m["proxy"]: m["state"]
            for m in json.loads(r.stdout)["pools"][0]["members"]}


# -- who is down --------------------------------------------------------------

@pytest.mark.parametrize("isolated", (False, True))
def test_a_dead_member_costs_nobody_a_request(bauta, flaky, closed_port, echo,
                                              isolated):
    a, b = flaky(), flaky()
    d = start(bauta, [closed_port, a, b], "pool p { members a b c; }\n"
              "rule chain p %s\n" % ("" if isolated else "isolate none"))
    for i in range(30):
        assert ask(d, echo.addr, "u%d" % i if isolated else None) == 0
    assert a.asked and b.asked


@pytest.mark.parametrize("state", STATES)
def test_a_member_that_hangs_up_costs_nobody_a_request(bauta, flaky, echo,
                                                       state):
    bad, good = flaky(lambda: state), flaky()
    d = start(bauta, [bad, good], "pool p { members a b; }\n"
              "rule chain p isolate none\n")
    for _ in range(6):
        assert ask(d, echo.addr) == 0
    assert bad.conns, "it was tried"


def test_a_silent_member_is_waited_for_as_long_as_an_attempt(bauta, flaky,
                                                             target, echo):
    mute, good = target(lambda conn: conn.sock.recv(1000) and
                        conn.sock.recv(1000)), flaky()
    d = start(bauta, [mute, good], "pool p { members a b; }\n"
              "rule chain p isolate none\n", "timeout { attempt 1s; }\n")
    for _ in range(6):
        assert ask(d, echo.addr) == 0
    assert mute.conns, "it was tried"


@pytest.mark.parametrize("at", ("greeting", "target"))
def test_a_member_that_became_slow_is_not_waited_for(bauta, dir, flaky,
                                                     echo, at):
    """Long before its attempt is over, another one is tried beside it.

    A hop that does not even answer itself is then down, one whose target does
    not is not.
    """
    slow, over = threading.Event(), threading.Event()
    waited = []

    class Slow(hops.Hop):
        def _wait(self, what):
            if slow.is_set() and what == at:
                waited.append(what)
                over.wait(60)

        def _hop(self, conn):
            self._wait("greeting")
            super()._hop(conn)

        def _go(self, *args):
            self._wait("target")
            super()._go(*args)
    with contextlib.closing(Slow()) as bad:
        d = start(bauta, [bad, flaky()], "pool p { members a b; }\n"
                  "rule chain p isolate none\n",
                  "timeout { attempt 40s; connect 50s; }\n")
        for _ in range(40):		# how long it takes is learned
            assert ask(d, echo.addr) == 0
        slow.set()
        began = time.monotonic()
        for _ in range(6):
            assert ask(d, echo.addr) == 0
        took = time.monotonic() - began
        assert took < 20
        seen = set()
        for _ in range(10):
            assert ask(d, echo.addr) == 0
            seen.add(members(dir, "p")["a"])
        over.set()
    assert seen == {"up"} if at == "target" else "down" in seen, seen


def test_members_are_killed_and_come_back_and_nobody_notices(bauta, microsocks,
                                                             echo):
    """Until a tunnel is there, that is; one through a killed hop is broken."""
    three = [microsocks() for _ in range(3)]
    d = start(bauta, three, "pool p { members a b c; }\n"
              "rule chain p isolate none\n")
    refused, broken, done = [], [], []
    over = threading.Event()

    def clients(k):
        while not over.is_set():
            try:
                code = ask(d, echo.addr)
                (refused if code else done).append(code)
            except (AssertionError, ConnectionError):
                broken.append(k)
            over.wait(0.02)
    threads = [threading.Thread(target=clients, args=(k,)) for k in range(3)]
    for t in threads:
        t.start()
    try:
        for i in range(6):
            three[i % 3].kill()
            over.wait(0.6)
            three[i % 3].start()
            over.wait(0.4)
        net.poll(lambda: len(done) >= 150, "150 requests", 20)
    finally:
        over.set()
        for t in threads:
            t.join()
    assert refused == []
    assert len(broken) <= 6 * len(threads)


def test_programs_of_different_kinds_stand_in_for_each_other(
        bauta, microsocks, danted, tinyproxy, shadowsocks, echo):
    four = [microsocks(), danted(), tinyproxy(), shadowsocks()]
    d = start(bauta, four, "pool p { members a b c d; }\n"
              "rule chain p isolate none\n")
    for victim in four[:3]:
        for _ in range(6):
            assert ask(d, echo.addr) == 0
        victim.kill()
    for _ in range(6):
        assert ask(d, echo.addr) == 0


def test_a_check_finds_out_before_anybody_asks(bauta, dir, flaky, echo):
    broken = threading.Event()
    a, b = flaky(lambda: "greeted" if broken.is_set() else None), flaky()
    d = start(bauta, [a, b], "pool p { members a b; check; check-every 1s; }\n"
              "rule chain p isolate none\n")
    for _ in range(4):
        assert ask(d, echo.addr) == 0	# from now on it is in use
    # One of them maybe by spare circuits alone, which are still on their way.
    net.poll(lambda: members(dir, "p") == {"a": "up", "b": "up"}, "both are up")
    asked = len(a.asked), len(b.asked)
    broken.set()
    net.poll(lambda: members(dir, "p")["a"] == "down", "a is down", 20)
    assert (len(a.asked), len(b.asked)) == asked, "no request found it out"
    broken.clear()
    net.poll(lambda: members(dir, "p")["a"] == "up", "a is back", 20)


@pytest.mark.parametrize("how", ("refused", "silent"))
def test_a_check_with_a_target_finds_who_can_not_reach_it(bauta, dir, echo,
                                                          how):
    """And when nobody can, that target says nothing about anybody."""
    lost, over = threading.Event(), threading.Event()

    class Lost(hops.Hop):
        def _go(self, s, scheme, host, port, good, bad):
            if lost.is_set() and how == "silent":
                over.wait(60)
            if lost.is_set():
                self._say(s, bad)
            else:
                super()._go(s, scheme, host, port, good, bad)
    with contextlib.closing(Lost()) as a, contextlib.closing(hops.Hop()) as b:
        d = start(bauta, [a, b], "pool p { members a b; check %s:%d; "
                  "check-every 1s; }\nrule chain p isolate none\n" % echo.addr,
                  "timeout { attempt 1s; }\n")
        for _ in range(4):
            assert ask(d, echo.addr) == 0
        net.poll(lambda: members(dir, "p") == {"a": "up", "b": "up"},
                 "both are up")
        lost.set()
        net.poll(lambda: members(dir, "p")["a"] == "down", "a is down", 20)
        assert members(dir, "p")["b"] == "up"
        lost.clear()
        over.set()
        net.poll(lambda: members(dir, "p")["a"] == "up", "a is back", 20)


# -- ways to go ---------------------------------------------------------------

class Late(hops.Hop):
    """Answers after so many seconds."""

    def __init__(self, seconds, **kw):
        self.seconds = seconds
        super().__init__(**kw)

    def _say(self, s, data):
        threading.Event().wait(self.seconds)
        super()._say(s, data)


BALANCED = {
    "round-robin": lambda a, b: abs(a - b) <= 4,
    "random": lambda a, b: a > 0 and b > 0,
    "hash": lambda a, b: a == 0 or b == 0,
    "latency": lambda a, b: a < b / 4,
}


@pytest.mark.parametrize("balance", BALANCED)
def test_members_are_balanced(bauta, echo, balance):
    """A is slower."""
    with contextlib.closing(Late(0.05)) as a, \
            contextlib.closing(Late(0)) as b:
        d = start(bauta, [a, b], "pool p { members a b; balance %s; }\n"
                  "rule chain p isolate none\n" % balance)
        for _ in range(40):
            assert ask(d, echo.addr) == 0
        took = len(a.asked), len(b.asked)
        assert BALANCED[balance](*took), took


def test_the_member_with_the_fewest_connections_is_next(bauta, flaky, echo):
    a, b = flaky(), flaky()
    d = start(bauta, [a, b], "pool p { members a b; balance least; }\n"
              "rule chain p isolate none\n")
    held = []
    try:
        for _ in range(12):
            s, code = wire.socks5(d.addr, echo.addr)
            held.append(s)
            assert code == 0
        assert min(len(a.asked), len(b.asked)) >= 4, (len(a.asked),
                                                      len(b.asked))
    finally:
        for s in held:
            s.close()


def test_a_backup_is_used_only_while_the_others_are_down(bauta, flaky, echo):
    broken = threading.Event()
    a, b = (flaky(lambda: "accepted" if broken.is_set() else None)
            for _ in range(2))
    spare = flaky()
    d = start(bauta, [a, b, spare], "pool p { members a b; backup c; }\n"
              "rule chain p isolate none\n")
    for _ in range(8):
        assert ask(d, echo.addr) == 0
    assert a.asked and b.asked and not spare.conns
    broken.set()
    for _ in range(8):
        assert ask(d, echo.addr) == 0
    assert spare.asked
    broken.clear()

    def is_back():
        n = len(spare.asked)
        return all(ask(d, echo.addr) == 0 for _ in range(4)) and \
            len(spare.asked) == n
    net.poll(is_back, "those who serve first are back", 20)


def test_otherwise_is_another_way(bauta, flaky, echo):
    broken = threading.Event()
    a, b, other = (flaky(), flaky(lambda: "accepted" if broken.is_set()
                                  else None), flaky())
    d = start(bauta, [a, b, other], "chain x { hops a b; otherwise y; }\n"
              "chain y { hops c; }\nrule chain x\n")
    assert ask(d, echo.addr) == 0
    assert not other.conns
    broken.set()
    for _ in range(6):
        assert ask(d, echo.addr) == 0
    assert ("socks5", *echo.addr) in other.asked
    assert ("socks5", *echo.addr) not in a.asked, "no way without b"


def test_dynamic_leaves_out_who_is_down_but_not_more_than_min(bauta, flaky,
                                                              echo):
    broken = set()
    three = [flaky(lambda i=i: "accepted" if i in broken else None)
             for i in range(3)]
    d = start(bauta, three, "chain x { hops a b c; mode dynamic; min 2; }\n"
              "rule chain x\n")
    to = ("socks5", *echo.addr)
    assert ask(d, echo.addr) == 0
    assert three[1].asked and to in three[2].asked
    broken.add(1)
    for _ in range(4):
        assert ask(d, echo.addr) == 0
    assert ("socks5", "127.0.0.1", three[2].port) in three[0].asked
    reached = len(echo.conns)
    broken.add(2)
    assert ask(d, echo.addr) != 0, "one hop is less than two"
    assert len(echo.conns) == reached and to not in three[0].asked


def test_pick_takes_different_members_in_any_order(bauta, flaky, echo):
    three = [flaky() for _ in range(3)]
    d = start(bauta, three, "pool p { members a b c; }\n"
              "chain x { pick 2 p; }\nrule chain x isolate none\n")
    for _ in range(40):
        assert ask(d, echo.addr) == 0
    pairs = {(i, j) for i, h in enumerate(three) for j, to in enumerate(three)
             if ("socks5", "127.0.0.1", to.port) in h.asked}
    assert pairs == {(i, j) for i in range(3) for j in range(3) if i != j}
    assert all(("socks5", *echo.addr) in h.asked for h in three)


# -- what a client is told ----------------------------------------------------

@pytest.mark.parametrize("optimistic", ("no", "yes"))
def test_a_target_that_refuses(bauta, flaky, closed_port, echo, optimistic):
    """The truth, or after a promise a reset; and it is nobody's fault."""
    a, b = flaky(), flaky()
    d = start(bauta, [a, b], "pool p { members a b; }\n"
              "chain x { hops p; optimistic %s; }\nrule chain x\n" % optimistic)
    for i in range(4):
        s, code = wire.socks5(d.addr, ("127.0.0.1", closed_port))
        with s:
            assert (code == 0) == (optimistic == "yes")
            if code == 0:
                with pytest.raises(ConnectionResetError):
                    s.recv(1)
        assert len(a.asked) + len(b.asked) == i + 1, "it is not tried again"
    assert ask(d, echo.addr) == 0


@pytest.mark.parametrize("optimistic", ("no", "yes"))
def test_nothing_is_sent_twice_whenever_hops_fail(bauta, target, optimistic):
    """Hops that fail anywhere, also with what the client said under way."""
    chance, lock = random.Random(7), threading.Lock()
    ids = []

    def origin(conn):
        while len(got := wire.exactly(conn.sock, 6)) == 6:
            ids.append(got)
            conn.sock.sendall(got)

    def choose(of):
        with lock:
            return chance.choice(of)

    class Deadly(Flaky):
        def _go(self, s, scheme, host, port, good, bad):
            fate = choose((None, "mute", "passes on"))
            if fate is None:
                super()._go(s, scheme, host, port, good, bad)
                return
            with wire.connect((host, port)) as up:
                self._say(s, good)
                said = s.recv(100)
                if fate == "passes on":
                    up.sendall(said)
                    up.shutdown(socket.SHUT_WR)
                    wire.everything(up)

    o = target(origin)
    with contextlib.ExitStack() as stack:
        three = [stack.enter_context(contextlib.closing(
            Deadly(lambda: choose((None, None, *STATES))))) for _ in range(3)]
        d = start(bauta, three, "pool p { members a b c; }\n"
                  "chain x { hops p; optimistic %s; }\n"
                  "rule chain x isolate none\n" % optimistic)
        answered = 0
        for i in range(120):
            s, code = wire.socks5(d.addr, o.addr)
            with s:
                if code != 0:
                    continue
                with contextlib.suppress(ConnectionError):
                    s.sendall(b"%06d" % i)
                    answered += wire.exactly(s, 6) == b"%06d" % i
    assert all(conn.over.wait(20) for conn in o.conns)
    assert len(ids) == len(set(ids)), "something came twice"
    assert len(ids) > answered > 0, "some came, and nobody was told"


def test_what_went_ahead_of_the_answer_is_not_sent_again(bauta, target):
    """Passed on by a hop that dies instead of saying that it did."""
    ids = []
    o = target(lambda conn: ids.append(wire.everything(conn.sock)))

    class Dies(hops.Hop):
        def _go(self, s, scheme, host, port, good, bad):
            self.asked.append((scheme, host, port))
            with wire.connect((host, port)) as up:
                up.sendall(wire.exactly(s, 6))

    with contextlib.ExitStack() as stack:
        six = [stack.enter_context(contextlib.closing(Dies()))
               for _ in range(6)]
        d = start(bauta, six, "pool p { members a b c d e f; }\n"
                  "chain x { hops p; optimistic yes; }\n"
                  "rule chain x isolate none\n", how=" { pipeline yes; }")
        for i in range(6):
            s, code = wire.socks5(d.addr, o.addr)
            with s:
                assert code == 0
                s.sendall(b"%06d" % i)
                with pytest.raises(ConnectionResetError):
                    s.recv(1)
            assert sum(len(h.asked) for h in six) == i + 1
    o.wait_conns(6)
    assert all(conn.over.wait(20) for conn in o.conns)
    assert sorted(ids) == [b"%06d" % i for i in range(6)]
