"""A hop for the lab: python3 -m harness.lab_hop ADDR PORT ORIGIN [HOW...]

SOCKS5, with a login when the client offers one, and HTTP CONNECT.  Every name
is the origin's.  A HOW is STATE:FAULT, what goes wrong and when; the n-th one
is on the n-th port from PORT.

STATE: greeting, login, request (in place of that answer; of HTTP there is only
the request), reply (right behind it) or payload (in the middle).
FAULT: close, reset, garbage, version (the answer of another version), silent,
bytewise (nothing is wrong, only one byte at a time).
"""
import selectors
import socket
import struct
import sys
import threading
import time

from . import hops, wire

GARBAGE = b"\x06it speaks another language\r\n"
VERSION = {"greeting": b"\x04\x00", "login": b"\x05\x00",
           "request": b"\x04\x00\x00\x01" + b"\0" * 6,
           "http": b"HTTP/2.0 200 OK\r\n\r\n"}


class Fault(Exception):
    """It is time to misbehave."""


class Hop:
    def __init__(self, origin, how):
        self.origin = origin
        self.state, self.fault = how.split(":")

    def serve(self, s):
        with s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            s.settimeout(60)
            try:
                http = s.recv(1, socket.MSG_PEEK) == b"C"
                self.http(s) if http else self.socks5(s)
            except Fault as e:
                self.misbehave(s, e.args[0])
            except (OSError, IndexError, struct.error):
                pass    # the client went away

    def misbehave(self, s, answer):
        if self.fault == "reset":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))
        elif self.fault == "garbage":
            s.sendall(GARBAGE)
        elif self.fault == "version":
            s.sendall(VERSION[answer])
        elif self.fault == "silent":
            while s.recv(1 << 16):
                pass

    def at(self, state, answer=None):
        if state == self.state and self.fault != "bytewise":
            raise Fault(answer or state)

    def say(self, s, data):
        step = 1 if self.fault == "bytewise" else len(data)
        for i in range(0, len(data), step):
            s.sendall(data[i:i + step])
            if step == 1:
                time.sleep(0.001)   # a packet each

    def socks5(self, s):
        methods = wire.exactly(s, wire.exactly(s, 2)[1])
        self.at("greeting")
        login = 2 in methods
        self.say(s, b"\x05\x02" if login else b"\x05\x00")
        if login:
            wire.exactly(s, wire.exactly(s, 2)[1])
            wire.exactly(s, wire.exactly(s, 1)[0])
            self.at("login")
            self.say(s, b"\x01\x00")
        kind = wire.exactly(s, 4)[3]
        host = wire.exactly(s, wire.exactly(s, 1)[0] if kind == 3
                            else 4 if kind == 1 else 16)
        port = struct.unpack("!H", wire.exactly(s, 2))[0]
        self.at("request")
        to = self.origin if kind == 3 else socket.inet_ntoa(host)
        self.join(s, to, port, b"\x05\x00\x00\x01" + b"\0" * 6,
                  b"\x05\x05\x00\x01" + b"\0" * 6)

    def http(self, s):
        line, _ = wire.parse_head(wire.read_head(s))
        host, port = line.split(" ")[1].rsplit(":", 1)
        self.at("request", "http")
        numeric = host.replace(".", "").isdigit()
        self.join(s, host if numeric else self.origin, int(port),
                  b"HTTP/1.1 200 OK\r\n\r\n",
                  b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    def join(self, s, host, port, good, bad):
        try:
            up = socket.create_connection((host, port), 20)
        except OSError:
            self.say(s, bad)
            return
        with up:
            self.say(s, good)
            self.at("reply")
            if self.state == "payload":
                up.sendall(s.recv(1))
                self.at("payload")
            up.settimeout(60)
            hops.splice(s, up)


def main(addr, port, origin, *hows):
    ready = selectors.DefaultSelector()
    for i, how in enumerate(hows or (":",)):
        ready.register(socket.create_server((addr, int(port) + i), backlog=64),
                       selectors.EVENT_READ, Hop(origin, how))
    while True:
        for key, _ in ready.select():
            s, _ = key.fileobj.accept()
            threading.Thread(target=key.data.serve, args=(s,),
                             daemon=True).start()


main(*sys.argv[1:])
