"""Header fields through profiles: what is sent, and what has to arrive.

A way is how a request comes to bauta: open(d, origin) gives a socket on which
requests are written, and target(origin, path) what stands in their first
line.  Tests are the same for each way.
"""
from . import wire

# By groups of bauta-headers(7): what standard removes from requests.
PATH = """Via Forwarded X-Forwarded-For X-Forwarded-Host X-Forwarded-Anything
    X-Real-IP Client-IP X-Client-IP True-Client-IP X-Cluster-Client-IP
    X-Originating-IP X-Remote-IP X-Remote-Addr X-ProxyUser-Ip X-Host
    CF-Connecting-IP CF-Ray CDN-Loop Fastly-Client-IP Akamai-Origin-Hop
    X-Azure-ClientIP X-Appengine-User-IP X-Envoy-External-Address
    X-Original-URL X-Rewrite-URL WL-Proxy-Client-IP Proxy-Client-IP
    Proxy-Something""".split()
WHO = """From X-UIDH X-ACR MSISDN X-MSISDN X-IMEI X-IMSI X-Wap-Profile
    X-Device-User-Agent X-ATT-DeviceId X-Nokia-Bearer X-Up-Subno
    X-Client-Data""".split()
HINTS = """Sec-CH-UA Sec-CH-UA-Platform Device-Memory DPR Width Viewport-Width
    Downlink ECT RTT""".split()
TRACING = """Traceparent Tracestate Baggage B3 X-B3-TraceId X-Request-ID
    X-Correlation-ID X-Amzn-Trace-Id X-Cloud-Trace-Context Uber-Trace-Id
    Sentry-Trace X-Datadog-Trace-Id""".split()
NAMING = PATH + WHO + HINTS + TRACING
# What no profile lets pass.
HOP_BY_HOP = """Keep-Alive Proxy-Connection TE Trailer Proxy-Authorization
    Proxy-Authenticate HTTP2-Settings X-Nominated""".split()
# What is to arrive as it is, but through strict.
USEFUL = [("User-Agent", "odd/1 (SECRET)"), ("aCCept", "text/HTML; SECRET"),
          ("Accept-Encoding", "br, gzip"), ("Accept-Language", "rm,SECRET"),
          ("Cookie", "a=SECRET"), ("Authorization", "Basic SECRET"),
          ("Referer", "http://a.example/SECRET"), ("DNT", "1"),
          ("If-None-Match", '"SECRET"'), ("Sec-Fetch-Mode", "SECRET"),
          ("X-Unknown", 'SECRET,  b;"c"'), ("Viatique", "SECRET"),
          ("x_viaduct", "SECRET"), ("Via-X", "SECRET")]

AGENT = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:153.0) "
         "Gecko/20100101 Firefox/153.0")
STRICT = [("User-Agent", AGENT),
          ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,"
                     "*/*;q=0.8"),
          ("Accept-Language", "en-US,en;q=0.5"),
          ("Accept-Encoding", "gzip, deflate"),
          ("Upgrade-Insecure-Requests", "1")]

SPELLINGS = {
    "as usual": str,
    "lower case": str.lower,
    "upper case": str.upper,
    "odd case": lambda s: "".join(
        c.lower() if i % 2 else c.upper() for i, c in enumerate(s)),
    "underscores": lambda s: s.replace("-", "_"),
}


def mixed(spell=str):
    """Fields of all kinds: [(name, value)], in an order of no kind.

    Those for one connection keep their spelling where it is framing.
    """
    out = []
    naming = [(spell(n), "SECRET-%d" % i) for i, n in enumerate(NAMING)]
    hops = [(spell(n), "SECRET") for n in HOP_BY_HOP]
    step = len(naming) // len(USEFUL) + 1
    for i, useful in enumerate(USEFUL):
        out += naming[i * step:(i + 1) * step] + [useful]
        out += hops[i:i + 1]
    out.append(("Connection", "%s, keep-alive" % hops[-1][0]))
    return out


def passing(profile, fields, spell=str):
    """Of mixed(): what has to arrive, in its order."""
    hop = {spell(n) for n in HOP_BY_HOP} | {"Connection"}
    if profile == "strict":
        return STRICT
    if profile == "standard":
        hop |= {spell(n) for n in NAMING}
    return [f for f in fields if f[0] not in hop]


def lines(fields):
    return "".join("%s: %s\r\n" % f for f in fields).encode()


def host(origin):
    return b"Host: %s\r\n" % wire.authority(origin.host, origin.port).encode()


def request(way, origin, path, fields, method="GET", body=None):
    head = b"%s %s HTTP/1.1\r\n" % (method.encode(),
                                    way.target(origin, path).encode())
    head += host(origin) + lines(fields)
    if body is not None:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n" + (body or b"")


def arrives(profile, origin, path, fields, method="GET", body=None, spell=str):
    """The head of that request() as an origin has to receive it."""
    head = b"%s %s HTTP/1.1\r\n" % (method.encode(), path.encode())
    head += host(origin) + lines(passing(profile, fields, spell))
    if body is not None:
        head += b"Content-Length: %d\r\n" % len(body)
    return head + b"\r\n"


class Forward:
    """As browsers speak to an HTTP proxy."""

    def open(self, d, origin):
        return wire.connect(d.addr)

    def target(self, origin, path):
        return origin.url(path)


class Tunnel:
    """Through a tunnel that opener(proxy address, target) made."""

    def __init__(self, opener):
        self.opener = opener

    def open(self, d, origin):
        return self.opener(d.addr, origin.addr)[0]

    def target(self, origin, path):
        return path


WAYS = {
    "http": Forward(),
    "connect": Tunnel(wire.http_connect),
    "socks4": Tunnel(wire.socks4),
    "socks5": Tunnel(wire.socks5),
}
