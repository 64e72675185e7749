"""What two readers could take for two things is refused, and goes nowhere."""
import socket

import pytest

from harness import daemon, smuggling, wire

def record(conn):
    """Answers each whole request, and keeps every byte that came."""
    at = 0
    while True:
        data = conn.sock.recv(65536)
        if not data:
            return
        conn.data += data
        end = whole(bytes(conn.data), at)
        while end:
            conn.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            at, end = end, whole(bytes(conn.data), end)


def whole(data, at):
    """Where the request that begins there ends; 0: not yet."""
    end = data.find(b"\r\n\r\n", at) + 4
    if end < 4:
        return 0
    _, headers = wire.parse_head(data[at:end])
    low = {k.lower(): v for k, v in headers}
    if "transfer-encoding" in low:
        return end_of_chunks(data, end)
    end += int(low.get("content-length", "0"))
    return end if end <= len(data) else 0


def end_of_chunks(data, at):
    """Only canonical ones get here, but they may end early."""
    size = None
    while size != 0:
        line, crlf, _ = data[at:].partition(b"\r\n")
        if not crlf:
            return 0
        size = int(line, 16)
        at += len(line) + 2 + size + 2
    return at if at <= len(data) else 0


@pytest.fixture(scope="module")
def d(session_dir):
    """One for all: none of them may harm it."""
    d = daemon.Daemon(dir=session_dir).wait_ready()
    yield d
    d.check()


@pytest.fixture
def o(target):
    return target(record)


def made(case, what, o):
    host = b"127.0.0.1:%d" % o.port
    return case.made(what, b"http://" + host, host)


def received(o):
    """All that came, on whatever connection, when all of them are over."""
    for c in o.strangers():
        assert c.over.wait(20)
    return b"".join(bytes(c.data) for c in o.conns)


def answer(d, data, slice=None):
    """What the client hears, to the end; None: it was reset."""
    with wire.connect(d.addr) as s:
        try:
            for i in range(0, len(data), slice or len(data)):
                s.sendall(data[i:i + (slice or len(data))])
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass                # it was refused before it was all said
        try:
            return wire.everything(s)
        except ConnectionResetError:
            return None


def is_refusal(said):
    """One page, and the end."""
    head, _, body = said.partition(b"\r\n\r\n")
    line, headers = wire.parse_head(head)
    status = int(line.split(" ")[1])
    length = [int(v) for k, v in headers if k.lower() == "content-length"]
    return (status in smuggling.REFUSALS and length == [len(body)] and
            ("Connection", "close") in headers and b"SMUGGLED" not in said)


@pytest.mark.parametrize("case", smuggling.BAD, ids=lambda c: c.name)
def test_nothing_of_it_reaches_the_origin(d, o, case):
    data = made(case, case.wire, o)
    said = answer(d, data)
    got = received(o)
    # What begins like nothing we speak is hung up on.
    assert (not said and not data[:1].isalpha()) or is_refusal(said), said
    assert got == b""


@pytest.mark.parametrize("case", [c for c in smuggling.BAD
                                  if len(c.wire) < 1000],
                         ids=lambda c: c.name)
def test_nor_byte_by_byte(d, o, case):
    """A good head before a bad body may be there, but never a whole request."""
    said = answer(d, made(case, case.wire, o), 1)
    got = received(o)
    assert not said or is_refusal(said), said
    assert b"SMUGGLED" not in got and whole(got, 0) == 0
    assert case.body or got == b""


@pytest.mark.parametrize("case", [c for c in smuggling.BAD if not c.body and
                                  len(c.wire) < 1000],
                         ids=lambda c: c.name)
def test_nor_behind_a_good_one(d, o, case):
    good = smuggling.GET + b"\r\n"
    said = answer(d, made(case, good + case.wire, o))
    assert said.startswith(b"HTTP/1.1 200 OK\r\n"), said
    assert b"SMUGGLED" not in said
    _, _, rest = said.partition(b"\r\n\r\nok")
    assert is_refusal(rest), rest
    assert received(o) == made(case, smuggling.GOT + b"\r\n", o)


@pytest.mark.parametrize("slice", [None, 1], ids=["at once", "byte by byte"])
@pytest.mark.parametrize("case", smuggling.GOOD, ids=lambda c: c.name)
def test_what_has_one_reading_arrives_as_that(d, o, case, slice):
    said = answer(d, made(case, case.wire, o), slice)
    assert said is not None and said.startswith(b"HTTP/1.1 200 OK\r\n"), said
    assert received(o) == made(case, case.seen, o)


@pytest.mark.parametrize("case", smuggling.ANSWERS, ids=smuggling.text)
def test_of_a_malformed_answer_nothing_reaches_the_client(d, target, case):
    def reply(conn):
        wire.read_head(conn.sock)
        conn.sock.sendall(case)
        conn.sock.shutdown(socket.SHUT_WR)
        wire.everything(conn.sock)
    r = wire.get(d.addr, target(reply).url("/"))
    assert r.status == 502, r
    assert b"SMUGGLED" not in r.body and not r.all("A")
