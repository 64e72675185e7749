"""Programs people use, through bauta: direct and through the long chain."""
import subprocess

import pytest

from harness import origin, peers, proc, wire


@pytest.fixture
def d(bauta):
    return bauta()


@pytest.fixture
def long(bauta, microsocks, danted, tinyproxy):
    """bauta -> microsocks -> dante -> tinyproxy."""
    hops = [microsocks(), danted(), tinyproxy()]
    args = [a for h in hops for a in ("-x", h.url())]
    return bauta(*args)


@pytest.fixture(params=["direct", "chain"])
def way(request):
    return request.getfixturevalue({"direct": "d", "chain": "long"}
                                   [request.param])


def curl(at, scheme, *args):
    return proc.run(["curl", "-sS", "--noproxy", "", "-m", "30", "-x",
                     "%s://%s" % (scheme, at), *args])


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "socks4a",
                                    "http"])
def test_curl_loads_a_page(way, nginx, scheme):
    got = curl(way.at, scheme, nginx.page("/", "localhost" if scheme in (
        "socks5h", "socks4a", "http") else "127.0.0.1"))
    assert "It works: nginx." in got.stdout, got


@pytest.mark.parametrize("scheme", ["socks5h", "socks4a", "http"])
def test_curl_loads_5_mib_intact(way, nginx, dir, scheme):
    got = curl(way.at, scheme, "-o", dir / "big", nginx.page("/big"))
    assert got.returncode == 0, got
    assert wire.sha((dir / "big").read_bytes()) == nginx.big_sum


@pytest.mark.parametrize("scheme", ["socks5h", "http"])
def test_curl_loads_https(way, nginx, scheme):
    """Through CONNECT, with a certificate made for the test."""
    got = curl(way.at, scheme, "--cacert", nginx.dir / "cert.pem",
               "https://localhost:%d/" % nginx.tls_port)
    assert "It works: nginx." in got.stdout, got


def test_curl_tunnels_plain_http_with_p(way, nginx):
    got = curl(way.at, "http", "-p", nginx.page())
    assert "It works: nginx." in got.stdout, got


def test_curl_reuses_its_connection_to_the_proxy(d, nginx):
    got = curl(d.at, "http", "-v", nginx.page(), nginx.page("/chunked.shtml"),
               nginx.page("/style.css"))
    assert got.stdout.count("It works") == 1 and "parts:" in got.stdout
    assert got.stderr.count("Re-using existing connection") == 2, got.stderr


def test_curl_posts_a_body(way, web, dir):
    body = origin.pattern(1 << 20)
    (dir / "body").write_bytes(body)
    got = curl(way.at, "http", "--data-binary", "@%s" % (dir / "body"),
               "-H", "Expect: 100-continue", web.url("/sum"))
    assert got.stdout == "%d %s" % (len(body), wire.sha(body)), got


def test_curl_is_told_why(d, closed_port):
    got = curl(d.at, "socks5h", "http://127.0.0.1:%d/" % closed_port)
    assert got.returncode == 97, got
    assert "(5)" in got.stderr or "refused" in got.stderr, got


def test_wget_loads_a_page_and_what_it_needs(way, nginx, dir):
    got = proc.run(["wget", "-nv", "-p", "-nd", "-P", dir / "w", "-e",
                    "use_proxy=yes", "-e", "http_proxy=http://%s" % way.at,
                    nginx.page("/page.html")])
    names = {p.name for p in (dir / "w").iterdir()}
    assert {"page.html", "style.css", "script.js", "dot.svg"} <= names, got


def test_wget_resumes_a_download(d, nginx, dir):
    data = origin.pattern(nginx.BIG)
    (dir / "big").write_bytes(data[:1234567])
    got = proc.run(["wget", "-nv", "-c", "-P", dir, "-e", "use_proxy=yes",
                    "-e", "http_proxy=http://%s" % d.at, nginx.page("/big")])
    assert got.returncode == 0, got
    assert (dir / "big").read_bytes() == data


@pytest.mark.parametrize("kind", ["socks5", "socks4", "http"])
def test_proxychains_wraps_a_program(way, nginx, dir, kind):
    (dir / "pc.conf").write_text(
        "strict_chain\nproxy_dns\n[ProxyList]\n%s 127.0.0.1 %d\n" %
        (kind, way.port))
    got = proc.run(["proxychains4", "-f", dir / "pc.conf", "curl", "-sS",
                    "-m", "30", nginx.page()])
    assert "It works: nginx." in got.stdout, got
    assert "<--denied" not in got.stderr and "<--timeout" not in got.stderr


def test_proxychains_sends_names(bauta, hop, nginx, dir):
    h = hop(names={"www.site.net": nginx.addr})
    d = bauta("-x", "socks5://127.0.0.1:%d" % h.port)
    (dir / "pc.conf").write_text(
        "strict_chain\nproxy_dns\n[ProxyList]\nsocks5 127.0.0.1 %d\n" %
        d.port)
    got = proc.run(["proxychains4", "-f", dir / "pc.conf", "curl", "-sS",
                    "-m", "30", "http://www.site.net/"])
    assert "It works: nginx." in got.stdout, got
    assert h.asked == [("socks5", "www.site.net", 80)]


def test_torsocks_wraps_a_program_and_sends_onion_names(bauta, hop, nginx,
                                                        dir):
    """It refuses loopback targets itself: these stand behind a hop."""
    h = hop(names={"site.onion": nginx.addr, "203.0.113.7": nginx.addr})
    d = bauta("-x", "socks5://127.0.0.1:%d" % h.port)
    for host in ("site.onion", "203.0.113.7"):
        got = proc.run(["torsocks", "-a", "127.0.0.1", "-P", str(d.port),
                        "curl", "-sS", "-m", "30", "http://%s/" % host])
        assert "It works: nginx." in got.stdout, got
    assert h.asked == [("socks5", "site.onion", 80),
                       ("socks5", "203.0.113.7", 80)]


@pytest.mark.parametrize("kind", ["socks5", "socks4", "http"])
def test_ncat_makes_a_tunnel(way, echo, kind):
    ncat = subprocess.Popen(
        [peers.program("ncat"), "--proxy", way.at, "--proxy-type", kind,
         "127.0.0.1", str(echo.port)], env=proc.clean_env(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        # Its input stays open: tinyproxy ends both ways when one has ended.
        ncat.stdin.write(b"hello, echo\n")
        ncat.stdin.flush()
        assert ncat.stdout.readline() == b"hello, echo\n"
        ncat.stdin.close()
        assert ncat.wait(20) == 0
    finally:
        ncat.kill()
        ncat.wait()
        ncat.stdout.close()


@pytest.mark.parametrize("kind", ["SOCKS5", "SOCKS4", "HTTP"])
def test_python_socks_makes_a_tunnel(way, echo, kind):
    socks = pytest.importorskip("socks", reason="python3-socks is missing")
    s = socks.socksocket()
    s.settimeout(20)
    s.set_proxy(getattr(socks, kind), "127.0.0.1", way.port, rdns=True)
    with s:
        s.connect(("localhost", echo.port))
        s.sendall(b"x" * 100000)
        assert wire.exactly(s, 100000) == b"x" * 100000


def ncat_command(d):
    return "%s --proxy %s --proxy-type socks5 %%h %%p" % (
        peers.program("ncat"), d.at)


def test_ssh_runs_a_command(way, sshd, dir):
    server = sshd()
    got = proc.run(["ssh", *server.client(ncat_command(way)), "127.0.0.1",
                    "echo from-the-other-side; cat"], input="stdin arrives\n")
    assert got.stdout == "from-the-other-side\nstdin arrives\n", (
        got, server.output())


def test_ssh_carries_5_mib_both_ways(way, sshd):
    server = sshd()
    data = origin.pattern(5 << 20)
    got = proc.run(["ssh", *server.client(ncat_command(way)), "127.0.0.1",
                    "cat"], input=data, text=False)
    assert wire.sha(got.stdout) == wire.sha(data), got.stderr


def test_git_clones_over_http(way, nginx, dir):
    got = proc.run(["git", "-c", "http.proxy=socks5h://" + way.at, "clone",
                    "-q", nginx.page("/repo.git"), dir / "clone"])
    assert got.returncode == 0, got
    assert (dir / "clone/file").read_text() == "content\n" * 5000


def test_git_clones_over_ssh(way, nginx, sshd, dir):
    server = sshd()
    command = " ".join("'%s'" % x for x in
                       ["ssh", *server.client(ncat_command(way))])
    got = proc.run(["git", "clone", "-q", "ssh://127.0.0.1%s" % (
        nginx.dir / "root/repo.git"), dir / "clone"],
        env=proc.clean_env(GIT_SSH_COMMAND=command))
    assert got.returncode == 0, (got, server.output())
    assert (dir / "clone/file").read_text() == "content\n" * 5000


def chromium(at, scheme, dir, *args):
    """Headless; loopback is not left out of the proxy."""
    return proc.run(
        ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-default-apps", "--mute-audio",
         "--user-data-dir=%s" % (dir / "profile"),
         "--crash-dumps-dir=%s" % dir,
         "--proxy-server=%s://%s" % (scheme, at),
         "--proxy-bypass-list=<-loopback>", "--virtual-time-budget=8000",
         *args], timeout=55, env=proc.clean_env(HOME=str(dir)))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["socks5", "http"])
def test_chromium_loads_a_page_with_all_its_parts(way, own_nginx, dir,
                                                  scheme):
    got = chromium(way.at, scheme, dir, "--dump-dom",
                   own_nginx.page("/page.html", "localhost"))
    assert "<title>script ran</title>" in got.stdout, got
    assert 'data-json="fetched"' in got.stdout, got.stdout
    log = own_nginx.access()
    for part in ("page.html", "style.css", "script.js", "dot.svg",
                 "data.json"):
        assert '"GET /%s HTTP/1.1" 200' % part in log, (part, log)


@pytest.mark.slow
def test_chromium_draws_the_page(d, own_nginx, dir):
    got = chromium(d.at, "socks5", dir, "--window-size=200,200",
                   "--screenshot=%s" % (dir / "page.png"),
                   own_nginx.page("/page.html", "localhost"))
    assert (dir / "page.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n", got
    assert '"GET /style.css HTTP/1.1" 200' in own_nginx.access()
