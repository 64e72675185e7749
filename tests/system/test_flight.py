"""What other proxies make of a handshake that comes in one flight.

Greeting, login, request, and what belongs to the other side of it, in one
segment: who takes it is what `pipeline` of a proxy is about, and who does not
has to be recognised.  These are facts about other people's programs; when one
of them changes, the code and the manual may want to.
"""
import socket

import pytest


def socks5(port, user=None, password=None):
    greeting = b"\5\1\0"
    if user:
        greeting = b"\5\1\2\1%c%s%c%s" % (
            len(user), user.encode(), len(password), password.encode())
    return greeting + b"\5\1\0\1\x7f\0\0\1" + port.to_bytes(2, "big")


def socks4(port):
    return b"\4\1" + port.to_bytes(2, "big") + b"\x7f\0\0\1u\0"


def http(port):
    return b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (
        port, port)


class Wire:
    """A connection on which the answers are read, one after the other."""

    def __init__(self, addr, flight):
        self.sock = socket.create_connection(addr, timeout=10)
        self.sock.sendall(flight)

    def read(self, n):
        got = b""
        while len(got) < n:
            more = self.sock.recv(n - len(got))
            assert more, "it ends after %r" % got
            got += more
        return got

    def head(self):
        got = b""
        while not got.endswith(b"\r\n\r\n"):
            got += self.read(1)
        return got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()


def socks5_answers(wire):
    assert wire.read(2) == b"\5\0"
    assert wire.read(10)[:4] == b"\5\0\0\1"


def socks4_answers(wire):
    assert wire.read(8)[:2] == b"\0\x5a"


def http_answers(wire):
    assert b" 200 " in wire.head().split(b"\r\n")[0]


TAKE_IT = {
    "danted": ("danted", socks5, socks5_answers),
    "danted, version 4": ("danted", socks4, socks4_answers),
    "ss-local": ("shadowsocks", socks5, socks5_answers),
    "tinyproxy": ("tinyproxy", http, http_answers),
    "squid": ("squid", http, http_answers),
    "ncat": ("ncat", http, http_answers),
}


@pytest.mark.parametrize("name", TAKE_IT)
def test_takes_a_flight_and_what_is_behind(name, peer, danted, echo):
    """... the next hop's flight, and the payload, in the same segment."""
    kind, flight, answers = TAKE_IT[name]
    hop, behind = peer(kind), danted()
    with Wire(hop.addr, flight(behind.port) + socks5(echo.port) +
              b"payload") as wire:
        answers(wire)
        socks5_answers(wire)
        assert wire.read(7) == b"payload"


@pytest.mark.parametrize("login", ({}, {"user": "alice", "password": "x"}))
def test_microsocks_loses_what_is_behind_the_greeting(
        login, microsocks, echo):
    """One read is one message to it: it answers that, and waits for ever."""
    hop = microsocks(**login)
    with Wire(hop.addr, socks5(echo.port, **login)) as wire:
        assert wire.read(2) == (b"\5\2" if login else b"\5\0")
        wire.sock.shutdown(socket.SHUT_WR)
        assert wire.sock.recv(1) == b""
    assert echo.strangers() == []


def test_tor_takes_a_flight(tor):
    """It has no network here, and says so in reply to the request."""
    with Wire(tor().addr, socks5(80)) as wire:
        assert wire.read(2) == b"\5\0"
        assert wire.read(10)[:2] == b"\5\1"


def test_tor_answers_offer_and_login_once(tor):
    """In one segment the status of the login is all there is."""
    flight = socks5(80, "<torS0X>0", 32 * "f")
    hop = tor()
    with Wire(hop.addr, flight) as wire:
        assert wire.read(2) == b"\1\0"
        assert wire.read(10)[:2] == b"\5\1"
    with Wire(hop.addr, flight[:3]) as wire:
        assert wire.read(2) == b"\5\2"
        wire.sock.sendall(flight[3:])
        assert wire.read(2) == b"\1\0"
        assert wire.read(10)[:2] == b"\5\1"
