"""Profiles of header fields: the bytes that an origin received."""
import re

import pytest

from harness import daemon, fields, net, origin, peers, proc, wire

PROFILES = ["off", "standard", "strict"]
WAYS = ["http"]


def listen(headers, more=""):
    return "listen 127.0.0.1:%d { headers %s; }\n%s" % (net.free_port(),
                                                        headers, more)


@pytest.fixture(params=PROFILES)
def profile(request):
    return request.param


@pytest.fixture
def d(bauta, profile):
    return bauta(conf=listen(profile))


@pytest.fixture(params=WAYS)
def way(request):
    return fields.WAYS[request.param]


def heads(web):
    return [head for c in web.conns for head, _ in c.requests]


# -- requests -----------------------------------------------------------------

@pytest.mark.parametrize("spelling", fields.SPELLINGS)
def test_what_arrives(d, web, profile, way, spelling):
    """And again on the kept connection."""
    spell = fields.SPELLINGS[spelling]
    sent = fields.mixed(spell)
    with way.open(d, web) as s:
        for i in range(3):
            s.sendall(fields.request(way, web, "/%d" % i, sent))
            assert wire.read_response(s).body == b"GET /%d" % i
    assert heads(web) == [
        fields.arrives(profile, web, "/%d" % i, sent, spell=spell)
        for i in range(3)]


def test_requests_at_once(d, web, profile, way):
    sent = fields.mixed()
    with way.open(d, web) as s:
        s.sendall(b"".join(fields.request(way, web, "/%d" % i, sent)
                           for i in range(5)))
        for i in range(5):
            assert wire.read_response(s).body == b"GET /%d" % i
    assert sorted(heads(web)) == [
        fields.arrives(profile, web, "/%d" % i, sent) for i in range(5)]


def test_byte_by_byte(d, web, profile, way):
    sent = fields.mixed()
    with way.open(d, web) as s:
        for byte in fields.request(way, web, "/x", sent):
            s.sendall(bytes([byte]))
        assert wire.read_response(s).body == b"GET /x"
    assert heads(web) == [fields.arrives(profile, web, "/x", sent)]


def test_cut_at_every_byte(d, web, profile, way):
    sent = [("Via", "SECRET"), fields.USEFUL[1], fields.USEFUL[2],
            ("X_Real_IP", "SECRET")]
    data = fields.request(way, web, "/x", sent)
    out = fields.arrives(profile, web, "/x", sent)
    if profile == "standard":
        out = re.sub(rb"(Via|X_Real_IP): SECRET\r\n", b"", out)
    with way.open(d, web) as s:
        for i in range(1, len(data)):
            s.sendall(data[:i])
            s.sendall(data[i:])
            assert wire.read_response(s).status == 200
    assert set(heads(web)) == {out}


BODY = b"GET / HTTP/1.1\r\nVia: in a body\r\nX-Forwarded-For: too\r\n\r\n"


def test_behind_bodies(d, web, profile, way):
    """A body that looks like a request is a body, and passes as it is."""
    sent = fields.mixed()
    with way.open(d, web) as s:
        for i, body in enumerate((BODY, b"", BODY * 3000)):
            s.sendall(fields.request(way, web, "/%d" % i, sent, "POST", body))
            assert wire.read_response(s).body == b"POST /%d" % i
            s.sendall(fields.request(way, web, "/get", sent))
            assert wire.read_response(s).body == b"GET /get"
    assert [body for c in web.conns for _, body in c.requests] == [
        BODY, b"", b"", b"", BODY * 3000, b""]
    assert heads(web)[::2] == [
        fields.arrives(profile, web, "/%d" % i, sent, "POST", body)
        for i, body in enumerate((BODY, b"", BODY * 3000))]
    assert set(heads(web)[1::2]) == {
        fields.arrives(profile, web, "/get", sent)}


def record(conn):
    """Keeps the bytes of a chunked request, whatever ends it."""
    while not re.search(rb"\r\n0\r\n(.+\r\n)*\r\n\Z", bytes(conn.data)):
        data = conn.sock.recv(65536)
        if not data:
            return
        conn.data += data
    conn.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def test_trailers_stay_here(d, target, way):
    o = target(record)
    with way.open(d, o) as s:
        head = fields.request(way, o, "/x", [
            ("Transfer-Encoding", "chunked"),
            ("Trailer", "X-Forwarded-For")], "POST")
        s.sendall(head + b"3;SECRET\r\nabc\r\n0\r\n"
                  b"X-Forwarded-For: SECRET\r\nX-Other: SECRET\r\n\r\n")
        assert wire.read_response(s).status == 200
    data = bytes(o.conns[0].data)
    assert data.endswith(b"\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    assert b"SECRET" not in data and b"railer" not in data


def test_two_browsers_are_the_same_bytes(bauta, web, way):
    """Through strict, whatever they have in their fields."""
    d = bauta(conf=listen("strict"))
    browsers = [
        [("Upgrade-Insecure-Requests", "1"), ("User-Agent", "Chrome"),
         ("Accept", "text/html,image/webp,*/*;q=0.8"),
         ("Accept-Encoding", "gzip, deflate"), ("Accept-Language", "de"),
         ("Cookie", "a=b"), ("If-None-Match", '"x"')],
        [("User-Agent", "Firefox"), ("Accept", "text/html,*/*;q=0.8"),
         ("Accept-Language", "fr"), ("Accept-Encoding", "gzip, deflate"),
         ("DNT", "1"), ("Sec-GPC", "1"), ("Priority", "u=0, i")]]
    for sent in browsers:
        with way.open(d, web) as s:
            s.sendall(fields.request(way, web, "/x", sent))
            assert wire.read_response(s).status == 200
    a, b = heads(web)
    assert a == b


# -- responses ----------------------------------------------------------------

ANSWER = [("Date", "Thu, 05 Mar 2026 07:00:00 GMT"), ("server", "x"),
          ("Alt-Svc", 'h3=":443"'), ("NEL", "{}"), ("Report-To", "{}"),
          ("X-Own", "1"), ("Reporting-Endpoints", "a"), ("Accept-CH", "DPR"),
          ("Critical-CH", "DPR"), ("Via", "1.1 origin"),
          ("Link", "</a>; rel=preconnect, </b>; rel=next"),
          ("Link", "</a>; rel=dns-prefetch"),
          ("X-DNS-Prefetch-Control", "on"), ("ETag", '"x"'),
          ("Set-Cookie", "a=b"), ("Cache-Control", "max-age=99999"),
          ("Keep-Alive", "timeout=5"), ("Proxy-Authenticate", "Basic")]
BACK = {"off": [f for f in ANSWER if f[0] not in ("Keep-Alive",
                                                  "Proxy-Authenticate")]}
BACK["standard"] = [
    ANSWER[0], ANSWER[1], ("X-Own", "1"), ("Via", "1.1 origin"),
    ("Link", "</b>; rel=next"), ("ETag", '"x"'), ("Set-Cookie", "a=b"),
    ("Cache-Control", "max-age=99999")]
BACK["strict"] = BACK["standard"][:5] + [("Cache-Control", "max-age=3600"),
                                         ("X-DNS-Prefetch-Control", "off")]


def answer(conn):
    while wire.read_head(conn.sock):
        conn.sock.sendall(
            b"HTTP/1.1 103 Early Hints\r\n"
            b"Link: </a>; rel=preconnect, </b>; rel=preload\r\n\r\n"
            b"HTTP/1.1 200 OK\r\n" + fields.lines(ANSWER) +
            b"Content-Length: 2\r\n\r\nok")


HINT = {"off": b"Link: </a>; rel=preconnect, </b>; rel=preload\r\n",
        "standard": b"Link: </b>; rel=preload\r\n"}


def test_what_comes_back(d, target, profile, way):
    o = target(answer)
    with way.open(d, o) as s:
        for _ in range(2):
            s.sendall(fields.request(way, o, "/x", []))
            if profile != "strict":
                assert wire.read_head(s) == (
                    b"HTTP/1.1 103 Early Hints\r\n" + HINT[profile] + b"\r\n")
            assert wire.read_head(s) == (
                b"HTTP/1.1 200 OK\r\n" + fields.lines(BACK[profile]) +
                b"Content-Length: 2\r\n\r\n")
            assert wire.exactly(s, 2) == b"ok"


# -- the manual ---------------------------------------------------------------

def tables():
    """bauta-headers(7): {(way, field): {profile: word}}."""
    got = proc.run([peers.program("mandoc"), "-T", "ascii", "-O", "width=120",
                    daemon.built("bauta-headers.7")])
    text = re.sub(r".\x08", "", got.stdout)
    out = {}
    way = None
    for line in text.splitlines():
        if re.match(r"\S", line):
            way = line.strip()
        words = re.split(r"\s{2,}", line.strip())
        if way in ("REQUESTS", "RESPONSES") and len(words) == 4:
            out[way, words[0]] = dict(zip(PROFILES, words[1:]))
    return {k: v for k, v in out.items() if k[1] != "field"}


def test_the_manual_tells_the_truth(d, web, target, profile, way):
    """What its tables call kept, removed or own is."""
    table = tables()
    assert len(table) > 200
    said = {k: v[profile] for k, v in table.items()
            if v[profile] in ("kept", "removed", "own")}
    frames = {"Host", "Content-Length", "Transfer-Encoding", "Upgrade",
              "Connection", "Expect", "If-Range"}
    names = [n for w, n in said if w == "REQUESTS" and n not in frames]
    got = set()
    for i in range(0, len(names), 60):
        sent = [(n.replace("*", "Zz"), "1") for n in names[i:i + 60]]
        with way.open(d, web) as s:
            s.sendall(fields.request(way, web, "/x", sent))
            assert wire.read_response(s).status == 200
        got |= {k for k, _ in wire.parse_head(heads(web)[-1])[1]}
    for n in names:
        assert (n.replace("*", "Zz") in got) == (
            said["REQUESTS", n] == "kept"), n
    names = [n for w, n in said if w == "RESPONSES" and n not in frames]
    sent = fields.lines((n.replace("*", "Zz"), "1") for n in names)

    def reply(conn):
        wire.read_head(conn.sock)
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\n" + sent +
                          b"Content-Length: 0\r\n\r\n")

    o = target(reply)
    with way.open(d, o) as s:
        s.sendall(fields.request(way, o, "/x", []))
        got = {k for k, _ in wire.parse_head(wire.read_head(s))[1]}
    for n in names:
        assert (n.replace("*", "Zz") in got) == (
            said["RESPONSES", n] == "kept"), n


# -- profiles of one's own ----------------------------------------------------

OWN = """
headers own {
	base strict
	remove Accept-Language
	set X-Set "a b"
	keep X-CSRF-Token
	credentials 127.0.0.1
}
"""


def test_one_of_one_s_own(bauta, web, way):
    d = bauta(conf=listen("own", OWN))
    with way.open(d, web) as s:
        s.sendall(fields.request(way, web, "/x", [
            ("x-csrf-token", "t"), ("Cookie", "a=b"), ("X-Other", "1"),
            ("Accept-Language", "de"), ("X-Set", "c")]))
        assert wire.read_response(s).status == 200
    assert heads(web) == [
        b"GET /x HTTP/1.1\r\n" + fields.host(web) +
        b"User-Agent: " + fields.AGENT.encode() + b"\r\nAccept: */*\r\n"
        b"Accept-Encoding: identity\r\nCookie: a=b\r\nX-CSRF-Token: t\r\n"
        b"X-Set: a b\r\n\r\n"]


def test_a_rule_s_profile_counts_before_the_listener_s(bauta, target, way):
    a, b, c = (target(origin.http) for _ in range(3))
    d = bauta(conf=listen("strict", OWN + "rule direct port %d headers off\n"
                          "rule direct port %d headers own\nrule direct\n" %
                          (a.port, b.port)))
    with wire.connect(d.addr) as s:
        for o in (a, b, c):
            s.sendall(fields.request(fields.WAYS["http"], o, "/x",
                                     [("Via", "1"), ("Cookie", "a=b")]))
            assert wire.read_response(s).status == 200
    seen = [heads(o)[0] for o in (a, b, c)]
    assert [b"Via: 1\r\n" in h for h in seen] == [True, False, False]
    assert [b"Cookie: a=b\r\n" in h for h in seen] == [True, True, False]
    assert [b"X-Set" in h for h in seen] == [False, True, False]


@pytest.mark.parametrize("line, place, says, hint", [
    ("listen 127.0.0.1:1 { headers stict; }", "1:30", 'called "stict"',
     'did you mean "strict"?'),
    ("listen 127.0.0.1:1 { headers shp; }\nheaders shop { }", "1:30",
     'called "shp"', 'did you mean "shop"?'),
    ("rule direct headers stndard", "1:21", 'called "stndard"',
     'did you mean "standard"?'),
    ("headers strict { }", "1:9", "is built in", "choose another name"),
    ("headers a { keep Host; }", "1:18", "no profile can keep it", ""),
    ("headers a { bse off; }", "1:13", 'unknown directive "bse"',
     'did you mean "base"?'),
    ("headers a { base strct; }", "1:18", "strct", 'mean "strict"?'),
])
def test_mistakes_are_shown_in_their_place(dir, line, place, says, hint):
    file = dir / "x.conf"
    file.write_text(line + "\n")
    got = daemon.run_bauta("-t", "-c", file)
    assert got.returncode == 78
    assert "%s:%s: error: " % (file, place) in got.stderr, got.stderr
    assert says in got.stderr and hint in got.stderr, got.stderr
