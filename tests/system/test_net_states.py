"""Chains over a network with delay, of which hops fail in every state.

All states at once: what lies has a port and a chain for each way to lie, and
what dies does so with clients in every state of their set-up.
"""
import json
import re
import subprocess
import sys

import pytest

from harness import daemon, lab as labs, net

HOPS = ("h1", "h2", "h3")
CONNECT, IDLE = 3, 2
CONF = """\
listen 127.0.0.1:1080
workers 1
control none
timeout { connect %ds; attempt 2s; idle %ds; }
dns { server %%s; timeout 200ms; tries 1; }
""" % (CONNECT, IDLE)
LIAR = 2000
PAGE = "origin.lab.example"

SOCKS5 = ["%s:%s" % (state, fault)
          for state in ("greeting", "login", "request", "reply", "payload")
          for fault in ("close", "reset", "garbage", "silent")] + [
    "greeting:version", "login:version", "request:version", "payload:bytewise"]
HTTP = ["%s:%s" % (state, fault)
        for state in ("request", "reply", "payload")
        for fault in ("close", "reset", "garbage", "silent")] + [
    "request:version", "payload:bytewise"]
CASES = [("socks5", how) for how in SOCKS5] + [("http", how) for how in HTTP]


@pytest.fixture
def lab(new_lab, dir):
    with new_lab(dir, 5) as lab:
        lab.origin()
        yield lab


@pytest.fixture
def start(lab, dir):
    """start(text): bauta in p; its name server would be a leak."""
    started = []

    def start(text):
        d = daemon.Daemon(dir=dir, wrapper=lab.inside("p"),
                          conf=CONF % lab.addr("o") + text)
        started.append(d)
        return d.wait_ready()

    yield start
    for d in started:
        d.check()


def clients(lab, count, names, at_page=None):
    """[[name, what, seconds]], see harness/lab_clients.py."""
    with subprocess.Popen(
            [*labs.TIED, *lab.inside("p"), sys.executable, "-B", "-m",
             "harness.lab_clients", "1080", str(count), "10", *names],
            cwd=labs.SYSTEM, stdout=subprocess.PIPE, text=True) as p:
        try:
            answers = []
            for line in p.stdout:
                if line != "page\n":
                    answers.append(json.loads(line))
                elif at_page:
                    at_page()
            assert p.wait() == 0
            return answers
        finally:
            p.kill()


def proxy(name, lab, place, port, scheme="socks5"):
    return "proxy %s %s://u:p@%s:%d\n" % (name, scheme, lab.addr(place), port)


@pytest.mark.parametrize("place", HOPS)
def test_a_hop_that_lies_in_any_state(lab, start, place):
    for h in HOPS:
        lab.hop(h)
    lab.start(place, sys.executable, "-B", "-m", "harness.lab_hop",
              lab.addr(place), LIAR, lab.addr("o"), *[how for _, how in CASES],
              port=LIAR + len(CASES) - 1, cwd=labs.SYSTEM)
    text = "".join(proxy(h, lab, h, labs.PORT) for h in HOPS)
    rules = ""
    names = ["c%d.lab.example" % i for i in range(len(CASES))]
    for i, (scheme, _) in enumerate(CASES):
        text += proxy("l%d" % i, lab, place, LIAR + i, scheme)
        text += "chain c%d { hops %s; }\n" % (
            i, " ".join("l%d" % i if h == place else h for h in HOPS))
        rules += "rule chain c%d to %s isolate none\n" % (i, names[i])
    d = start(text + rules)
    lab.watch("h1")
    # Twice: the second time bauta has learned about them.
    for _ in range(2):
        answers = clients(lab, len(CASES), names)
        assert len(answers) == len(CASES)
        for name, what, seconds in answers:
            case = CASES[int(re.search(r"\d+", name).group())]
            told = "%s as %s: %s after %.1f s" % (place, case, what, seconds)
            good = case[1].endswith("bytewise")
            assert what == ("page" if good else "error"), told
            # A tunnel that is silent ends by `idle`.
            assert seconds < (CONNECT + IDLE + 2) * daemon.SLOW, told
    assert lab.leaks() == 0
    assert d.popen.poll() is None


@pytest.mark.parametrize("how", ["killed", "black hole", "slow"])
@pytest.mark.parametrize("place", HOPS)
def test_a_hop_that_dies_with_clients_in_every_state(lab, start, place, how):
    """One begins each 10 ms, and its set-up takes 200 ms."""
    hops = {h: lab.hop(h) for h in HOPS}
    d = start("".join(proxy(h, lab, h, labs.PORT) for h in HOPS) +
              "chain c { hops %s; }\nrule chain c isolate none\n" %
              " ".join(HOPS))
    lab.watch("h1")

    def strike():
        if how == "killed":
            lab.end(hops[place])
        elif how == "black hole":
            lab.down(place)
        else:
            lab.tell_wan("delay %s 4000" % lab.ns(place))

    answers = clients(lab, "+40", [PAGE], strike)
    assert {what for _, what, _ in answers} == {"page", "error"}, answers
    assert max(seconds for *_, seconds in answers) < \
        (CONNECT + IDLE + 2) * daemon.SLOW, answers
    assert lab.leaks() == 0
    assert d.popen.poll() is None

    if how == "killed":
        lab.hop(place)
    elif how == "black hole":
        lab.up(place)
    else:
        lab.tell_wan("delay %s 5" % lab.ns(place))
    net.poll(lambda: clients(lab, 1, [PAGE])[0][1] == "page",
             "the chain works again", 25)
    assert lab.leaks() == 0
