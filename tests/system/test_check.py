"""bautactl check: what leaks is told, what does not is not."""
import contextlib
import os
import socket
import subprocess

import pytest

from harness import daemon, hops, proc, wire

CHAIN = "listen 127.0.0.1:1080\nproxy a socks5://%s\nrule chain a\n"


def at(hop):
    return "127.0.0.1:%d" % hop.port


def check(dir, conf):
    file = dir / "check.conf"
    file.write_text(conf)
    file.chmod(0o600)
    return proc.run([daemon.bautactl_path(), "check", "-c", file])


def rows(r, says):
    return [line for line in r.stdout.splitlines() if says in line]


@pytest.fixture
def hop():
    with contextlib.closing(hops.Hop(names={"*": ("127.0.0.1", None)})) as h:
        yield h


def test_what_the_rules_send_direct_is_no_leak(dir):
    r = check(dir, "listen 127.0.0.1:1080\n")
    assert r.returncode == 0, r
    assert len(rows(r, "went direct, as the rule says")) == 8
    assert len(rows(r, "refused: no datagram leaves")) == 1
    assert r.stdout.endswith("No leak in 9 tries.\n")


def test_a_chain_that_works_and_one_that_is_down(dir, hop):
    r = check(dir, CHAIN % at(hop))
    assert r.returncode == 0, r
    assert len(rows(r, "went through the chain")) == 8
    assert len(rows(r, "stopped: nothing left")) == 8
    assert any(host.endswith(".witness.example") for _, host, _ in hop.asked)
    r = check(dir, CHAIN % "127.0.0.1:1")
    assert r.returncode == 0, r
    assert len(rows(r, "did not get through; nothing leaked")) == 8


def test_what_is_rejected_does_not_leave(dir):
    r = check(dir, "listen 127.0.0.1:1080\nrule reject\n")
    assert r.returncode == 0, r
    assert len(rows(r, "rejected: nothing left")) == 8


def test_a_login_is_not_needed(dir):
    r = check(dir, 'listen 0.0.0.0:1080 { auth required; }\n'
              'user u { hash "$argon2id$v=19$m=8,t=1,p=1$%s$%s"; }\n' %
              ("A" * 22, "A" * 43))
    assert r.returncode == 0 and rows(r, "went direct"), r


def test_a_hops_own_name_may_be_looked_up(dir, hop):
    r = check(dir, CHAIN % ("localhost:%d" % hop.port))
    assert r.returncode == 0, r
    assert len(rows(r, "went through the chain")) == 8


def test_a_connection_past_the_chain_is_told(dir):
    """Such as a hop makes that has our own address: it looks like ours."""
    class Same(hops.Hop):
        def _reach(self, host, port):
            return wire.connect(("127.0.0.1", port), "127.0.0.77")
    with contextlib.closing(Same()) as h:
        r = check(dir, CHAIN % at(h))
    assert r.returncode == 1, r
    assert len(rows(r, "LEAK: it went direct")) == 8
    assert "8 of 17 LEAKED." in r.stdout


def sockets_of(pid):
    """As /proc names them; it opens and closes others meanwhile."""
    fds = "/proc/%d/fd" % pid
    for n in os.listdir(fds):
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink("%s/%s" % (fds, n))


def name_server_of(pid):
    """The port of its one UDP socket."""
    own = set(sockets_of(pid))
    with open("/proc/%d/net/udp" % pid) as f:
        for line in f.readlines()[1:]:
            field = line.split()
            if "socket:[%s]" % field[9] in own:
                return int(field[1].split(":")[1], 16)
    return None


@pytest.mark.skipif(os.geteuid() != 0, reason="whose name server it is, only "
                    "root can tell: run the tests as root")
def test_a_name_that_is_looked_up_here_is_told(dir):
    """Such as by a hop on this machine that asks our name server."""
    class Asks(hops.Hop):
        def _go(self, s, scheme, host, port, good, bad):
            question = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + b"".join(
                bytes([len(x)]) + x.encode() for x in host.split(".")
            ) + b"\0\0\1\0\1"
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
                u.settimeout(10)
                u.sendto(question, ("127.0.0.1", name_server_of(child.pid)))
                u.recv(512)
            super()._go(s, scheme, host, port, good, bad)
    with contextlib.closing(Asks(names={"*": ("127.0.0.1", None)})) as h:
        file = dir / "check.conf"
        file.write_text(CHAIN % at(h))
        file.chmod(0o600)
        child = subprocess.Popen(
            [daemon.bautactl_path(), "check", "-c", file],
            stdout=subprocess.PIPE, text=True, env=proc.clean_env())
        out = child.communicate(timeout=50)[0]
    assert child.returncode == 1, out
    assert out.count("LEAK: its name was looked up here") == 4, out


@pytest.mark.parametrize("args,status", [
    (["-c"], 64), (["x"], 64), (["-c", "/nonexistent"], 78)])
def test_mistakes(args, status):
    r = proc.run([daemon.bautactl_path(), "check", *args])
    assert r.returncode == status and r.stderr, r
