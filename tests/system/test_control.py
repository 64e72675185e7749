"""The control socket: who may ask, what is answered, what it survives."""
import json
import os
import signal
import socket
import stat
import threading

import pytest

from harness import daemon, hops, net, proc, wire


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


def test_it_is_found_without_being_told(dir, bauta):
    """Both look in XDG_RUNTIME_DIR, which the harness makes the test's own."""
    d = bauta()
    env = proc.clean_env(XDG_RUNTIME_DIR=str(dir))
    r = ctl("status", env=env)
    assert r.returncode == 0 and d.at in r.stdout, r
    second = bauta()
    assert net.answers(*second.addr), "another one goes on without"
    assert d.at in ctl("status", env=env).stdout


def test_none_makes_none(dir):
    d = daemon.Daemon(dir=dir, conf="listen 127.0.0.1:%d\ncontrol none\n" %
                      net.free_port())
    d.wait_ready()
    assert not (dir / "bauta.sock").exists()
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


# -- chains and pools --------------------------------------------------------

@pytest.fixture
def hop():
    h = hops.Hop(names={"*": ("127.0.0.1", None)})
    yield h
    h.close()


def ask_json(path, *args):
    r = ctl(*args, "-s", path, "--json")
    assert r.returncode == 0, r
    return json.loads(r.stdout)


def test_a_pool_says_who_is_up_and_who_is_not(dir, path, hop, echo):
    d = start(dir, path, "workers 1\n"
              "proxy dead socks5://127.0.0.1:1\nproxy live socks5://127.0.0.1:%d"
              "\npool p { members dead live; }\nchain x { hops p; }\n"
              "rule chain x isolate none\n" % hop.port)
    for _ in range(4):
        s, code = wire.socks5(d.addr, echo.addr)
        s.close()
        assert code == 0
    members = ask_json(path, "pool", "p")["pools"][0]["members"]
    state = {m["proxy"]: m for m in members}
    assert state["dead"]["state"] == "down"
    assert state["dead"]["last-failure"] == "connection refused"
    assert state["live"]["state"] == "up"
    assert ask_json(path, "chain", "x")["chains"][0]["hops"][0]["members"]
    assert [c["chain"] for c in ask_json(path, "chain")["chains"]] == ["x"]
    for what in ("pool", "chain"):
        r = ctl(what, "nosuch", "-s", path)
        assert r.returncode == 69 and "nosuch" in r.stderr
    d.check()


def test_a_new_identity_drops_what_was_prepared(dir, path, hop, echo):
    d = start(dir, path, "workers 1\nproxy a socks5://127.0.0.1:%d\n"
              "rule chain a\n" % hop.port)

    def spares():
        return ask_json(path, "status")["workers"][0]["spare-circuits"]
    s, code = wire.socks5(d.addr, echo.addr)
    net.poll(lambda: spares() == 1, "a spare circuit")
    assert ask_json(path, "new-identity") == {"renewed": True}
    assert spares() == 0
    s.sendall(b"x")
    assert s.recv(1) == b"x", "an open connection goes on"
    s.close()
    d.check()


RULES = """
proxy a socks5://127.0.0.1:1
chain x { hops a; }
rule reject port 25
rule direct to 127.0.0.0/8 protocol http headers off
rule chain x to *.onion isolate target
rule drop user alice
rule chain a
"""


@pytest.mark.parametrize("ask,says", [
    (["example.org:25"], {"action": "reject", "line": 5}),
    (["127.0.0.1:80", "--protocol", "http"],
     {"action": "direct", "line": 6, "headers": "off"}),
    (["127.0.0.1:80"], {"action": "chain", "chain": "a"}),
    (["a.onion:80"], {"action": "chain", "chain": "x", "line": 7,
                      "isolated-by": ["target"]}),
    (["b.org:80", "--user", "alice"], {"action": "drop", "line": 8}),
    (["b.org:80", "--from", "192.0.2.1"], {"action": "chain", "line": 9})])
@pytest.mark.parametrize("of", ["a file", "the daemon"])
def test_explain(dir, path, of, ask, says):
    conf = dir / "x.conf"
    conf.write_text('listen 127.0.0.1:%d\n%suser alice { hash '
                    '"$argon2id$v=19$m=8,t=1,p=1$%s$%s"; }\n' %
                    (net.free_port(), RULES.lstrip("\n").replace(
                        "proxy a", "control %s\nproxy a" % path), "A" * 22,
                     "A" * 43))
    conf.chmod(0o600)
    if of == "a file":
        r = ctl("explain", "-c", conf, "--json", *ask)
    else:
        d = daemon.Daemon("-c", conf, dir=dir, listen=False).wait_ready()
        r = ctl("explain", "-s", path, "--json", *ask)
        d.check()
    assert r.returncode == 0, r
    got = json.loads(r.stdout)
    line = says.pop("line", None)
    if line:
        assert got["rule"].endswith(":%d" % line), got
    assert {k: got.get(k) for k in says} == says
    says["line"] = line


@pytest.mark.parametrize("ask", [
    ["x"], ["x:0"], [], ["x:1", "--from", "x"], ["x:1", "--protocol", "udp"],
    ["x:1", "--listener", "1.2.3.4:5"], ["x:1", "y:1"]])
def test_explain_says_what_it_does_not_understand(d, path, ask):
    r = ctl("explain", "-s", path, *ask)
    assert r.returncode in (64, 69) and r.stderr and not r.stdout, r
