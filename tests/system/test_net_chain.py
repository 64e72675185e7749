"""Chains over a network with delay: nothing of p goes anywhere but to h1."""

import contextlib

import pytest

from harness import daemon, net

PAGE = "http://origin.lab.example/"
TIMEOUTS = "timeout { connect 3s; attempt 1s; }\n"
WITNESS = 5353


@pytest.fixture(scope="module")
def lab(new_lab, session_dir):
    with new_lab(session_dir, 5) as lab:
        lab.origin()
        yield lab


@pytest.fixture(scope="module")
def hops(lab):
    """microsocks, dante and one that knows names."""
    return {"h1": lab.microsocks("h1"), "h2": lab.danted("h2"),
            "h3": lab.hop("h3")}


@pytest.fixture
def start(lab, dir):
    """start(text): bauta in p, with a name server that is a witness."""
    started = []

    def start(text, server="127.0.0.1:%d" % WITNESS):
        witness = lab.start(
            "p", "socat", "-u", "UDP4-RECVFROM:%d,fork" % WITNESS,
            "OPEN:%s/asked,creat,append" % dir, port=None)
        started.append(lambda: lab.end(witness))
        d = daemon.Daemon(
            dir=dir, wrapper=lab.inside("p"),
            conf="listen 127.0.0.1:1080\nworkers 1\ncontrol none\n"
            "dns { server %s; timeout 200ms; tries 1; }\n%s%s" % (
                server, TIMEOUTS, text))
        d.wait_ready()
        started.append(d.check)
        d.asked = lambda: (dir / "asked").read_bytes() \
            if (dir / "asked").exists() else b""
        return d

    yield start
    for stop in reversed(started):
        stop()


def chain(lab, more=""):
    return "".join("proxy %s socks5://%s:1080\n" % (h, lab.addr(h))
                   for h in ("h1", "h2", "h3")) + \
        "chain x { hops h1 h2 h3; %s}\nrule chain x isolate none\n" % more


def fetch(lab, url=PAGE, seconds=20):
    """(exit code, seconds, what came)"""
    r = lab.run("p", "curl", "-sS", "-m", seconds, "-x",
                "socks5h://127.0.0.1:1080", "-w", "\n%{time_total}", url)
    body, _, took = r.stdout.rpartition("\n")
    return r.returncode, float(took), body


@contextlib.contextmanager
def gone(lab, hops, how, *which):
    for h in which:
        if how == "killed":
            lab.end(hops[h])
        else:
            lab.down(h)
    try:
        yield
    finally:
        for h in which:
            if how == "killed":
                hops[h] = {"h1": lab.microsocks, "h2": lab.danted,
                           "h3": lab.hop}[h](h)
            else:
                lab.up(h)


HOW = pytest.mark.parametrize("how", ["killed", "black hole"])


def test_a_page_through_three_and_no_packet_past_the_first(lab, hops, start):
    d = start(chain(lab))
    lab.watch("h1")
    for _ in range(3):
        code, _, body = fetch(lab)
        assert code == 0 and body == "the page\n"
    assert lab.leaks() == 0
    assert d.asked() == b""


@pytest.mark.parametrize("to", ["10.77.0.5", "192.0.2.1", "[2001:db8::1]"])
def test_the_watch_would_see_a_leak(lab, start, to):
    start("rule direct\n")
    lab.watch("h1")
    # Only the first of them is there.
    assert (fetch(lab, "http://%s/" % to)[0] == 0) == (to == lab.addr("o"))
    assert lab.leaks() > 0


def test_the_watch_would_see_a_name_server_asked(lab, start):
    start("rule direct\n", server="192.0.2.53")
    lab.watch("h1")
    assert fetch(lab)[0] != 0
    assert lab.leaks() > 0


def test_the_witness_would_see_a_name(lab, start):
    d = start("rule direct\n")
    assert fetch(lab)[0] != 0
    net.poll(lambda: b"origin" in d.asked(), "the name was asked for")


def test_a_hop_that_speaks_http(lab, hops, start):
    """By address: tinyproxy would look a name up, and there is none to ask."""
    lab.tinyproxy("h3", 8888)
    start("proxy h1 socks5://%s:1080\nproxy h2 socks5://%s:1080\n"
          "proxy h3 http://%s:8888\nchain x { hops h1 h2 h3; }\n"
          "rule chain x\n" % tuple(map(lab.addr, ("h1", "h2", "h3"))))
    lab.watch("h1")
    for _ in range(3):
        code, _, body = fetch(lab, "http://%s/" % lab.addr("o"))
        assert code == 0 and body == "the page\n"
    assert lab.leaks() == 0


@pytest.mark.parametrize("dead", ["h1", "h2", "h3"])
@HOW
def test_a_hop_that_is_gone_is_an_error_in_time(lab, hops, start, dead, how):
    d = start(chain(lab))
    lab.watch("h1")
    assert fetch(lab)[0] == 0
    with gone(lab, hops, how, dead):
        for _ in range(2):      # on a spare circuit, and on a new one
            code, took, body = fetch(lab)
            assert code != 0 and body == "" and took < 5
        assert lab.leaks() == 0
        assert d.asked() == b""
        assert d.popen.poll() is None


@HOW
def test_all_hops_gone_and_the_name_is_not_looked_up(lab, hops, start, how):
    d = start(chain(lab))
    lab.watch("h1")
    with gone(lab, hops, how, "h1", "h2", "h3"):
        code, took, _ = fetch(lab)
        assert code != 0 and took < 5
    assert lab.leaks() == 0
    assert d.asked() == b""


POOL = "proxy h1 socks5://%s:1080\nproxy h2 socks5://%s:1080\n" \
    "pool p { members h1 h2; }\nrule chain p isolate none\n"


@pytest.mark.parametrize("how,seconds", [("killed", 0.5), ("black hole", 2)])
def test_another_member_takes_over_in_time(lab, hops, start, how, seconds):
    """Dead: at once.  Black-holed: after `timeout attempt`, 1 s here."""
    start(POOL % (lab.addr("h1"), lab.addr("h2")))
    lab.watch("h1", "h2")
    url = "http://%s/" % lab.addr("o")
    with gone(lab, hops, how, "h1"):
        for _ in range(4):
            code, took, body = fetch(lab, url)
            assert code == 0 and body == "the page\n"
            assert took < seconds * (4 if daemon.SANITIZED else 1)
    assert lab.leaks() == 0
