"""Targets: threads behind loopback sockets that do as a test wants."""
import selectors
import socket
import struct
import threading

from . import net, wire


class Conn:
    """One connection an origin took; what it saw is kept for the test."""

    def __init__(self, sock, peer):
        self.sock = sock
        self.peer = peer
        self.data = bytearray()   # what echo and sink received
        self.requests = []	  # what http() received: (head, body)
        self.error = None
        self.over = threading.Event()


class Origin:
    """Listens on one port of some loopback addresses; a thread per client."""

    def __init__(self, handler, hosts=("127.0.0.1",), port=None, backlog=4096):
        self.handler = handler
        self.port = port or net.free_port()
        self.host = hosts[0]
        self.conns = []
        self.arrived = threading.Condition()
        self.stopping = False
        self.sel = selectors.DefaultSelector()
        self.listeners = []
        for host in hosts:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            s = socket.socket(family, socket.SOCK_STREAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind((host, self.port))
            s.listen(backlog)
            s.setblocking(False)
            self.listeners.append(s)
            self.sel.register(s, selectors.EVENT_READ)
        self.wake_r, self.wake_w = socket.socketpair()
        self.sel.register(self.wake_r, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    @property
    def addr(self):
        return (self.host, self.port)

    def url(self, path="/", host=None):
        return "http://%s%s" % (
            wire.authority(host or self.host, self.port), path)

    def _accept(self):
        while not self.stopping:
            for key, _ in self.sel.select():
                if key.fileobj is self.wake_r:
                    return
                try:
                    sock, peer = key.fileobj.accept()
                except OSError:
                    continue
                self._take(sock, peer)

    def _take(self, sock, peer):
        conn = Conn(sock, peer)
        sock.settimeout(60)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.arrived:
            self.conns.append(conn)
            self.arrived.notify_all()
        if self.handler is hold:
            return	# no thread for a connection that only exists
        threading.Thread(target=self._serve, args=(conn,),
                         daemon=True).start()

    def _serve(self, conn):
        try:
            self.handler(conn)
        except (OSError, ValueError, LookupError, ArithmeticError,
                AssertionError) as e:
            conn.error = e
        finally:
            conn.sock.close()
            conn.over.set()

    def wait_conns(self, n, timeout=20):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.conns) >= n,
                                         timeout), \
                "%d connections instead of %d" % (len(self.conns), n)
            return list(self.conns)

    def strangers(self):
        """Connections taken so far, none that is on its way left out.

        A connection of our own is made last; connections are accepted in
        order, so whoever came before it has been seen.
        """
        seen = []
        for listener in self.listeners:
            at = listener.getsockname()
            with wire.connect(at) as fence:
                me = fence.getsockname()[:2]
                with self.arrived:
                    assert self.arrived.wait_for(
                        lambda: any(c.peer[:2] == me for c in self.conns), 20)
                    mine = [c for c in self.conns if c.peer[:2] == me]
                    for c in mine:
                        self.conns.remove(c)
                        c.sock.close()
        seen = list(self.conns)
        return seen

    def close(self):
        self.stopping = True
        self.wake_w.send(b"x")
        self.thread.join(10)
        for s in (*self.listeners, self.wake_r, self.wake_w):
            s.close()
        for c in self.conns:
            try:
                c.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            c.sock.close()
        self.sel.close()


def hold(conn):
    """Nothing: the connection stays until the origin closes."""


def echo(conn):
    """Gives back what it gets, and ends when the client did."""
    while True:
        data = conn.sock.recv(1 << 18)
        if not data:
            break
        conn.data += data[:4096]
        conn.sock.sendall(data)
    conn.sock.shutdown(socket.SHUT_WR)


def upper_at_end(conn):
    """Reads all, until the client half-closes; only then answers."""
    data = wire.everything(conn.sock)
    conn.data += data
    conn.sock.sendall(data.upper())


def talk_first(conn):
    """As SSH and SMTP do: a banner before the client said anything."""
    conn.sock.sendall(b"220 banner\r\n")
    echo(conn)


def resetter(conn):
    """Takes one byte and answers it with a reset."""
    conn.sock.recv(1)
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         struct.pack("ii", 1, 0))


def head_length(headers):
    for name, value in headers:
        if name.lower() == "content-length":
            return int(value)
    return 0


def http(conn):
    """An HTTP/1.1 server of which each path does one thing."""
    while http_once(conn):
        pass


def _send(conn, status, body=b"", headers="", length=True):
    head = "HTTP/1.1 %s\r\n%s" % (status, headers)
    if length:
        head += "Content-Length: %d\r\n" % len(body)
    conn.sock.sendall(head.encode() + b"\r\n" + body)


def http_once(conn):
    head = wire.read_head(conn.sock)
    if not head.endswith(b"\r\n\r\n"):
        if head:
            conn.requests.append((head, b""))
        return False
    line, headers = wire.parse_head(head)
    words = line.split(" ")
    path = words[1] if len(words) > 1 else ""
    low = {k.lower(): v for k, v in headers}
    conn.requests.append((head, b""))
    if low.get("expect", "").lower() == "100-continue":
        if path == "/final":
            _send(conn, "417 Expectation Failed", b"no")
            return False
        conn.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if "chunked" in low.get("transfer-encoding", "").lower():
        body = wire.read_chunked(conn.sock)
    else:
        body = wire.exactly(conn.sock, head_length(headers))
    conn.requests[-1] = (head, body)
    return answer(conn, words[0], path, head, body, low)


def answer(conn, method, path, head, body, low):
    """Answer one request; false when the connection ends with it."""
    if path == "/head":
        _send(conn, "200 OK", head)
    elif path == "/sum":
        _send(conn, "200 OK", ("%d %s" % (len(body), wire.sha(body))).encode())
    elif path.startswith("/bytes/"):
        data = pattern(int(path.rsplit("/", 1)[1]))
        if method == "HEAD":
            conn.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
                              % len(data))
        else:
            _send(conn, "200 OK", data)
    elif path == "/chunked":
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                          b"\r\n\r\n")
        for part in (b"one", b" two" * 1000, b" three"):
            conn.sock.sendall(b"%x;x=y\r\n%s\r\n" % (len(part), part))
        conn.sock.sendall(b"0\r\nX-Trailer: yes\r\n\r\n")
    elif path == "/until-close":
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" +
                          pattern(200000))
        return False
    elif path == "/cut-short":
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
                          b"only this")
        return False
    elif path == "/204":
        _send(conn, "204 No Content", length=False)
    elif path == "/304":
        conn.sock.sendall(b"HTTP/1.1 304 Not Modified\r\n"
                          b"Content-Length: 1234\r\nETag: \"x\"\r\n\r\n")
    elif path == "/keep-then-close":
        _send(conn, "200 OK", b"last", "Connection: keep-alive\r\n")
        return False
    elif path == "/nasty":
        _send(conn, "200 OK", b"ok", "Connection: X-Hop, keep-alive\r\n"
              "X-Hop: 1\r\nKeep-Alive: timeout=5\r\n"
              "Proxy-Authenticate: Basic realm=\"x\"\r\n"
              "Proxy-Authentication-Info: x=y\r\nX-End: kept\r\n")
    elif path == "/garbage":
        conn.sock.sendall(b"this is no HTTP\r\n\r\n")
        return False
    elif path == "/two-lengths":
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                          b"Content-Length: 3\r\n\r\nabc")
        return False
    elif path == "/upgrade":
        assert low.get("upgrade"), head
        conn.sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\n"
                          b"Upgrade: %s\r\nConnection: Upgrade\r\n\r\n" %
                          low["upgrade"].encode())
        echo(conn)
        return False
    else:
        _send(conn, "200 OK", ("%s %s" % (method, path)).encode())
    return low.get("connection", "").lower() != "close"


def pattern(n):
    """n bytes that do not repeat where a buffer might."""
    block = b"".join(struct.pack("!I", i * 2654435761 % 2**32)
                     for i in range(min(n // 4 + 1, 1 << 16)))
    return (block * (n // len(block) + 1))[:n]
