"""A second opinion: what arrives at an origin is for h11 what was sent."""
import random
import socket

import h11
import pytest

from harness import smuggling, wire
from test_smuggling import received, record

SEED, MESSAGES = 9112, 1500
PIECES = [b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b",", b";", b"\0", b"0",
          b"5", b"ff", b"chunked", b"Content-Length: 5\r\n",
          b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n",
          b"Host: x\r\n", b"0\r\n\r\n", b"HTTP/1.0", b"GET ", b"#", b"@",
          b"\x7f", b"\xff", b"Expect: 100-continue\r\n", b"Upgrade: h2c\r\n"]


def mutated(rng, data):
    """Most of them are still a message; some are not."""
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice((0, 0, 1, 1, 2, 8)))
        how = rng.randrange(4)
        if how == 0:
            data = data[:at] + rng.choice(PIECES) + data[to:]
        elif how == 1:
            data = data[:at] + data[to:]
        elif how == 2:
            data = data[:to] + data[at:]
        else:
            data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1:]
    return data


class Reading:
    """What h11, as a server, makes of these bytes."""

    def __init__(self, data):
        self.requests, self.bodies = [], []
        self.error, self.complete = None, True
        conn = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 17)
        conn.receive_data(data)
        try:
            self.read(conn)
        except h11.RemoteProtocolError as e:
            self.error = e

    def read(self, conn):
        while True:
            event = conn.next_event()
            if event in (h11.NEED_DATA, h11.PAUSED) or \
                    isinstance(event, h11.ConnectionClosed):
                # Nothing of a next one may be there.
                self.rest = conn.trailing_data[0]
                return
            if isinstance(event, h11.Request):
                self.requests.append(event)
                self.bodies.append(b"")
                self.complete = False
            elif isinstance(event, h11.Data):
                self.bodies[-1] += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self.complete = True


FRAMING = {b"host", b"content-length", b"transfer-encoding"}


def compare(sent, got, target):
    """Two readings with one meaning."""
    (a,), (b,) = sent.requests, got.requests
    assert a.method == b.method
    path = bytes(a.target)
    assert path[:len(target)].lower() == target
    path = path[len(target):]
    assert bytes(b.target) == (path if path[:1] == b"/" else b"/" + path)
    assert sent.bodies == got.bodies
    of_a = [(n, v) for n, v in a.headers if n not in FRAMING]
    for header in b.headers:
        if header[0] not in FRAMING:
            # h11 joins what it may join; what we drop is not asked here.
            assert header in of_a, header


@pytest.fixture(scope="module")
def messages():
    rng = random.Random(SEED)
    wires = [c.wire for c in smuggling.GOOD]
    return [mutated(rng, rng.choice(wires)) for _ in range(MESSAGES)]


def test_what_is_sent_on_means_what_was_sent(bauta, target, messages):
    d, o = bauta(), target(record)
    host = b"127.0.0.1:%d" % o.port
    passed = 0
    for message in messages:
        data = message.replace(b"{T}", b"http://" + host).replace(b"{H}", host)
        with wire.connect(d.addr) as s:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            try:
                wire.everything(s)
            except ConnectionResetError:
                pass
        raw = received(o)
        o.conns.clear()
        if not raw:
            continue
        got = Reading(raw)
        # All of it is one request, which may be cut short as ours was.
        assert got.error is None, (data, raw, got.error)
        assert len(got.requests) == 1 and got.rest == b"", (data, raw)
        sent = Reading(data)
        if sent.error is None and len(sent.requests) == 1 and got.complete:
            compare(sent, got, b"http://" + host)
            passed += 1
    assert passed > MESSAGES / 10, "too few of them were messages"
