"""A name server that does what no honest one does when a test asks for it."""
import ipaddress
import selectors
import socket
import struct
import threading

from . import net, wire

A, CNAME, AAAA = 1, 5, 28
NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5


def encode_name(name):
    return b"".join(bytes([len(x)]) + x.encode()
                    for x in name.rstrip(".").split(".")) + b"\0"


def record(name, kind, data, ttl=60):
    return (encode_name(name) + struct.pack("!HHIH", kind, 1, ttl, len(data))
            + data)


def address(name, ip, ttl=60):
    ip = ipaddress.ip_address(ip)
    return record(name, A if ip.version == 4 else AAAA, ip.packed, ttl)


class Dnsd:
    """answer(name, kind, tcp) -> (rcode, [records], truncated), bytes, None.

    None: no answer at all; bytes: sent as they are behind the query's id.
    """

    def __init__(self, answer):
        self.answer = answer
        self.port = net.free_port()
        self.asked = []		# (name, kind, tcp)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind(("127.0.0.1", self.port))
        self.tcp.listen(64)
        self.wake_r, self.wake_w = socket.socketpair()
        self.sel = selectors.DefaultSelector()
        for s in (self.udp, self.tcp, self.wake_r):
            self.sel.register(s, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            for key, _ in self.sel.select():
                if key.fileobj is self.wake_r:
                    return
                if key.fileobj is self.udp:
                    query, peer = self.udp.recvfrom(4096)
                    got = self._reply(query, False)
                    if got is not None:
                        self.udp.sendto(got, peer)
                else:
                    sock, _ = self.tcp.accept()
                    threading.Thread(target=self._serve_tcp, args=(sock,),
                                     daemon=True).start()

    def _serve_tcp(self, sock):
        with sock:
            sock.settimeout(20)
            try:
                while True:
                    head = wire.exactly(sock, 2)
                    if len(head) < 2:
                        return
                    query = wire.exactly(sock, struct.unpack("!H", head)[0])
                    got = self._reply(query, True)
                    if got is not None:
                        sock.sendall(struct.pack("!H", len(got)) + got)
            except OSError:
                pass

    def _reply(self, query, tcp):
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack("!H", query[at + 1:at + 3])[0]
        name = ".".join(labels).lower()
        self.asked.append((name, kind, tcp))
        got = self.answer(name, kind, tcp)
        if got is None:
            return None
        if isinstance(got, bytes):
            return query[:2] + got if got else b""
        rcode, records, truncated = got
        flags = 0x8580 | rcode | (0x200 if truncated else 0)
        return (query[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0)
                + query[12:at + 5] + b"".join(records))

    def names(self):
        return {name for name, _, _ in self.asked}

    def close(self):
        self.wake_w.send(b"x")
        self.thread.join(5)
        for s in (self.udp, self.tcp, self.wake_r, self.wake_w):
            s.close()
        self.sel.close()
