"""A web site for real browsers: its page uses all of HTTP and reports on it.

GET /page loads a style sheet, a script, an image and JSON, posts a form,
echoes through a websocket, uploads and downloads, and posts what came of it to
/report.  Everything the site received is kept as it was on the wire.
"""
import base64
import hashlib
import json
import struct
import threading

from . import origin, wire

UPLOAD = 8 << 20
MESSAGE = 200000	# bytes of a binary websocket message
BLOCK = origin.pattern(1 << 18)

PAGE = """\
<!doctype html><meta charset=utf-8><title>page</title>
<link rel=stylesheet href=/style.css>
<h1 id=h>page</h1><img id=i src=/dot.svg>
<form id=f method=post action=/form target=answer>
<input name=word value="grüezi & tschüss"><input name=n value=7></form>
<iframe name=answer id=a></iframe><pre id=out></pre>
<script>const DOWNLOAD = %(download)d, HOW = "%(how)s", EXTRA = %(extra)s;
</script>
<script src=/script.js></script>
"""

SCRIPT = """\
const once = (x, e) => new Promise(r => x.addEventListener(e, r, {once: true}));
const $ = id => document.getElementById(id);

async function image() {
	if (!$("i").complete)
		await once($("i"), "load");
	return $("i").naturalWidth;
}

async function style() {
	if (document.readyState != "complete")
		await once(window, "load");
	return getComputedStyle($("h")).color;
}

async function form() {
	const loaded = once($("a"), "load");
	$("f").submit();
	await loaded;
	return $("a").contentDocument.body.textContent;
}

async function websocket() {
	const s = new WebSocket("ws://" + location.host + "/socket");
	s.binaryType = "arraybuffer";
	await once(s, "open");
	s.send("gr\\u00fcezi");
	const text = (await once(s, "message")).data;
	const sent = new Uint8Array(%(message)d).map((_, i) => i * 7);
	s.send(sent);
	const got = new Uint8Array((await once(s, "message")).data);
	s.close(1000);
	const closed = await once(s, "close");
	return [text, got.length == sent.length &&
	    got.every((b, i) => b == sent[i]), closed.code, closed.wasClean];
}

async function upload() {
	const data = new Uint8Array(%(upload)d).map((_, i) => i %% 251);
	const r = await fetch("/sum", {method: "POST", body: new Blob([data])});
	return r.text();
}

async function download() {
	const r = await fetch("/download/" + HOW + "/" + DOWNLOAD);
	const reader = r.body.getReader();
	let n = 0, hash = 0;
	for (;;) {
		const {done, value} = await reader.read();
		if (done)
			return [n, hash >>> 0];
		n += value.length;
		for (let i = 0; i < value.length; i++)
			hash = Math.imul(hash, 31) + value[i] | 0;
	}
}

async function headers() {
	const r = await fetch("/json", {headers: EXTRA});
	return [(await r.json()).word, r.headers.get("X-Kept"),
	    r.headers.get("NEL")];
}

async function all() {
	const got = {};
	document.cookie = "id=SECRET-cookie";
	for (const f of [image, style, form, websocket, upload, download, headers])
		got[f.name] = await f().catch(e => "" + e);
	$("out").textContent = JSON.stringify(got, null, 1);
	await fetch("/report", {method: "POST", body: JSON.stringify(got)});
}
all();
""" % {"message": MESSAGE, "upload": UPLOAD}

UPLOADED = bytes(range(251)) * (UPLOAD // 251) + bytes(range(UPLOAD % 251))


def rolling(n):
    """What the page computes of a download of n bytes of BLOCKs."""
    hash_of_block = 0
    for b in BLOCK:
        hash_of_block = (hash_of_block * 31 + b) & 0xffffffff
    step, h = pow(31, len(BLOCK), 1 << 32), 0
    for _ in range(n // len(BLOCK)):
        h = (h * step + hash_of_block) & 0xffffffff
    for b in BLOCK[:n % len(BLOCK)]:
        h = (h * 31 + b) & 0xffffffff
    return h


class Site(origin.Origin):
    """page: what is to be downloaded, how (length or chunked), and the fields
    the page's own script adds to a request."""

    def __init__(self, download=1 << 20, how="length", extra=None, **kw):
        self.download, self.how, self.extra = download, how, extra or {}
        self.heads = []
        self.report = None
        self.reported = threading.Event()
        super().__init__(self._site, **kw)

    def wait(self, timeout):
        """What the page found out."""
        assert self.reported.wait(timeout), (
            "no report", [h[:80] for h in self.heads],
            [c.error for c in self.conns])
        return self.report

    def expected(self):
        return {
            "image": 8,
            "style": "rgb(0, 128, 0)",
            "form": "word=gr%C3%BCezi+%26+tsch%C3%BCss&n=7",
            "websocket": ["grüezi", True, 1000, True],
            "upload": "%d %s" % (UPLOAD, wire.sha(UPLOADED)),
            "download": [self.download, rolling(self.download)],
        }

    def _site(self, conn):
        while True:
            head = wire.read_head(conn.sock)
            if not head:
                return
            self.heads.append(head)
            line, fields = wire.parse_head(head)
            low = {k.lower(): v for k, v in fields}
            method, path, _ = line.split(" ")
            n = int(low.get("content-length", 0))
            body = wire.read_chunked(conn.sock) if "transfer-encoding" in low \
                else wire.exactly(conn.sock, n)
            if not self._answer(conn.sock, method, path, low, body):
                return

    def _answer(self, s, method, path, low, body):
        def say(kind, data, more="", status="200 OK"):
            s.sendall(("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d"
                       "\r\nX-Kept: yes\r\nCache-Control: no-store\r\n%s\r\n" %
                       (status, kind, len(data), more)).encode() + data)

        if path.startswith("/page"):
            say("text/html", (PAGE % {
                "download": self.download, "how": self.how,
                "extra": json.dumps(self.extra)}).encode(),
                "Accept-CH: Sec-CH-UA-Model, Device-Memory, DPR\r\n"
                "Alt-Svc: h3=\":1\"; ma=60\r\nSet-Cookie: s=SECRET-set\r\n")
        elif path == "/script.js":
            say("text/javascript", SCRIPT.encode())
        elif path == "/style.css":
            say("text/css", b"h1 { color: rgb(0, 128, 0); }\n")
        elif path == "/dot.svg":
            say("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" '
                b'width="8" height="8"><rect width="8" height="8" '
                b'fill="red"/></svg>')
        elif path == "/json":
            say("application/json", b'{"word": "fetched"}',
                "NEL: {\"report_to\":\"x\",\"max_age\":1}\r\n")
        elif path == "/form":
            say("text/plain", body)
        elif path == "/sum":
            say("text/plain", ("%d %s" % (len(body), wire.sha(body))).encode())
        elif path.startswith("/download/"):
            _, _, how, n = path.split("/")
            send_blocks(s, int(n), how == "chunked")
        elif path == "/socket":
            echo_messages(s, low)
            return False
        elif path == "/report":
            say("text/plain", b"")
            self.report = json.loads(body)
            self.reported.set()
        else:
            say("text/plain", b"", status="404 Not Found")
        return True


def send_blocks(s, n, chunked):
    """n bytes of BLOCKs, and never more than one of them in memory."""
    s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n" +
              (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else
               b"Content-Length: %d\r\n\r\n" % n))
    chunk = b"%x\r\n%s\r\n" % (len(BLOCK), BLOCK) if chunked else BLOCK
    for _ in range(n // len(BLOCK)):
        s.sendall(chunk)
    rest = BLOCK[:n % len(BLOCK)]
    if chunked:
        s.sendall((b"%x\r\n%s\r\n" % (len(rest), rest) if rest else b"") +
                  b"0\r\n\r\n")
    else:
        s.sendall(rest)


# -- websockets (RFC 6455) ----------------------------------------------------

CONTINUED, CLOSE, PING, PONG = 0, 8, 9, 10


def echo_messages(s, low):
    """Accept (section 4.2.2), then give back each message until the close."""
    assert low["upgrade"].lower() == "websocket", low
    accept = base64.b64encode(hashlib.sha1((
        low["sec-websocket-key"] +
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
    s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
              b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept +
              b"\r\n\r\n")
    kind, message = None, b""
    while True:
        fin, op, data = read_frame(s)
        if op == CLOSE:
            send_frame(s, CLOSE, data)
            return
        if op == PING:
            send_frame(s, PONG, data)
        elif op != PONG:
            kind = op if op != CONTINUED else kind
            message += data
            if fin:
                send_frame(s, kind, message)
                message = b""


def read_frame(s):
    """Section 5.2; a client's frames are masked."""
    first, second = wire.exactly(s, 2)
    assert first & 0x70 == 0 and second & 0x80, (first, second)
    n = second & 0x7f
    if n > 125:
        n = int.from_bytes(wire.exactly(s, 2 if n == 126 else 8), "big")
    key = wire.exactly(s, 4)
    data = wire.exactly(s, n)
    mask = int.from_bytes((key * (n // 4 + 1))[:n], "big")
    plain = (int.from_bytes(data, "big") ^ mask).to_bytes(n, "big")
    return bool(first & 0x80), first & 0x0f, plain


def send_frame(s, op, data):
    n = len(data)
    if n < 126:
        size = bytes([n])
    elif n < 65536:
        size = b"\x7e" + struct.pack("!H", n)
    else:
        size = b"\x7f" + struct.pack("!Q", n)
    s.sendall(bytes([0x80 | op]) + size + data)
