"""The network the other tests of chains measure with: tests/net/wan."""
import sys

import pytest

from harness import daemon, lab as labs

# Milliseconds of each of so many round trips; "lost" when there was none.
PING = """
import socket, sys, time
host, count, patience = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(patience)
for i in range(count):
    began = time.monotonic()
    s.sendto(b"%d" % i, (host, 7))
    try:
        assert s.recv(99) == b"%d" % i
        print((time.monotonic() - began) * 1000)
    except socket.timeout:
        print("lost")
"""


@pytest.fixture
def lab(new_lab, dir):
    with new_lab(dir, 25) as lab:
        for place in ("h1", "o"):
            lab.start(place, "socat", "UDP4-RECVFROM:7,fork", "PIPE",
                      port=None)
            labs.wait(lambda: ":7" in lab.run(place, "ss", "-Huln").stdout,
                      "the echo listens")
        yield lab


def ping(lab, place, count=1, patience=20.0):
    got = lab.run("p", sys.executable, "-c", PING, lab.addr(place), count,
                  patience)
    assert got.returncode == 0, got.stderr
    return [None if x == "lost" else float(x) for x in got.stdout.split()]


def test_a_packet_takes_its_time(lab):
    """Never less; the best of some, socat's process for each included."""
    took = ping(lab, "o", 10)
    assert min(took) >= 50
    assert min(took) < 50 + 5 * daemon.SLOW, took


def test_what_changes_at_run_time(lab):
    lab.tell_wan("delay %s 75" % lab.ns("h1"))
    assert min(ping(lab, "h1", 2)) >= 100
    assert min(ping(lab, "o", 5)) < 95
    lab.down("h1")
    assert ping(lab, "h1", 1, 0.3) == [None]
    lab.up("h1")
    assert ping(lab, "h1")[0] >= 100
    lab.tell_wan("loss %s 100" % lab.ns("h1"))
    assert ping(lab, "h1", 1, 0.3) == [None]
    lab.tell_wan("loss %s 0" % lab.ns("h1"))
    assert ping(lab, "h1")[0] >= 100


def test_what_it_does_not_understand_changes_nothing(lab):
    for line in ("down nowhere", "fly " + lab.ns("o"),
                 "delay " + lab.ns("o")):
        lab.wan.stdin.write(line + "\n")
        lab.wan.stdin.flush()
        assert lab.wan.stdout.readline() == "what?\n"
    assert ping(lab, "o")[0] >= 50
