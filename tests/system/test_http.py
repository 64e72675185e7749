"""The HTTP forward proxy: exact framing, nothing of the client given away."""
import socket
import struct
import threading

import pytest

from harness import net, origin, wire


@pytest.fixture
def d(bauta):
    return bauta()


def seen(web):
    """The heads the origin saw, without the fence's empty ones."""
    return [head for c in web.conns for head, _ in c.requests]


def test_absolute_form_becomes_origin_form(d, web):
    r = wire.get(d.addr, web.url("/a/b?c=d&e=%20f"))
    assert r.body == b"GET /a/b?c=d&e=%20f"
    assert wire.get(d.addr, web.url("")).body == b"GET /"
    assert wire.get(d.addr, web.url("?q")).body == b"GET /?q"
    for head in seen(web):
        line, headers = wire.parse_head(head)
        assert line.endswith(" HTTP/1.1")
        assert [v for k, v in headers if k.lower() == "host"] == [
            "127.0.0.1:%d" % web.port]


def test_a_host_that_is_not_the_url_s_is_a_400(d, web):
    with wire.connect(d.addr) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: victim.net\r\n\r\n" %
                  web.url("/head").encode())
        assert wire.read_response(s).status == 400
        assert wire.ended(s)
    assert web.strangers() == []


@pytest.mark.parametrize("kind", ["URL", "field"])
def test_a_line_too_long_is_told_from_a_field_too_long(d, web, kind):
    with wire.connect(d.addr) as s:
        s.sendall(b"GET %s%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nA: %s\r\n\r\n"
                  % (web.url("/").encode(),
                     b"a" * 40000 if kind == "URL" else b"", web.port,
                     b"a" * 40000 if kind == "field" else b""))
        assert wire.read_response(s).status == (414 if kind == "URL" else 431)
    assert web.strangers() == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE",
                                    "OPTIONS", "PATCH", "PROPFIND", "X-ODD"])
def test_every_method_passes(d, web, method):
    body = b"12345" if method in ("POST", "PUT", "PATCH") else b""
    r = wire.get(d.addr, web.url("/m"),
                 "Content-Length: 5\r\n" if body else "", method, body)
    assert r.status == 200
    assert r.body == (b"" if method == "HEAD" else
                      b"%s /m" % method.encode())
    assert web.conns[-1].requests[-1][1] == body


def test_bodyless_answers_do_not_shift_the_next(d, web):
    with wire.connect(d.addr) as s:
        for method, path, status in (
                ("HEAD", "/bytes/1000", 200), ("GET", "/204", 204),
                ("GET", "/304", 304), ("HEAD", "/204", 204),
                ("GET", "/x", 200), ("HEAD", "/bytes/5", 200),
                ("GET", "/bytes/5", 200)):
            r = wire.request(s, method, web.url(path))
            assert r.status == status, (path, r)
        assert r.body == origin.pattern(5)


def test_chunked_answers_arrive_whole(d, web):
    with wire.connect(d.addr) as s:
        for _ in range(3):
            r = wire.request(s, "GET", web.url("/chunked"))
            assert r.body == b"one" + b" two" * 1000 + b" three"
    r = wire.get(d.addr, web.url("/x"))
    assert r.status == 200


def test_chunked_requests_arrive_whole(d, web):
    parts = [b"a" * 10, b"b" * 70000, b"c"]
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in parts)
    r = wire.get(d.addr, web.url("/sum"), "Transfer-Encoding: chunked\r\n",
                 "POST", chunked + b"0\r\n\r\n")
    whole = b"".join(parts)
    assert r.body.decode() == "%d %s" % (len(whole), wire.sha(whole))


def test_chunked_byte_by_byte(d, web):
    with wire.connect(d.addr) as s:
        data = ("POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked"
                "\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n" %
                web.url("/sum")).replace(
                    "Host: x", "Host: 127.0.0.1:%d" % web.port).encode()
        for i in range(len(data)):
            s.sendall(data[i:i + 1])
        r = wire.read_response(s)
    assert r.body.decode() == "5 " + wire.sha(b"abcde")


@pytest.mark.parametrize("size", [0, 1, 4095, 65536, 65537, 8 << 20])
def test_bodies_are_intact_both_ways(d, web, size):
    body = origin.pattern(size)
    r = wire.get(d.addr, web.url("/sum"), "Content-Length: %d\r\n" % size,
                 "POST", body)
    assert r.body.decode() == "%d %s" % (size, wire.sha(body))
    assert wire.get(d.addr, web.url("/bytes/%d" % size)).body == body


def test_a_client_that_asks_first_is_told_to_continue(d, web):
    with wire.connect(d.addr) as s:
        s.sendall(b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                  b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n" %
                  (web.url("/sum").encode(), web.port))
        head = wire.read_head(s)
        assert head.startswith(b"HTTP/1.1 100"), head
        s.sendall(b"body")
        assert wire.read_response(s).body.decode() == "4 " + wire.sha(b"body")


def test_a_final_answer_instead_of_continue_reaches_the_client(d, web):
    with wire.connect(d.addr) as s:
        s.sendall(b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                  b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n" %
                  (web.url("/final").encode(), web.port))
        assert wire.read_response(s).status == 417


def test_requests_of_one_connection_may_have_other_targets(d, target):
    a, b = target(origin.http), target(origin.http)
    with wire.connect(d.addr) as s:
        for i in range(6):
            o = (a, b)[i % 2]
            r = wire.request(s, "GET", o.url("/%d" % i))
            assert r.body == b"GET /%d" % i
    assert len(seen(a)) == len(seen(b)) == 3


def test_the_connection_to_an_origin_is_kept(d, web):
    with wire.connect(d.addr) as s:
        for i in range(5):
            assert wire.request(s, "GET", web.url("/%d" % i)).status == 200
    assert len(web.strangers()) == 1


def test_two_clients_never_share_a_connection_to_an_origin(d, web):
    with wire.connect(d.addr) as a, wire.connect(d.addr) as b:
        for i in range(3):
            wire.request(a, "GET", web.url("/a"))
            wire.request(b, "GET", web.url("/b"))
    conns = [c for c in web.strangers() if c.requests]
    assert len(conns) == 2
    for c in conns:
        assert len({head.split(b" ")[1] for head, _ in c.requests}) == 1


def test_each_request_of_a_connection_meets_the_rules(bauta, target):
    good, bad = target(origin.http), target(origin.http)
    d = bauta(conf="listen 127.0.0.1:%d\nrule reject port %d\nrule direct\n" %
              (net.free_port(), bad.port))
    with wire.connect(d.addr) as s:
        assert wire.request(s, "GET", good.url("/1")).status == 200
        assert wire.request(s, "GET", bad.url("/2")).status == 403
    assert bad.strangers() == []


def test_pipelined_requests_are_answered_in_order(d, target):
    a, b = target(origin.http), target(origin.http)
    with wire.connect(d.addr) as s:
        data = b""
        for i in range(8):
            o = (a, b)[i // 2 % 2]
            if i == 5:
                data += (b"POST %s HTTP/1.1\r\nHost: %s:%d\r\n"
                         b"Content-Length: 3\r\n\r\nxyz" %
                         (o.url("/5").encode(), o.host.encode(), o.port))
                continue
            data += b"GET %s HTTP/1.1\r\nHost: %s:%d\r\n\r\n" % (
                o.url("/%d" % i).encode(), o.host.encode(), o.port)
        s.sendall(data)
        for i in range(8):
            r = wire.read_response(s)
            assert r.body == (b"POST /5" if i == 5 else b"GET /%d" % i)


def test_connection_close_closes(d, web):
    with wire.connect(d.addr) as s:
        r = wire.request(s, "GET", web.url("/x"), "Connection: close\r\n")
        assert r.status == 200
        assert wire.ended(s)
    with wire.connect(d.addr) as s:
        r = wire.request(s, "GET", web.url("/x"), version="1.0")
        assert r.status == 200
        assert wire.ended(s)


def test_http_1_0_keep_alive_or_close_but_nothing_else(d, web):
    """A 1.0 client gets no chunks, and an end it can see."""
    with wire.connect(d.addr) as s:
        s.sendall(b"GET %s HTTP/1.0\r\n\r\n" % web.url("/chunked").encode())
        head = wire.read_head(s)
        assert b"chunked" not in head.lower(), head
        assert wire.everything(s) == b"one" + b" two" * 1000 + b" three"


def test_a_body_until_close_arrives_whole(d, web):
    r = wire.get(d.addr, web.url("/until-close"))
    assert r.body == origin.pattern(200000)


def test_a_body_cut_short_is_seen_as_cut_short(d, web):
    """Never a clean end with too few bytes."""
    with wire.connect(d.addr) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" %
                  (web.url("/cut-short").encode(), web.port))
        try:
            got = wire.everything(s)
        except ConnectionResetError:
            return
        head, _, body = got.partition(b"\r\n\r\n")
        if b" 502 " in head.split(b"\r\n")[0]:
            return
        assert b"Content-Length: 1000" in head
        assert len(body) < 1000


@pytest.mark.parametrize("path", ["/garbage", "/two-lengths"])
def test_an_origin_that_makes_no_sense_is_a_502(d, web, path):
    r = wire.get(d.addr, web.url(path))
    assert r.status == 502
    assert b"no HTTP" not in r.body


@pytest.mark.parametrize("rest", [b"Transfer-Encoding: chunked\r\n\r\nx\r\n",
                                  b"Content-Length: 2\r\nA : b\r\n\r\nok"])
def test_of_an_answer_that_goes_wrong_at_once_nothing_is_told(d, target, rest):
    def answer(conn):
        wire.read_head(conn.sock)
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\nX-A: b\r\n" + rest)
    r = wire.get(d.addr, target(answer).url("/"))
    assert r.status == 502 and not r.all("X-A")


def test_an_origin_that_closes_at_once_is_a_502(d, target):
    o = target(lambda conn: conn.sock.recv(1))
    assert wire.get(d.addr, o.url("/")).status == 502


def test_an_idle_connection_the_origin_closed_is_no_error(d, web):
    with wire.connect(d.addr) as s:
        for i in range(5):
            r = wire.request(s, "GET", web.url("/keep-then-close"))
            assert (r.status, r.body) == (200, b"last"), i
            assert web.conns[-1].over.wait(5)
            r = wire.request(s, "GET", web.url("/x%d" % i))
            assert r.body == b"GET /x%d" % i


def test_a_post_is_not_sent_twice(d, web):
    """Only what may be repeated is repeated."""
    with wire.connect(d.addr) as s:
        wire.request(s, "GET", web.url("/keep-then-close"))
        assert web.conns[-1].over.wait(5)
        r = wire.request(s, "POST", web.url("/once"),
                         "Content-Length: 2\r\n", b"hi")
        assert r.status in (200, 502)
    n = sum(head.startswith(b"POST /once") for head in seen(web))
    assert n <= 1 and (n == 1) == (r.status == 200)


IDENTIFYING = [
    "From", "X-UIDH", "X-MSISDN", "X-Wap-Profile", "X-IMEI", "X-Client-Data",
    "X-OperaMini-Phone-UA", "Sec-CH-UA", "Sec-CH-UA-Platform", "Device-Memory",
    "DPR", "Downlink", "Traceparent", "Baggage", "X-B3-TraceId",
    "X-Request-ID", "X-Amzn-Trace-Id",
    "Via", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
    "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server",
    "X-Forwarded-By", "X-Real-IP", "X-Client-IP", "Client-IP",
    "True-Client-IP", "X-Cluster-Client-IP", "X-Originating-IP",
    "X-Remote-IP", "X-Remote-Addr", "X-ProxyUser-Ip", "X-Host",
    "CF-Connecting-IP", "CF-Connecting-IPv6", "CF-IPCountry", "CDN-Loop",
    "Fastly-Client-IP", "Akamai-Origin-Hop", "X-Azure-ClientIP",
    "X-Appengine-User-IP", "X-Envoy-External-Address", "X-Original-URL",
    "X-Original-Forwarded-For", "X-Rewrite-URL", "X_Forwarded_For",
    "Client_IP", "X_Real_IP", "x-forwarded-for", "VIA", "forwarded"]
HOP_BY_HOP = ["Keep-Alive", "Proxy-Connection", "TE", "Trailer",
              "Proxy-Authorization", "Proxy-Authenticate", "HTTP2-Settings",
              "X-Named", "X-Named-Too"]
KEPT = {"User-Agent": "me", "Accept": "*/*", "Cookie": "a=b",
        "Authorization": "Basic eDp5", "X-Custom": "1", "Range": "bytes=0-9",
        "If-None-Match": '"x"', "Referer": "http://a/", "X-Request": "q",
        "Accept-Encoding": "gzip"}


@pytest.mark.parametrize("second", [False, True], ids=["first", "kept alive"])
def test_what_names_the_client_or_the_path_never_arrives(d, web, second):
    """And nothing is added that says there is a proxy."""
    headers = "".join("%s: SECRET-%d\r\n" % (n, i) for i, n in
                      enumerate(IDENTIFYING + HOP_BY_HOP))
    headers += "Connection: X-Named, keep-alive,X-Named-Too\r\n"
    headers += "".join("%s: %s\r\n" % kv for kv in KEPT.items())
    with wire.connect(d.addr) as s:
        if second:
            wire.request(s, "GET", web.url("/"))
        r = wire.request(s, "GET", web.url("/head"), headers)
    assert r.status == 200
    assert b"SECRET" not in r.body, r.body.decode()
    _, got = wire.parse_head(r.body)
    names = {k.lower() for k, _ in got}
    assert names <= {"host", "connection"} | {k.lower() for k in KEPT}
    for k, v in KEPT.items():
        assert (k, v) in got, k
    assert not any(k.lower() == "connection" and "x-named" in v.lower()
                   for k, v in got)


def test_hop_by_hop_headers_of_an_answer_stay_here(d, web):
    r = wire.get(d.addr, web.url("/nasty"))
    assert r.body == b"ok"
    for name in ("X-Hop", "Keep-Alive", "Proxy-Authenticate",
                 "Proxy-Authentication-Info", "Via"):
        assert not r.all(name), name
    assert r.get("X-End") == "kept"


def test_a_trailer_smuggles_no_header_past(d, web):
    r = wire.get(d.addr, web.url("/head"),
                 "Transfer-Encoding: chunked\r\nTrailer: X-Forwarded-For\r\n",
                 "POST", b"1\r\nx\r\n0\r\nX-Forwarded-For: SECRET\r\n\r\n")
    assert r.status in (200, 400)
    assert all(b"SECRET" not in h for h in seen(web))


def test_userinfo_and_fragment_do_not_reach_the_origin(d, web):
    for url in ("http://user:pw@127.0.0.1:%d/head" % web.port,
                web.url("/head#frag")):
        with wire.connect(d.addr) as s:
            s.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" %
                      (url.encode(), web.port))
            r = wire.read_response(s)
        assert r.status in (200, 400)
        assert b"frag" not in r.body and b"user" not in r.body


AMBIGUOUS = {
    "two lengths": "Content-Length: 3\r\nContent-Length: 4\r\n",
    "two equal lengths": "Content-Length: 3\r\nContent-Length: 3\r\n",
    "length list": "Content-Length: 3, 3\r\n",
    "plus": "Content-Length: +3\r\n", "minus": "Content-Length: -3\r\n",
    "hex": "Content-Length: 0x3\r\n", "empty": "Content-Length:\r\n",
    "blank inside": "Content-Length: 1 1\r\n",
    "huge": "Content-Length: 99999999999999999999\r\n",
    "length and chunked":
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
    "chunked and length":
        "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
    "chunked twice":
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "chunked not last": "Transfer-Encoding: chunked, identity\r\n",
    "identity": "Transfer-Encoding: identity\r\n",
    "unknown coding": "Transfer-Encoding: xchunked\r\n",
    "space before colon": "Content-Length : 3\r\n",
    "space before name": " Content-Length: 3\r\n",
    "folded": "X-A: b\r\n Content-Length: 3\r\n",
    "bare lf": "X-A: b\nContent-Length: 3\r\n",
    "bare cr": "X-A: b\rContent-Length: 3\r\n",
    "nul": "X-A: b\0c\r\n", "control": "X-A: b\x0bc\r\n",
    "empty name": ": value\r\n", "no colon": "nonsense\r\n",
    "space in name": "X A: b\r\n", "two hosts": "Host: other\r\n",
    "underscored te": "Transfer-Encoding:\x0bchunked\r\n",
}


@pytest.mark.parametrize("kind", AMBIGUOUS)
def test_ambiguous_framing_is_400_and_closed(d, web, kind):
    """Nothing of it reaches the origin, nor what hides behind it."""
    with wire.connect(d.addr) as s:
        s.sendall(b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" %
                  (web.url("/sum").encode(), web.port) +
                  AMBIGUOUS[kind].encode("latin-1") +
                  b"\r\n0\r\n\r\nGET %s HTTP/1.1\r\nHost: x\r\n\r\n" %
                  web.url("/smuggled").encode())
        r = wire.read_response(s)
        assert r.status in (400, 501), r
        assert wire.everything(s) == b"", "the connection went on"
    assert all(b"smuggled" not in h and b"/sum" not in h for h in seen(web))


@pytest.mark.parametrize("size", [
    "7fffffffffffffff", "ffffffffffffffff", "10000000000000000", "-1", "+5",
    "0x5", "5_", " 5", "5 ;x", "g", "", "0" * 200 + "5"])
def test_bad_chunk_sizes_end_the_connection(d, web, size):
    with wire.connect(d.addr) as s:
        s.sendall(b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n%s\r\nhello\r\n0\r\n"
                  b"\r\nGET %s HTTP/1.1\r\nHost: x\r\n\r\n" %
                  (web.url("/sum").encode(), web.port, size.encode(),
                   web.url("/smuggled").encode()))
        s.shutdown(socket.SHUT_WR)
        try:
            got = wire.everything(s)
        except ConnectionResetError:
            got = b""
        assert b"GET /smuggled" not in got
        # The largest size there is is one, and its body is cut short.
        good = {"7fffffffffffffff": b" 502 ", " 5": b" 200 "}.get(size, b" 400 ")
        status = got.split(b"\r\n")[0]
        assert not got or b" 400 " in status or good in status, got
    for c in web.strangers():
        assert c.over.wait(20)
    assert all(b"smuggled" not in h for h in seen(web))
    # Not even the head before it, when both are there at once.
    assert size == "7fffffffffffffff" or seen(web) == []


@pytest.mark.parametrize("value", ["Chunked", "CHUNKED", "chunked "])
def test_case_and_blanks_of_chunked_do_not_matter(d, web, value):
    r = wire.get(d.addr, web.url("/sum"), "Transfer-Encoding: %s\r\n" % value,
                 "POST", b"3\r\nabc\r\n0\r\n\r\n")
    assert r.status == 400 or r.body.decode() == "3 " + wire.sha(b"abc")


@pytest.mark.parametrize("nominated", [
    "Connection", "Host", "Content-Length", "Transfer-Encoding",
    "close, keep-alive, X", "Host, " * 100])
def test_connection_can_not_remove_what_frames_the_message(d, web, nominated):
    """The classic: `Connection: Content-Length` desynchronises others."""
    r = wire.get(d.addr, web.url("/sum"),
                 "Connection: %s\r\nContent-Length: 3\r\n" % nominated,
                 "POST", b"abc")
    assert r.status == 400 or r.body.decode() == "3 " + wire.sha(b"abc")
    for head in seen(web):
        assert b"\r\nHost: 127.0.0.1:%d\r\n" % web.port in head


def test_an_upgrade_becomes_a_tunnel(d, web):
    with wire.connect(d.addr) as s:
        r = wire.request(
            s, "GET", web.url("/upgrade"), "Connection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n")
        assert r.status == 101
        assert r.get("Upgrade") == "websocket"
        for data in (b"\x81\x05hello", b"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
                     bytes(range(256)) * 100):
            s.sendall(data)
            assert wire.exactly(s, len(data)) == data
        s.shutdown(socket.SHUT_WR)
        assert wire.everything(s) == b""


def test_a_client_that_leaves_takes_the_origins_connection_along(d, web):
    s = wire.connect(d.addr)
    wire.request(s, "GET", web.url("/x"))
    s.close()
    assert web.conns[0].over.wait(10)


def test_an_upload_may_be_slow_and_an_answer_early(d, target):
    """The origin answers before it has read all; the client hears it."""
    def early(conn):
        wire.read_head(conn.sock)
        conn.sock.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n"
                          b"Connection: close\r\n\r\nno")
        conn.sock.settimeout(10)
        while conn.sock.recv(65536):
            pass

    o = target(early)
    with wire.connect(d.addr) as s:
        s.sendall(b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                  b"Content-Length: 1000000\r\n\r\nstart" %
                  (o.url("/").encode(), o.port))
        assert wire.read_response(s).status == 413


def test_an_answer_arrives_while_it_is_made(d, target):
    """No waiting for the whole: events streamed one by one."""
    go = threading.Semaphore(0)

    def events(conn):
        wire.read_head(conn.sock)
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                          b"\r\n\r\n")
        for i in range(5):
            go.acquire(timeout=20)
            conn.sock.sendall(b"2\r\ne%d\r\n" % i)
        conn.sock.sendall(b"0\r\n\r\n")

    o = target(events)
    with wire.connect(d.addr) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" %
                  (o.url("/").encode(), o.port))
        wire.read_head(s)
        for i in range(5):
            go.release()
            got = b""
            while b"e%d" % i not in got:
                data = s.recv(100)
                assert data
                got += data


def test_error_pages_are_small_constant_and_silent(d, closed_port):
    bodies = set()
    for path in ("/a?token=SECRET", "/b"):
        r = wire.get(d.addr, "http://127.0.0.1:%d%s" % (closed_port, path),
                     "X-Custom: SECRET\r\n")
        assert r.status == 502
        assert b"SECRET" not in r.body
        assert not r.all("Server") and not r.all("Via")
        bodies.add(r.body)
    assert len(bodies) == 1


def test_ipv6_and_named_hosts(d, target):
    o = target(origin.http, hosts=("::1",))
    assert wire.get(d.addr, o.url("/6")).body == b"GET /6"
    assert wire.get(d.addr, o.url("/n", host="localhost")).body == b"GET /n"
    for head in seen(o):
        host = dict(wire.parse_head(head)[1])["Host"]
        assert host in ("[::1]:%d" % o.port, "localhost:%d" % o.port)


def test_a_reset_from_the_origin_in_a_body_is_not_a_clean_end(d, target):
    def breaks(conn):
        wire.read_head(conn.sock)
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\n\r\npart")
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))

    o = target(breaks)
    with wire.connect(d.addr) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" %
                  (o.url("/").encode(), o.port))
        with pytest.raises(ConnectionResetError):
            got = wire.everything(s)
            assert b" 502 " not in got.split(b"\r\n")[0]
