"""A SOCKS5, SOCKS4a and HTTP CONNECT hop that tells what it was asked for.

Names are not looked up: `names` says where each leads (port None: as asked;
"*": all others), so that a test sees whether a name travelled as a name.  It
can also misbehave on purpose.
"""
import ipaddress
import socket
import struct
import threading

from . import origin, wire


def splice(a, b):
    """Both ways until both ended, half-closes carried through."""
    def one(src, dst):
        try:
            while True:
                data = src.recv(65536)
                if not data:
                    break
                dst.sendall(data)
            dst.shutdown(socket.SHUT_WR)
        except OSError:
            for s in (src, dst):
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
    t = threading.Thread(target=one, args=(b, a), daemon=True)
    t.start()
    one(a, b)
    t.join()


class Hop(origin.Origin):
    def __init__(self, names=None, login=None, sliced=False, bnd_name=False,
                 answer=None, **kw):
        self.names = {"localhost": ("127.0.0.1", None), **(names or {})}
        self.login = login		# (user, password) or True: any
        self.sliced = sliced		# answers one byte per segment
        self.bnd_name = bnd_name	# replies with a name as BND
        self.answer = answer		# raw bytes instead of the final reply
        self.asked = []			# (scheme, host, port)
        self.logins = []
        self.heads = []
        super().__init__(self._hop, **kw)

    def _say(self, s, data):
        if not self.sliced:
            s.sendall(data)
            return
        for i in range(len(data)):
            s.sendall(data[i:i + 1])

    def _reach(self, host, port):
        where = self.names.get(host, self.names.get("*"))
        if where is None:
            try:
                ipaddress.ip_address(host)
            except ValueError:
                return None
            where = (host, port)
        try:
            return wire.connect((where[0], where[1] or port))
        except OSError:
            return None

    def _hop(self, conn):
        s = conn.sock
        first = s.recv(1, socket.MSG_PEEK)
        if first == b"\x05":
            self._socks5(s)
        elif first == b"\x04":
            self._socks4(s)
        elif first:
            self._http(s)

    def _go(self, s, scheme, host, port, good, bad):
        self.asked.append((scheme, host, port))
        if self.answer is not None:
            self._say(s, self.answer)
            return
        up = self._reach(host, port)
        if up is None:
            self._say(s, bad)
            return
        with up:
            self._say(s, good)
            splice(s, up)

    def _socks5(self, s):
        n = wire.exactly(s, 2)[1]
        methods = wire.exactly(s, n)
        want = 2 if self.login else 0
        if want not in methods:
            self._say(s, b"\x05\xff")
            return
        self._say(s, bytes([5, want]))
        if self.login:
            user = wire.exactly(s, wire.exactly(s, 2)[1]).decode()
            password = wire.exactly(s, wire.exactly(s, 1)[0]).decode()
            self.logins.append((user, password))
            good = self.login in (True, (user, password))
            self._say(s, b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        atyp = wire.exactly(s, 4)[3]
        if atyp == 3:
            host = wire.exactly(s, wire.exactly(s, 1)[0]).decode()
        else:
            host = str(ipaddress.ip_address(
                wire.exactly(s, 4 if atyp == 1 else 16)))
        port = struct.unpack("!H", wire.exactly(s, 2))[0]
        bnd = (b"\x03\x0cleak.bnd.net\x04\x38" if self.bnd_name
               else b"\x01\0\0\0\0\0\0")
        self._go(s, "socks5", host, port, b"\x05\x00\x00" + bnd,
                 b"\x05\x04\x00\x01\0\0\0\0\0\0")

    @staticmethod
    def _until_nul(s):
        got = bytearray()
        while not got.endswith(b"\0"):
            got += s.recv(1)
        return got[:-1].decode()

    def _socks4(self, s):
        head = wire.exactly(s, 8)
        port = struct.unpack("!H", head[2:4])[0]
        self.logins.append((self._until_nul(s), ""))
        host = str(ipaddress.IPv4Address(head[4:8]))
        if head[4:7] == b"\0\0\0" and head[7]:
            host = self._until_nul(s)
        self._go(s, "socks4a", host, port, b"\0\x5a" + b"\0" * 6,
                 b"\0\x5b" + b"\0" * 6)

    def _http(self, s):
        head = wire.read_head(s)
        self.heads.append(head)
        line, _ = wire.parse_head(head)
        host, port = line.split(" ")[1].rsplit(":", 1)
        self._go(s, "http", host.strip("[]"), int(port),
                 b"HTTP/1.1 200 Connection established\r\n\r\n",
                 b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
