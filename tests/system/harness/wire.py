"""Raw clients: SOCKS and HTTP as bytes, so that a test can bend them."""
import hashlib
import ipaddress
import re
import socket
import struct

TIMEOUT = 20

SUCCEEDED, GENERAL, DENIED, NET, HOST, REFUSED, TTL, COMMAND, ADDRESS = \
    range(9)


def connect(addr, source=None, timeout=TIMEOUT):
    family = socket.AF_INET6 if ":" in addr[0] else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM)
    s.settimeout(timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if source:
            s.bind((source, 0))
        s.connect(tuple(addr)[:2])
    except BaseException:
        s.close()
        raise
    return s


def exactly(s, n):
    """n bytes, or fewer when the peer ended."""
    got = bytearray()
    while len(got) < n:
        data = s.recv(n - len(got))
        if not data:
            break
        got += data
    return bytes(got)


def everything(s):
    """All bytes until the peer ends; a reset is an error."""
    got = bytearray()
    while True:
        data = s.recv(65536)
        if not data:
            return bytes(got)
        got += data


def ended(s):
    """True when the peer closed, either way, with nothing more to read."""
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


def reset(s):
    """Close with RST."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def address5(host, port):
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode()
        return b"\x03" + bytes([len(name)]) + name + struct.pack("!H", port)
    return ((b"\x01" if ip.version == 4 else b"\x04") + ip.packed +
            struct.pack("!H", port))


def login5(user, password):
    u, p = user.encode(), password.encode()
    return b"\x01" + bytes([len(u)]) + u + bytes([len(p)]) + p


def request5(host, port, cmd=1):
    return b"\x05" + bytes([cmd]) + b"\x00" + address5(host, port)


def request4(host, port, user="", cmd=1):
    """SOCKS4, or 4a for a name."""
    try:
        ip, name = ipaddress.IPv4Address(host).packed, b""
    except ValueError:
        ip, name = b"\x00\x00\x00\x01", host.encode() + b"\x00"
    return (b"\x04" + bytes([cmd]) + struct.pack("!H", port) + ip +
            user.encode() + b"\x00" + name)


def reply5(s):
    """The reply code, the reply being complete and well-formed."""
    head = exactly(s, 4)
    assert len(head) == 4, "no reply, only %r" % head
    assert head[0] == 5 and head[2] == 0, head
    size = {1: 4, 4: 16}.get(head[3])
    if size is None:
        assert head[3] == 3, head
        size = exactly(s, 1)[0]
    assert len(exactly(s, size + 2)) == size + 2
    return head[1]


def greet5(s, user=None, password=None):
    """Method and, if asked for, login; the method chosen, login's status."""
    s.sendall(b"\x05\x01\x00" if user is None else b"\x05\x01\x02")
    got = exactly(s, 2)
    assert len(got) == 2 and got[0] == 5, got
    if got[1] != 2:
        return got[1], None
    s.sendall(login5(user, password))
    status = exactly(s, 2)
    assert len(status) == 2 and status[0] == 1, status
    return got[1], status[1]


def socks5(proxy, target, user=None, password=None, source=None):
    """A tunnel: (socket, reply code); the code is None when login failed."""
    s = connect(proxy, source)
    try:
        method, status = greet5(s, user, password)
        if method == 0xff or status:
            return s, None
        s.sendall(request5(*target))
        return s, reply5(s)
    except BaseException:
        s.close()
        raise


def socks4(proxy, target, user="", source=None):
    """A tunnel: (socket, code 90 or 91)."""
    s = connect(proxy, source)
    s.sendall(request4(*target, user=user))
    got = exactly(s, 8)
    assert len(got) == 8 and got[0] == 0, got
    return s, got[1]


def authority(host, port):
    return "[%s]:%d" % (host, port) if ":" in host else \
        "%s:%d" % (host, port)


class Response:
    """One HTTP response."""

    def __init__(self, status, reason, headers, body):
        self.status, self.reason = status, reason
        self.headers, self.body = headers, body

    def all(self, name):
        return [v for k, v in self.headers if k.lower() == name.lower()]

    def get(self, name, default=None):
        got = self.all(name)
        return got[0] if got else default

    def __repr__(self):
        return "<%d %s %r %r>" % (self.status, self.reason, self.headers,
                                  self.body[:200])


def read_head(s):
    """Bytes up to and including the empty line, read one at a time."""
    got = bytearray()
    while not got.endswith(b"\r\n\r\n"):
        data = s.recv(1)
        if not data:
            break
        got += data
    return bytes(got)


def parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    headers = [tuple(x.strip() for x in line.split(":", 1))
               for line in lines[1:] if line]
    return lines[0], headers


def read_chunked(s):
    body = bytearray()
    while True:
        line = bytearray()
        while not line.endswith(b"\r\n"):
            c = s.recv(1)
            assert c, "chunked body cut short"
            line += c
        size = int(line.split(b";")[0], 16)
        data = exactly(s, size)
        assert len(data) == size, "chunk cut short"
        body += data
        if size == 0:
            while True:
                line = bytearray()
                while not line.endswith(b"\r\n"):
                    c = s.recv(1)
                    assert c, "trailers cut short"
                    line += c
                if line == b"\r\n":
                    return bytes(body)
        assert exactly(s, 2) == b"\r\n", "chunk without its line end"


def read_response(s, method="GET"):
    """One response and exactly its bytes; 1xx (but 101) are skipped."""
    while True:
        head = read_head(s)
        assert head.endswith(b"\r\n\r\n"), "no response head, only %r" % head
        first, headers = parse_head(head)
        m = re.fullmatch(r"HTTP/1\.[01] (\d{3})(?: (.*))?", first)
        assert m, first
        status = int(m.group(1))
        if status // 100 != 1 or status == 101:
            break
    r = Response(status, m.group(2) or "", headers, b"")
    if method == "HEAD" or status in (101, 204, 304) or \
            (method == "CONNECT" and status // 100 == 2):
        return r
    if "chunked" in r.get("Transfer-Encoding", "").lower():
        r.body = read_chunked(s)
    elif r.get("Content-Length") is not None:
        n = int(r.get("Content-Length"))
        r.body = exactly(s, n)
        assert len(r.body) == n, "body cut short: %d of %d" % (
            len(r.body), n)
    else:
        r.body = everything(s)
    return r


def http_connect(proxy, target, headers="", source=None):
    """A tunnel by CONNECT: (socket, Response)."""
    s = connect(proxy, source)
    a = authority(*target)
    s.sendall(("CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n" %
               (a, a, headers)).encode())
    return s, read_response(s, "CONNECT")


def request(s, method, url, headers="", body=b"", version="1.1"):
    """Send one absolute-form request and read its response."""
    host = re.match(r"http://([^/?]+)", url).group(1)
    s.sendall(("%s %s HTTP/%s\r\nHost: %s\r\n%s\r\n" % (
        method, url, version, host, headers)).encode("latin-1") + body)
    return read_response(s, method)


def get(proxy, url, headers="", method="GET", body=b""):
    """One request on a connection of its own."""
    with connect(proxy) as s:
        return request(s, method, url, headers, body)


def sha(data):
    return hashlib.sha256(data).hexdigest()
