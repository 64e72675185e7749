"""The control socket: who may ask, what is answered, what it survives."""
import json
import os
import signal
import socket
import stat
import threading

import pytest

from harness import daemon, net, proc, wire


@pytest.fixture
def path(dir):
    return dir / "control"


def start(dir, path, more=""):
    return daemon.Daemon(dir=dir, conf="listen 127.0.0.1:%d\ncontrol %s\n%s" % (
        net.free_port(), path, more)).wait_ready()


@pytest.fixture
def d(dir, path):
    d = start(dir, path)
    yield d
    d.check()


def ctl(*args, **kw):
    return proc.run([daemon.bautactl_path(), *map(str, args)], **kw)


def ask(path, line):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(10)
        s.connect(str(path))
        s.sendall(line)
        return wire.everything(s)


def test_status_in_lines_and_in_json(d, path):
    r = ctl("status", "-s", path)
    assert r.returncode == 0 and "version: " in r.stdout, r
    assert "  - %s\n" % d.at in r.stdout
    r = ctl("status", "-s", path, "--json")
    assert json.loads(r.stdout)["listeners"] == [d.at]


def test_it_counts_what_is_open(d, path, echo):
    def tunnels():
        status = json.loads(ctl("status", "-s", path, "--json").stdout)
        return sum(w["tunnels"] for w in status["workers"])
    s, code = wire.socks5(d.addr, echo.addr)
    with s:
        assert code == 0
        s.sendall(b"x")
        assert s.recv(1) == b"x"
        assert tunnels() == 1
    net.poll(lambda: tunnels() == 0, "the tunnel is gone")


def test_only_its_user_can_open_it(d, path):
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="becoming another user needs "
                    "root: run the tests as root")
def test_another_user_is_not_answered_even_where_it_can_connect(d, path):
    os.chmod(path, 0o666)
    r = proc.run(["setpriv", "--reuid", "65534", "--clear-groups", "--regid",
                  "65534", daemon.bautactl_path(), "status", "-s", str(path)])
    assert r.returncode == 69 and r.stdout == "", r


def test_it_goes_with_the_daemon(d, path):
    d.stop()
    assert not path.exists()
    r = ctl("status", "-s", path)
    assert r.returncode == 69 and "no bauta answers" in r.stderr


def test_one_left_over_is_replaced(dir, path):
    d = start(dir, path)
    d.ok_status = {-signal.SIGKILL}
    d.signal(signal.SIGKILL)
    d.wait()
    assert path.exists()
    d = start(dir, path)
    assert ctl("status", "-s", path).returncode == 0
    d.check()


def test_one_in_use_is_refused(d, dir, path):
    other = daemon.Daemon(dir=dir, conf="listen 127.0.0.1:%d\ncontrol %s\n" % (
        net.free_port(), path))
    assert other.wait() == 69
    assert "another bauta has it" in other.stderr
    assert ctl("status", "-s", path).returncode == 0


@pytest.mark.parametrize("what", ["a file", "a directory"])
def test_what_is_no_socket_is_left_alone(dir, path, what):
    path.write_text("mine") if what == "a file" else path.mkdir()
    d = daemon.Daemon(dir=dir, conf="listen 127.0.0.1:%d\ncontrol %s\n" % (
        net.free_port(), path))
    assert d.wait() == 69
    assert "control socket" in d.stderr
    assert path.exists()


def test_none_makes_none(dir):
    run = dir / "run"
    run.mkdir()
    d = daemon.Daemon(dir=dir, conf="listen 127.0.0.1:%d\ncontrol none\n" %
                      net.free_port(), env={"XDG_RUNTIME_DIR": str(run)})
    d.wait_ready()
    assert list(run.iterdir()) == []
    d.check()


@pytest.mark.parametrize("line,says", [
    (b"\n", b"error: "), (b"nonsense\n", b"error: no command"),
    (b"a " * 40 + b"\n", b"error: "), (b"x" * 5000, b""), (b"", b""),
    (b"status\0x\n", b""), (b"\xff\xfe\n", b"error: "),
    (b"status --json extra\n", b"error: ")])
def test_garbage_is_answered_or_ends(d, path, line, says):
    if line == b"":
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(str(path))
    else:
        try:
            assert ask(path, line).startswith(says)
        except (ConnectionResetError, BrokenPipeError):
            assert says == b""
    assert ctl("status", "-s", path).returncode == 0


def test_who_says_nothing_is_not_waited_for_long(d, path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(path))
        assert ctl("status", "-s", path, timeout=20).returncode == 0


def test_many_at_once_are_all_answered(d, path):
    got = []

    def one():
        got.append(ctl("status", "-s", path, timeout=50).returncode)
    threads = [threading.Thread(target=one) for _ in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert got == [0] * 20
