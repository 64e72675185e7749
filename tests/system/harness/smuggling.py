"""Requests and answers that two readers could take for two different ones.

Written from RFC 9112 section 11 and from what went wrong in other proxies.
{T} is where the target begins ("http://host:port" for a proxy, nothing inside
a tunnel), {H} is host:port.  Whatever an origin must never see is called
SMUGGLED.
"""

HOST = b"Host: {H}\r\n"
GET = b"GET {T}/a HTTP/1.1\r\n" + HOST
POST = b"POST {T}/a HTTP/1.1\r\n" + HOST
GOT = b"GET /a HTTP/1.1\r\n" + HOST
POSTED = b"POST /a HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
NEXT = b"GET {T}/SMUGGLED HTTP/1.1\r\n" + HOST + b"\r\n"
HELLO = b"5\r\nhello\r\n"
END = b"0\r\n\r\n"

REFUSALS = (400, 414, 431, 501)


class Case:
    def __init__(self, name, wire, seen=None, body=False, proxy=False):
        self.name, self.wire = name, wire
        self.seen = seen        # what the origin gets; None: it is refused
        self.body = body        # what is wrong comes behind a good head
        self.proxy = proxy      # means something to a proxy only

    def made(self, what, target, host):
        return what.replace(b"{T}", target).replace(b"{H}", host)


def _named(group, cases, make, **kw):
    return [Case("%s: %s" % (group, text(c)), make(c), **kw) for c in cases]


def text(raw):
    """A name for a test: printable, and short."""
    said = repr(raw.replace(b"{T}", b"").replace(b"{H}", b"h"))[2:-1]
    return said if len(said) < 60 else said[:40] + "...%d" % len(raw)


def _line(line):
    return line + HOST + b"\r\n" + NEXT


LINES = [
    b" GET {T}/a HTTP/1.1\r\n", b"GET  {T}/a HTTP/1.1\r\n",
    b"GET {T}/a  HTTP/1.1\r\n", b"GET {T}/a HTTP/1.1 \r\n",
    b"GET\t{T}/a HTTP/1.1\r\n", b"GET {T}/a\tHTTP/1.1\r\n",
    b"GET\x0b{T}/a HTTP/1.1\r\n", b"GET {T}/a\x0cHTTP/1.1\r\n",
    b"GET {T}/a b HTTP/1.1\r\n", b"GET {T}/a\r\n", b"GET {T}/a HTTP/1.1\n",
    b"GET {T}/a HTTP/1.1\r", b"GET {T}/a HTTP/1.1\r\r\n",
    b"GET {T}/a HTTP/0.9\r\n", b"GET {T}/a HTTP/1.2\r\n",
    b"GET {T}/a HTTP/2.0\r\n", b"GET {T}/a HTTP/11.1\r\n",
    b"GET {T}/a HTTP/1.1.1\r\n", b"GET {T}/a HTTP/1.\r\n",
    b"GET {T}/a http/1.1\r\n", b"GET {T}/a HTTP/ 1.1\r\n",
    b"GET {T}/a HTTP/1.1;x\r\n", b"GET {T}/a XTTP/1.1\r\n",
    b"GET {T}/a\0 HTTP/1.1\r\n", b"GET {T}/a\x01 HTTP/1.1\r\n",
    b"GET {T}/a\x7f HTTP/1.1\r\n", b"GET {T}/a\xc3\xa9 HTTP/1.1\r\n",
    b"GET {T}/a\rb HTTP/1.1\r\n", b"GET {T}/a\nb HTTP/1.1\r\n",
    b"GET {T}/a#b HTTP/1.1\r\n", b"GET {T}/a#@SMUGGLED HTTP/1.1\r\n",
    b"G\0T {T}/a HTTP/1.1\r\n", b"G(T {T}/a HTTP/1.1\r\n",
    b"GET: {T}/a HTTP/1.1\r\n", b"\"GET\" {T}/a HTTP/1.1\r\n",
    b"GET \r\n", b"GET\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"PRI {T}/a HTTP/1.1\r\n",
    b"GET {T}/a HTTP/1.1 HTTP/1.1\r\n",
    b"GET {T}/a HTTP/1.1\r\n GET {T}/SMUGGLED HTTP/1.1\r\n",
    b"TRACE {T}/a HTTP/1.1\r\n",
]
PROXY_LINES = [
    b"GET /a HTTP/1.1\r\n", b"GET * HTTP/1.1\r\n", b"GET {H}/a HTTP/1.1\r\n",
    b"GET //{H}/a HTTP/1.1\r\n", b"GET http:/{H}/a HTTP/1.1\r\n",
    b"GET http:{H}/a HTTP/1.1\r\n", b"GET http:\\\\{H}\\a HTTP/1.1\r\n",
    b"GET https://{H}/a HTTP/1.1\r\n", b"GET ftp://{H}/a HTTP/1.1\r\n",
    b"GET file:///etc/passwd HTTP/1.1\r\n",
    b"GET http://u@{H}/a HTTP/1.1\r\n", b"GET http://u:p@{H}/a HTTP/1.1\r\n",
    b"GET http://x\\@{H}/a HTTP/1.1\r\n", b"GET http://{H}@x/a HTTP/1.1\r\n",
    b"GET http://{H}\\a HTTP/1.1\r\n", b"GET http://{H}%2fa HTTP/1.1\r\n",
    b"GET http://{H}%00/a HTTP/1.1\r\n", b"GET http://{H},x/a HTTP/1.1\r\n",
    b"GET http://{H}:1/a HTTP/1.1\r\n", b"GET http://{H}#/a HTTP/1.1\r\n",
    b"GET http:///a HTTP/1.1\r\n", b"GET http://:80/a HTTP/1.1\r\n",
    b"CONNECT {H}/a HTTP/1.1\r\n", b"connect {H} HTTP/1.1\r\n",
    b"CONNECT http://{H}/ HTTP/1.1\r\n", b"CONNECT {H}#x HTTP/1.1\r\n",
    b"CONNECT u@{H} HTTP/1.1\r\n",
]


def _field(field):
    return POST + field + b"\r\n" + END + NEXT


FIELDS = [
    b": v\r\n", b"A: b\r\n: v\r\n", b" : v\r\n", b"none\r\n", b"A\r\n: b\r\n",
    b"A : b\r\n", b"A\t: b\r\n", b" A: b\r\n", b"\tA: b\r\n",
    b"A: b\r\n c: d\r\n", b"A: b\r\n\tc\r\n", b"A: b\r\n \r\n", b"A b: c\r\n",
    b"A\0: b\r\n", b"A: b\0c\r\n", b"A: b\x01\r\n", b"A: b\x08\r\n",
    b"A: b\x0b\r\n", b"A: b\x0c\r\n", b"A: b\x1f\r\n", b"A: b\x7f\r\n",
    b"\xc3\xa9: b\r\n", b"A\xa0: b\r\n", b"A@: b\r\n", b"A(: b\r\n",
    b"A{: b\r\n", b"\"A\": b\r\n", b"A/B: c\r\n", b"A\\: b\r\n",
    b"A: b\n", b"A: b\nB: c\r\n", b"A: b\rB: c\r\n", b"A: b\r\r\n",
    b"A: b\n\r\n", b"A: b\n\n", b"A: b\r\n\n", b"A: b\x85B: c\n",
    b"Connection: a b\r\n", b"Connection: close;x\r\n",
    b"Connection: \"close\"\r\n", b"Connection: " + b"x," * 200 + b"x\r\n",
]
LENGTHS = [b"Content-Length:" + v + b"\r\n" for v in (
    b"", b" ", b" \t", b" 5,5", b" 5, 5", b" 5,", b" ,5", b" 5;5", b" +5",
    b" -5", b" -0", b" 5 5", b" 0x5", b" 5h", b" 5.0", b" 5e0", b" \"5\"",
    b" \xd9\xa5", b" 5\0", b"\x0b5", b" 5\x0c", b" 9223372036854775808",
    b" 18446744073709551621", b" 99999999999999999999",
    b" 00000000000000000005", b"\r\n 5")]
LENGTHS += [
    b"Content-Length: 5\r\nContent-Length: 5\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Content-Length: 5\r\ncontent-length: 0\r\n",
    b"Content-Length: 5\r\nContent-Length:\r\n",
    b"Content-Length : 5\r\n", b"Content-Length\t: 5\r\n",
    b"Content-Length\r\n: 5\r\n", b"\x0bContent-Length: 5\r\n",
]
CODINGS = [b"Transfer-Encoding:" + v + b"\r\n" for v in (
    b"", b" ", b" chunked,", b" ,chunked", b" chunked ,", b" chunked, chunked",
    b" identity", b" identity, chunked", b" chunked, identity",
    b" gzip, chunked", b" gzip", b" chunked;a=b", b" chunked a", b" \"chunked\"",
    b" 'chunked'", b" xchunked", b" chunkedx", b" chunk", b" cow",
    b"\x0bchunked", b" chunked\x0b", b" \x00chunked", b" chunked\0",
    b"\r\n chunked", b" chunked\r\n ", b" ch\xc3\xbcnked", b" chunked\x7f",
    b" chunked\xa0", b" c\thunked")]
CODINGS += [
    CHUNKED + CHUNKED, CHUNKED + b"Transfer-Encoding: identity\r\n",
    b"Transfer-Encoding: identity\r\n" + CHUNKED,
    CHUNKED + b"transfer-encoding: x\r\n",
    b"Transfer-Encoding : chunked\r\n", b"Transfer-Encoding\t: chunked\r\n",
    b"Transfer-Encoding\r\n: chunked\r\n", b" Transfer-Encoding: chunked\r\n",
    b"A: b\nTransfer-Encoding: chunked\r\n",
    b"A: b\rTransfer-Encoding: chunked\r\n",
    b"\0Transfer-Encoding: chunked\r\n",
    b"Content-Length: 5\r\n" + CHUNKED, CHUNKED + b"Content-Length: 5\r\n",
    b"Content-Length: 0\r\n" + CHUNKED, CHUNKED + b"Content-Length: 0\r\n",
    b"Content-Length: 5\r\nTransfer-Encoding: CHUNKED\r\n",
    b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n",
    b"Content-Length: 5\r\nTransfer-Encoding: x\r\n",
]


def _host(host):
    return b"GET {T}/a HTTP/1.1\r\n" + host + b"\r\n" + NEXT


HOSTS = [
    b"", HOST + HOST, HOST + b"host: SMUGGLED\r\n", b"Host: SMUGGLED\r\n" +
    HOST, b"Host : {H}\r\n", b" Host: {H}\r\n", b"Host: {H}, SMUGGLED\r\n",
    b"Host: {H} SMUGGLED\r\n", b"Host: u@{H}\r\n", b"Host: {H}/a\r\n",
    b"Host: {H}?\r\n", b"Host: {H}#\r\n", b"Host: {H}\0\r\n",
    b"Host: {H}\r\n SMUGGLED\r\n", b"Host: http://{H}\r\n",
    b"Host: {H}\\\r\n", b"Host: \"{H}\"\r\n",
]
PROXY_HOSTS = [
    b"Host:\r\n", b"Host: SMUGGLED\r\n", b"Host: localhost\r\n",
    b"Host: {H}0\r\n", b"Host: 127.0.0.1\r\n", b"Host: {H}:80\r\n",
    b"Host: [{H}]\r\n", b"Host: x{H}\r\n", b"Host: 0{H}\r\n",
]


def _chunks(body):
    return POST + CHUNKED + b"\r\n" + body + END + NEXT


CHUNKS = [size + b"\r\nhello\r\n" for size in (
    b"", b"g", b"-5", b"+5", b"0x5", b"5h", b"5_", b"5,5", b"5.0", b"0 5",
    b" 5", b"\t5", b"5 ", b"5\t", b"5\x0b", b"5\0", b"5 ;a", b"\"5\"",
    b"8000000000000000", b"fffffffffffffffb", b"ffffffffffffffff",
    b"10000000000000005", b"00000000000000005", b"0" * 200 + b"5",
    b"5;", b"5;;a", b"5;a;", b"5;a=", b"5;=b", b"5;a==b", b"5; a", b"5;a =b",
    b"5;a= b", b"5;a\0", b"5;a\x0b", b"5;a=\"b", b"5;a=\"b\"c", b"5;\"a\"",
    b"5;a,b", b"5;\xff", b"5;a\nb", b"5;a\rb", b"5;" + b"a" * 300)]
CHUNKS += [
    b"5\nhello\r\n", b"5\r\rhello\r\n", b"5\rhello\r\n", b"\n5\r\nhello\r\n",
    b"5\r\nhello\n", b"5\r\nhello\r", b"5\r\nhello", b"5\r\nhello!\r\n",
    b"5\r\nhello\r\r\n", b"5\r\nhello\n\r\n", b"5\r\nhello\r\n\r\n",
    b"4\r\nhello\r\n", b"6\r\nhello\r\n",
]
TRAILERS = [b"0\r\n" + t + b"\r\n" for t in (
    b": x\r\n", b" A: b\r\n", b"A : b\r\n", b"none\r\n", b"A: b\r\n c\r\n",
    b"A: b\n", b"A: b\rB: c\r\n", b"A: b\0\r\n", b"GET /SMUGGLED HTTP/1.1\r\n",
    b"A: b\r\r\n")]
TRAILERS += [b"0\n\r\n", b"0\r\n\n", b"0\r\n\r", b"0\r\r\n"]

BAD = (
    _named("line", LINES, _line) +
    _named("target", PROXY_LINES, _line, proxy=True) +
    _named("field", FIELDS, _field) +
    _named("length", LENGTHS, _field) +
    _named("coding", CODINGS, _field) +
    _named("host", HOSTS, _host) +
    _named("host", PROXY_HOSTS, _host, proxy=True) +
    _named("chunk", CHUNKS, _chunks, body=True) +
    _named("trailer", TRAILERS,
           lambda t: POST + CHUNKED + b"\r\n" + HELLO + t + NEXT, body=True) +
    [
        Case("old: a coding in HTTP/1.0", b"POST {T}/a HTTP/1.0\r\n" + HOST +
             CHUNKED + b"\r\n" + END + NEXT),
        Case("old: HTTP/0.9", b"GET {T}/SMUGGLED\r\n\r\n"),
        Case("before: two empty lines", b"\r\n\r\n" + GET + b"\r\n"),
        Case("before: a bare LF", b"\n" + GET + b"\r\n"),
        Case("before: a NUL", b"\0" + GET + b"\r\n"),
        Case("limit: the URL", b"GET {T}/" + b"a" * 40000 + b" HTTP/1.1\r\n" +
             HOST + b"\r\n" + NEXT),
        Case("limit: a field", GET + b"A: " + b"a" * 40000 + b"\r\n\r\n" +
             NEXT),
        Case("limit: a name", GET + b"A" * 40000 + b": a\r\n\r\n" + NEXT),
        Case("limit: fields", GET + b"A: b\r\n" * 200 + b"\r\n" + NEXT),
        Case("limit: the head", GET + b"A: %s\r\n" % (b"a" * 900) * 80 +
             b"\r\n" + NEXT),
        Case("max-forwards: two", b"OPTIONS {T}/a HTTP/1.1\r\n" + HOST +
             b"Max-Forwards: 1\r\nMax-Forwards: 5\r\n\r\n" + NEXT,
             proxy=True),
        Case("connect: a length", b"CONNECT {H} HTTP/1.1\r\n" + HOST +
             b"Content-Length: 5\r\n\r\nhello" + NEXT, proxy=True),
        Case("connect: chunks", b"CONNECT {H} HTTP/1.1\r\n" + HOST + CHUNKED +
             b"\r\n" + HELLO + END + NEXT, proxy=True),
    ])


def _post(fields, body):
    return POST + fields + b"\r\n" + body


# What looks odd but has one reading, and what is then sent, to the byte.
GOOD = [
    Case("a body that looks like a request",
        _post(b"Content-Length: 18\r\n", b"GET / HTTP/1.1\r\n\r\n"),
        POSTED + b"Content-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
    Case("a length with zeros", _post(b"Content-Length: 005\r\n", b"hello"),
        POSTED + b"Content-Length: 5\r\n\r\nhello"),
    Case("a length with blanks around it",
        _post(b"Content-Length: \t 5 \t\r\n", b"hello"),
        POSTED + b"Content-Length: 5\r\n\r\nhello"),
    Case("a length of nothing", _post(b"Content-Length: 0\r\n", b""),
        POSTED + b"Content-Length: 0\r\n\r\n"),
    Case("a GET with a body", GET + b"Content-Length: 5\r\n\r\nhello",
        GOT + b"Content-Length: 5\r\n\r\nhello"),
    Case("nearly a length", _post(b"Content_Length: 5\r\n", b""),
        POSTED + b"\r\n"),
    Case("nearly a coding", _post(b"Transfer_Encoding: chunked\r\n", b""),
        POSTED + b"\r\n"),
    Case("nearly a coding, too", _post(b"XTransfer-Encoding: chunked\r\n", b""),
        POSTED + b"XTransfer-Encoding: chunked\r\n\r\n"),
    Case("chunked in any case", _post(b"tRANSFER-eNCODING: ChUnKeD \r\n",
                                     HELLO + END),
        POSTED + CHUNKED + b"\r\n" + HELLO + END),
    Case("a chunk size with zeros", _post(CHUNKED, b"0005\r\nhello\r\n000\r\n"
                                         b"\r\n"),
        POSTED + CHUNKED + b"\r\n" + HELLO + END),
    Case("a chunk size in capitals", _post(CHUNKED, b"A\r\n0123456789\r\n" +
                                          END),
        POSTED + CHUNKED + b"\r\na\r\n0123456789\r\n" + END),
    Case("chunk extensions", _post(
        CHUNKED, b"5;a;b=c;d=\"e;\\\" f\"\r\nhello\r\n0;x=SMUGGLED\r\n\r\n"),
        POSTED + CHUNKED + b"\r\n" + HELLO + END),
    Case("a chunk that looks like the end", _post(
        CHUNKED, b"5\r\n0\r\n\r\n\r\n" + END),
        POSTED + CHUNKED + b"\r\n5\r\n0\r\n\r\n\r\n" + END),
    Case("trailers", _post(
        CHUNKED, HELLO + b"0\r\nX: SMUGGLED\r\nContent-Length: 5\r\n\r\n"),
        POSTED + CHUNKED + b"\r\n" + HELLO + END),
    Case("Connection names Content-Length", _post(
        b"Connection: Content-Length\r\nContent-Length: 5\r\n", b"hello"),
        POSTED + b"Content-Length: 5\r\n\r\nhello"),
    Case("Connection names Transfer-Encoding", _post(
        b"Connection: Transfer-Encoding\r\n" + CHUNKED, HELLO + END),
        POSTED + CHUNKED + b"\r\n" + HELLO + END),
    Case("Connection names Host and itself",
        GET + b"Connection: Host, Connection, ,keep-alive\r\n\r\n",
        GOT + b"\r\n"),
    Case("Connection names what follows",
        GET + b"Connection: x-a\r\nX-A: SMUGGLED\r\nX-B: c\r\n\r\n",
        GOT + b"X-B: c\r\n\r\n"),
    Case("an upgrade to h2c", GET + b"Connection: Upgrade, HTTP2-Settings\r\n"
        b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
        GOT + b"\r\n"),
    Case("values with colons, quotes and obs-text",
        GET + b"A:b\r\nB: : c:\"d\r\nC:\t\xff\xfe \r\nD:\r\n\r\n",
        GOT + b"A: b\r\nB: : c:\"d\r\nC: \xff\xfe\r\nD: \r\n\r\n"),
    Case("odd characters in a path",
        b"GET {T}/a/../b//c\\d%00%0d%0a?e=%23'\"<>|^`{}@:80 HTTP/1.1\r\n" +
        HOST + b"\r\n",
        b"GET /a/../b//c\\d%00%0d%0a?e=%23'\"<>|^`{}@:80 HTTP/1.1\r\n" +
        HOST + b"\r\n"),
    Case("a URL in a path", b"GET {T}/http://SMUGGLE.D@x:1/ HTTP/1.1\r\n" +
        HOST + b"\r\n",
        b"GET /http://SMUGGLE.D@x:1/ HTTP/1.1\r\n" + HOST + b"\r\n"),
    Case("a method nobody knows", b"x!#$%&'*+-.^_`|~9 {T}/a HTTP/1.1\r\n" +
        HOST + b"\r\n", b"x!#$%&'*+-.^_`|~9 /a HTTP/1.1\r\n" + HOST + b"\r\n"),
    Case("HTTP/1.0", b"POST {T}/a HTTP/1.0\r\n" + HOST +
        b"Content-Length: 5\r\n\r\nhello",
        POSTED + b"Content-Length: 5\r\n\r\nhello"),
]
OK = b"HTTP/1.1 200 OK\r\n"

# Answers of an origin of which a client must not see one byte.
ANSWERS = [
    b"HTTP/1.1 20 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/1.1 099 OK\r\n\r\n", b"HTTP/1.1 600 OK\r\n\r\n",
    b"HTTP/1.1 +20 OK\r\n\r\n", b"HTTP/1.1  200 OK\r\n\r\n",
    b"HTTP/1.1\t200 OK\r\n\r\n", b"HTTP/1.2 200 OK\r\n\r\n",
    b"HTTP/2 200 OK\r\n\r\n", b"http/1.1 200 OK\r\n\r\n",
    b"ICY 200 OK\r\n\r\n", b"\r\nHTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 200 O\0K\r\n\r\n", b"HTTP/1.1 200 O\rK\r\n\r\n",
    b"HTTP/1.1 200 OK\n\n", b"220 smtp.example.org ESMTP\r\n",
    b"SSH-2.0-OpenSSH_9.2\r\n", b"<html>SMUGGLED</html>\r\n\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\n\r\nSMUGGLED",
    b"HTTP/1.1 100 Continue\r\nContent-Length: 8\r\n\r\nSMUGGLED",
] + [OK + f + b"\r\nSMUGGLED" for f in (
    b"Content-Length: 8\r\nContent-Length: 8\r\n",
    b"Content-Length: 8\r\nContent-Length: 9\r\n", b"Content-Length: 8, 8\r\n",
    b"Content-Length: +8\r\n", b"Content-Length:\r\n",
    b"Content-Length: 8\r\n" + CHUNKED, CHUNKED + CHUNKED,
    b"Transfer-Encoding: gzip\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
    b"A : b\r\n", b"A: b\r\n c\r\n", b": b\r\n", b"A: b\0\r\n", b"A: b\n",
    b"A: b\rSet-Cookie: c\r\n", b"none\r\n",
    b"A: b\nHTTP/1.1 200 OK\n", b"A: " + b"a" * 70000 + b"\r\n",
    b"A: b\r\n" * 200)] + [OK + CHUNKED + b"\r\n" + c for c in (
        b"x\r\nSMUGGLED\r\n", b"-1\r\nSMUGGLED\r\n", b"8 \r\nSMUGGLED\r\n",
        b"8\nSMUGGLED\r\n", b"8;\r\nSMUGGLED\r\n",
        b"ffffffffffffffff\r\nSMUGGLED\r\n", b"0\r\nA : b\r\n\r\n")]
