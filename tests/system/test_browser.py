"""A real browser on a site that uses all of HTTP, and what the site saw."""
import hashlib

import pytest

from harness import net, peers, proc, site, wire
from harness.daemon import SANITIZED, SLOW

GIB = 1 << 30

# What the script of the page adds, as a program on the page might.
EXTRA = {
    "X-Forwarded-For": "SECRET-xff", "X-Real-IP": "SECRET-xri",
    "Forwarded": "for=SECRET-fwd", "Client-IP": "SECRET-cip",
    "CF-Connecting-IP": "SECRET-cf", "X-Client-Data": "SECRET-xcd",
    "X-MSISDN": "SECRET-msisdn", "Traceparent": "SECRET-trace",
    "Baggage": "SECRET-baggage", "X-Request-ID": "SECRET-rid",
    "X-App-Version": "SECRET-app",
}


class Chromium(proc.Proc):
    """Headless, on one page, until it is stopped."""

    def __init__(self, dir, proxy, url, *args):
        super().__init__(
            [peers.program("chromium"), "--headless=new", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--disable-sync",
             "--disable-default-apps", "--mute-audio",
             "--remote-debugging-port=0",
             "--user-data-dir=%s" % (dir / "profile"),
             "--crash-dumps-dir=%s" % dir, "--proxy-server=%s" % proxy,
             "--proxy-bypass-list=<-loopback>",
             "--user-agent=SECRET-agent/1.0", "--accept-lang=rm-CH", *args,
             url],
            dir / "chromium.log", env=proc.clean_env(HOME=str(dir)))


@pytest.fixture
def browse(dir, request):
    """browse(daemon, scheme, **site): the site after its page reported."""
    closing = []

    def go(d, scheme, timeout=60, **kw):
        s = site.Site(**kw)
        closing.append(s.close)
        b = Chromium(dir, "%s://%s" % (scheme, d.at),
                     s.url("/page?SECRET-query", "localhost"))
        closing.insert(0, b.stop)
        b.start()
        s.wait(timeout * SLOW)
        return s

    yield go
    for close in closing:
        close()


@pytest.fixture
def site_of():
    opened = []

    def make(**kw):
        opened.append(site.Site(**kw))
        return opened[-1]

    yield make
    for s in opened:
        s.close()


def conf(profile):
    return "listen 127.0.0.1:%d { headers %s; }\n" % (net.free_port(),
                                                      profile)


def check_report(s):
    assert {k: v for k, v in s.report.items()
            if k in s.expected()} == s.expected()


# Of the groups that `standard` names; the browser's own and the script's.
IDENTIFYING = ("x-forwarded-", "x-real-ip", "forwarded", "client-ip", "cf-",
               "x-client-data", "x-msisdn", "traceparent", "baggage",
               "x-request-id", "sec-ch-", "device-memory", "dpr", "via",
               "proxy-")
# Of what the browser says, what sites need and `standard` lets through.
USEFUL = {"user-agent", "accept", "accept-language", "accept-encoding",
          "cookie", "referer"}


def names(head):
    return [k.lower() for k, _ in wire.parse_head(head)[1]]


def of_path(s, path):
    """The head of the one request for this path."""
    got = [h for h in s.heads if h.split(b" ")[1].startswith(path.encode())]
    assert len(got) == 1, (path, got)
    return got[0]


def check_off(s):
    """All that the browser says to an origin arrives, and nothing else."""
    assert {x.lower() for x in EXTRA} <= set(names(of_path(s, "/json")))
    assert "sec-ch-ua" in names(of_path(s, "/json"))
    assert "via" not in names(of_path(s, "/json"))
    assert s.report["headers"] == [
        "fetched", "yes", '{"report_to":"x","max_age":1}']


def check_standard(s):
    """None of the groups; a rest that is what the browser sent."""
    for head in s.heads:
        assert not [n for n in names(head) if n.startswith(IDENTIFYING)], head
    assert USEFUL <= set(names(of_path(s, "/json")))
    assert b"SECRET-app" in of_path(s, "/json")
    for head in s.heads:
        assert b"User-Agent: SECRET-agent/1.0\r\n" in head
    assert s.report["headers"] == ["fetched", "yes", None]


def check_strict(s):
    """Nothing that is the client's own, in any request."""
    for head in s.heads:
        line, rest = head.split(b"\r\n", 1)
        assert b"SECRET" not in rest and b"rm-CH" not in rest, head
        assert not [n for n in names(head) if n.startswith(IDENTIFYING)], head
        assert not {"cookie", "authorization"} & set(names(head)), head
    agents = {v for h in s.heads for k, v in wire.parse_head(h)[1]
              if k.lower() == "user-agent"}
    assert len(agents) == 1, agents
    assert s.report["headers"][0] == "fetched"
    assert s.report["headers"][2] is None


CHECKS = {"off": check_off, "standard": check_standard,
          "strict": check_strict}


@pytest.mark.slow
@pytest.mark.parametrize("scheme, how", [("socks5", "length"),
                                         ("http", "chunked")])
@pytest.mark.parametrize("profile", ["off", "standard", "strict"])
def test_a_page_a_form_a_websocket_and_bodies(bauta, browse, profile, scheme,
                                              how):
    s = browse(bauta(conf=conf(profile)), scheme, how=how, extra=EXTRA)
    check_report(s)
    CHECKS[profile](s)


@pytest.mark.slow
def test_a_gibibyte_downloaded(bauta, browse):
    s = browse(bauta(conf=conf("strict")), "socks5", how="chunked",
               download=(64 << 20) if SANITIZED else GIB)
    check_report(s)


# -- the same for curl, which has no page -------------------------------------

def curl(d, scheme, *args, **kw):
    return proc.run(["curl", "-sS", "--noproxy", "", "-m", "120", "-x",
                     "%s://%s" % (scheme, d.at), *args], timeout=130, **kw)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["socks5h", "http"])
def test_curl_loads_much_and_sends_it_back(bauta, site_of, dir, scheme):
    n = (16 << 20) if SANITIZED else (64 << 20)
    s, d = site_of(), bauta()
    for how in ("length", "chunked"):
        got = curl(d, scheme, "-o", dir / how,
                   s.url("/download/%s/%d" % (how, n), "localhost"))
        assert got.returncode == 0, got
    for args in ([], ["-H", "Transfer-Encoding: chunked"]):
        got = curl(d, scheme, "-T", dir / "chunked", "-X", "POST", *args,
                   s.url("/sum", "localhost"))
        assert got.stdout == "%d %s" % (n, sha_of_blocks(n)), got
    assert file_sha(dir / "length") == sha_of_blocks(n)


def sha_of_blocks(n):
    h = hashlib.sha256()
    for _ in range(n // len(site.BLOCK)):
        h.update(site.BLOCK)
    return h.hexdigest()


def file_sha(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
