"""The byte mover: exact ends, back-pressure, many at once, nothing left."""
import contextlib
import hashlib
import os
import re
import resource
import select
import socket
import threading
import time

import pytest

from harness import daemon, net, origin, wire


@pytest.fixture
def d(bauta):
    return bauta()


def tunnel(d, o):
    s, rep = wire.socks5(d.addr, o.addr)
    assert rep == 0
    return s


def same_process():
    """Descriptors of a process that hides itself are root's to count."""
    if os.getuid() != 0:
        pytest.skip("only root may count another process's descriptors")


def test_the_client_may_end_first_and_still_hear_all(d, target):
    o = target(origin.upper_at_end)
    with tunnel(d, o) as s:
        s.sendall(b"abc" * 100000)
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b"ABC" * 100000


def test_the_target_may_end_first_and_still_hear_all(d, target):
    got, over = [], threading.Event()

    def handler(conn):
        conn.sock.sendall(b"that is all from me")
        conn.sock.shutdown(socket.SHUT_WR)
        got.append(wire.everything(conn.sock))
        over.set()

    with tunnel(d, target(handler)) as s:
        assert wire.everything(s) == b"that is all from me"
        s.sendall(b"xyz" * 100000)
        s.shutdown(socket.SHUT_WR)
        assert over.wait(10)
    assert got == [b"xyz" * 100000]


def test_a_half_closed_connection_still_carries_the_other_way(d, target):
    """Request, end, and an answer in pieces as the target likes."""
    go = threading.Semaphore(0)

    def handler(conn):
        wire.everything(conn.sock)
        for i in range(3):
            go.acquire(timeout=20)
            conn.sock.sendall(b"part %d" % i)

    with tunnel(d, target(handler)) as s:
        s.shutdown(socket.SHUT_WR)
        for i in range(3):
            go.release()
            assert wire.exactly(s, 6) == b"part %d" % i
        assert wire.everything(s) == b""


def test_a_reset_of_the_target_is_a_reset_for_the_client(d, target):
    with tunnel(d, target(origin.resetter)) as s:
        s.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            s.recv(1)


def test_a_reset_of_the_client_is_a_reset_for_the_target(d, target):
    seen = []
    over = threading.Event()

    def handler(conn):
        try:
            while True:
                data = conn.sock.recv(100)
                if not data:
                    seen.append("end")
                    break
        except ConnectionResetError:
            seen.append("reset")
        over.set()

    s = tunnel(d, target(handler))
    s.sendall(b"x")
    wire.reset(s)
    assert over.wait(10)
    assert seen == ["reset"]


def test_a_reset_is_not_turned_into_an_end_with_bytes_under_way(d, target):
    """Truncated but clean is the worst of all ends."""
    def handler(conn):
        conn.sock.sendall(b"z" * 300000)
        conn.sock.recv(1)
        wire.reset(conn.sock)

    with tunnel(d, target(handler)) as s:
        wire.exactly(s, 1000)
        s.sendall(b"x")
        with pytest.raises(ConnectionResetError):
            assert len(wire.everything(s)) == 300000 - 1000
            raise ConnectionResetError	# all arrived: fine as well


SIZE = 64 << 20


@pytest.mark.parametrize("way", ["socks5", "connect"])
def test_64_mib_both_ways_at_once_are_intact(d, target, way):
    o = target(origin.echo)
    if way == "socks5":
        s = tunnel(d, o)
    else:
        s, r = wire.http_connect(d.addr, o.addr)
        assert r.status == 200
    block = origin.pattern(1 << 20)
    sent, got = hashlib.sha256(), hashlib.sha256()

    def send():
        for i in range(SIZE >> 20):
            data = block[i:] + block[:i]
            sent.update(data)
            s.sendall(data)
        s.shutdown(socket.SHUT_WR)

    t = threading.Thread(target=send)
    with s:
        t.start()
        n = 0
        while True:
            data = s.recv(1 << 18)
            if not data:
                break
            got.update(data)
            n += len(data)
        t.join()
    assert n == SIZE
    assert got.hexdigest() == sent.hexdigest()


def fill(s, limit):
    """Send until the peer takes no more; how much that was."""
    s.setblocking(False)
    n, block = 0, b"f" * (1 << 16)
    while n < limit:
        if not select.select([], [s], [], 0.5)[1]:
            return n
        try:
            n += s.send(block)
        except BlockingIOError:
            pass
    return n


def test_a_slow_reader_stops_the_writer_and_costs_no_memory(d, target):
    """Back-pressure end to end: kernels hold some, the daemon nothing."""
    o = target(origin.hold)
    warm = tunnel(d, target(origin.echo))
    warm.sendall(b"x" * 100000)
    wire.exactly(warm, 100000)
    before = d.rss()
    filled = []
    with contextlib.ExitStack() as stack:
        stack.enter_context(warm)
        for i in range(4):
            s = stack.enter_context(tunnel(d, o))
            filled.append(fill(s, 64 << 20))
        grown = d.rss() - before
        assert max(filled) < 64 << 20, "it swallowed everything"
        assert grown < (2 << 20) * daemon.SLOW, "%d bytes grown" % grown
        # And the others do not notice.
        warm.sendall(b"still here")
        assert wire.exactly(warm, 10) == b"still here"
        # When the reader reads, all of it arrives.
        conn = o.wait_conns(4)[-1]
        conn.sock.settimeout(20)
        assert len(wire.exactly(conn.sock, filled[-1])) == filled[-1]


def test_a_slow_client_stops_the_target(d, target):
    counts = []

    def handler(conn):
        conn.sock.recv(1)
        counts.append(fill(conn.sock, 64 << 20))

    o = target(handler)
    with tunnel(d, o) as s:
        before = d.rss()
        s.sendall(b"x")
        net.poll(lambda: counts, "the target is stopped", 30)
        assert counts[0] < 64 << 20
        assert d.rss() - before < (2 << 20) * daemon.SLOW
        assert len(wire.exactly(s, counts[0])) == counts[0]


def test_an_idle_tunnel_is_broken_off_in_time(bauta, echo):
    d = bauta(conf="listen 127.0.0.1:%d\ntimeout { idle 1s; }\n" %
              net.free_port())
    busy, idle = tunnel(d, echo), tunnel(d, echo)
    with busy, idle:
        begun = time.monotonic()
        while not select.select([idle], [], [], 0.1)[0]:
            busy.sendall(b"k")
            assert wire.exactly(busy, 1) == b"k", "it was not idle"
            assert time.monotonic() - begun < 10
        assert wire.ended(idle)
        assert time.monotonic() - begun > 0.7


def test_a_half_closed_idle_tunnel_has_a_timeout_of_its_own(bauta, target):
    o = target(origin.upper_at_end)
    held = target(origin.hold)
    d = bauta(conf="listen 127.0.0.1:%d\n"
              "timeout { idle 1h; half-closed 1s; }\n" % net.free_port())
    whole, half = tunnel(d, o), tunnel(d, held)
    with whole, half:
        half.shutdown(socket.SHUT_WR)
        half.settimeout(10)
        assert wire.ended(half)
        whole.sendall(b"alive")
        whole.shutdown(socket.SHUT_WR)
        assert wire.everything(whole) == b"ALIVE"


@pytest.mark.slow
def test_2000_tunnels_come_and_go_and_leave_nothing(d, target):
    same_process()
    need = 4200
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < need:
        pytest.skip("needs %d descriptors: ulimit -n" % need)
    o = target(origin.hold)
    for _ in range(2):	# once to get warm, once to measure
        tunnel(d, o).close()
    net.poll(lambda: d.fds() < 100, "descriptors at rest")
    before = d.fds()
    n = 2000
    clients = []
    for i in range(n):
        s, rep = wire.socks5(d.addr, o.addr,
                             source="127.0.1.%d" % (i % 250 + 1))
        assert rep == 0
        clients.append(s)
    o.wait_conns(n + 2)
    assert d.fds() >= before + 2 * n
    for s in clients:
        s.close()
    for c in o.wait_conns(n):	# the targets end as well
        c.sock.close()
    net.poll(lambda: d.fds() <= before, "every descriptor is given back", 20)


@pytest.mark.slow
def test_an_idle_tunnel_costs_little_memory(d, target):
    """Resident growth, pages and all: far below a buffer each."""
    if daemon.SANITIZED:
        pytest.skip("a sanitiser keeps memory of its own for each object")
    o = target(origin.hold)
    clients = []

    def more(n):
        for i in range(n):
            s, rep = wire.socks5(d.addr, o.addr,
                                 source="127.0.2.%d" % (i % 250 + 1))
            assert rep == 0
            clients.append(s)

    try:
        more(200)
        before = d.rss()
        more(1500)
        each = (d.rss() - before) / 1500
    finally:
        for s in clients:
            s.close()
    assert each < 2048, "%d bytes for each" % each


def test_without_descriptors_it_waits_and_does_not_spin(bauta, echo):
    """As many clients as it has room for, and more; then room again."""
    d = bauta(wrapper=["prlimit", "--nofile=64:64"])
    first = tunnel(d, echo)
    clients = []
    with first:
        for _ in range(120):
            s = wire.connect(d.addr)
            s.setblocking(False)
            clients.append(s)
        begun = d.cpu()
        # A second in which the tunnel that is open goes on as ever.
        end = time.monotonic() + 1
        while time.monotonic() < end:
            first.sendall(b"tick")
            assert wire.exactly(first, 4) == b"tick"
            select.select([first], [], [], 0.05)
        used = d.cpu() - begun
        assert used < 0.2 * daemon.SLOW, "%.2f s of CPU in a second" % used
        for s in clients:
            s.close()

        def served():
            try:
                s, rep = wire.socks5(d.addr, echo.addr)
            except (OSError, AssertionError):
                return False
            s.close()
            return rep == 0

        net.poll(served, "new clients are served again")
    assert d.stderr.count("accepting pauses") <= 5, d.stderr
    assert d.err.wait_for(re.compile("accepting pauses"), 5), "nobody was told"


@pytest.mark.slow
def test_9000_silent_clients_do_not_keep_the_next_one_waiting(bauta, web):
    n, spare = 9000, 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < n + spare:
        pytest.skip("needs %d descriptors, the limit here is %d: ulimit -Hn" %
                    (n + spare, hard))
    d = bauta(conf="listen 127.0.0.1:%d\ntimeout { handshake 5m; }\n" %
              net.free_port())
    silent = []
    try:
        for i in range(n):
            s = socket.socket()
            silent.append(s)
            s.bind(("127.0.3.%d" % (i % 250 + 1), 0))
            s.connect(d.addr)
            if i % 3 == 0:	# some said a little
                s.sendall(b"\x05")
        if os.getuid() == 0:
            net.poll(lambda: d.fds() >= n, "all are in", 20)
        worst = 0.0
        for _ in range(20):
            t = time.monotonic()
            r = wire.get(d.addr, web.url("/x"))
            worst = max(worst, time.monotonic() - t)
            assert r.body == b"GET /x"
        assert worst < 0.5 * daemon.SLOW, "%.3f s for one request" % worst
        begun = d.cpu()
        select.select(silent[:1], [], [], 1)
        used = d.cpu() - begun
        assert used < 0.2, "%.2f s of CPU for clients that do nothing" % used
        if not daemon.SANITIZED:
            assert d.rss() < 64 << 20
    finally:
        for s in silent:
            s.close()
    if os.getuid() == 0:
        net.poll(lambda: d.fds() < 200, "all are out", 20)


def test_silent_clients_are_closed_at_the_deadline_and_leave_nothing(bauta):
    same_process()
    d = bauta(conf="listen 127.0.0.1:%d\ntimeout { handshake 1s; }\n" %
              net.free_port())
    before = d.fds()
    clients = [wire.connect(d.addr) for _ in range(300)]
    for s in clients:
        assert wire.ended(s)
        s.close()
    net.poll(lambda: d.fds() <= before, "every descriptor is given back")


def test_abandoned_handshakes_in_every_state_leave_nothing(bauta, echo,
                                                           closed_port):
    same_process()
    d = bauta()
    tunnel(d, echo).close()
    parts = [b"", b"\x05", b"\x05\x01\x00",
             b"\x05\x01\x00" + wire.request5(*echo.addr),
             b"\x05\x01\x00" + wire.request5("127.0.0.1", closed_port),
             b"\x05\x01\x00" + wire.request5("nobody.invalid", 80),
             b"\x04\x01", wire.request4(*echo.addr),
             b"GET http://127.0.0.1:%d/ HTTP/1.1\r\nHost: a" % echo.port,
             b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: a\r\n\r\n" % echo.port]
    net.poll(lambda: d.fds() < 100, "at rest")
    before = d.fds()
    for i in range(400):
        try:
            s = wire.connect(d.addr)
        except ConnectionResetError:
            pytest.fail("it is gone: %s" % d.stderr[-2000:])
        s.sendall(parts[i % len(parts)])
        if i % 2:
            wire.reset(s)
        else:
            s.close()
    net.poll(lambda: d.fds() <= before, "every descriptor is given back", 20)


def test_urgent_data_does_no_harm(d, echo):
    with tunnel(d, echo) as s:
        s.send(b"!", socket.MSG_OOB)
        s.sendall(b"after")
        got = b""
        while b"after" not in got:
            data = s.recv(100)
            assert data
            got += data


def test_tunnels_through_a_chain_end_exactly_too(bauta, hop, target):
    h = hop()
    o = target(origin.upper_at_end)
    d = bauta("-x", "socks5://127.0.0.1:%d" % h.port)
    with tunnel(d, o) as s:
        s.sendall(b"through a hop")
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b"THROUGH A HOP"
