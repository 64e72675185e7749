"""A SOCKS5 hop for the lab: python3 -m harness.lab_hop ADDR PORT ORIGIN [HOW]

Every name is the origin's.  HOW is STATE:FAULT, what goes wrong and when:
greeting, request (in place of that answer) or payload (in the middle); close,
reset, garbage, silent, bytewise (nothing is wrong, only one byte at a time).
"""
import socket
import struct
import sys
import threading
import time

from . import hops, wire


def misbehave(s, fault):
    if fault == "reset":
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
    elif fault == "garbage":
        s.sendall(b"\x06it speaks another language\r\n")
    elif fault == "silent":
        s.recv(1 << 20)
        time.sleep(600)
    s.close()


def say(s, data, fault):
    for i in range(0, len(data), 1 if fault == "bytewise" else len(data)):
        s.sendall(data[i:i + (1 if fault == "bytewise" else len(data))])


def serve(s, origin, state, fault):
    with s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.exactly(s, wire.exactly(s, 2)[1])
        if state == "greeting" and fault != "bytewise":
            return misbehave(s, fault)
        say(s, b"\x05\x00", fault)
        kind = wire.exactly(s, 4)[3]
        host = wire.exactly(s, wire.exactly(s, 1)[0] if kind == 3
                            else 4 if kind == 1 else 16)
        port = struct.unpack("!H", wire.exactly(s, 2))[0]
        if state == "request" and fault != "bytewise":
            return misbehave(s, fault)
        to = origin if kind == 3 else socket.inet_ntoa(host)
        try:
            up = socket.create_connection((to, port), 20)
        except OSError:
            say(s, b"\x05\x05\x00\x01" + b"\0" * 6, fault)
            return None
        with up:
            say(s, b"\x05\x00\x00\x01" + b"\0" * 6, fault)
            if state == "payload":
                s.recv(1)
                return misbehave(s, fault)
            hops.splice(s, up)
    return None


def main(addr, port, origin, how=":"):
    state, fault = how.split(":")
    with socket.create_server((addr, int(port)), backlog=64) as listener:
        while True:
            s, _ = listener.accept()
            threading.Thread(target=serve, args=(s, origin, state, fault),
                             daemon=True).start()


main(*sys.argv[1:])
