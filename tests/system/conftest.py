"""Fixtures: everything a test starts ends with it."""
import contextlib
import os
import pathlib
import resource
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import pytest  # noqa: E402

from harness import daemon, dnsd, hops, lab as labs  # noqa: E402
from harness import net, origin, peers, proc  # noqa: E402


def pytest_sessionstart(session):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def pytest_collection_modifyitems(items):
    if not os.access(daemon.bauta_path(), os.X_OK):
        raise pytest.UsageError(
            "no program at %s: set BAUTA to the bauta to test" %
            daemon.bauta_path())


def pytest_report_header(config):
    return "bauta: %s%s" % (daemon.bauta_path(),
                            " (sanitized)" if daemon.SANITIZED else "")


@pytest.fixture
def dir():
    """A directory that programs running as somebody else may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="bauta-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def session_dir():
    path = pathlib.Path(tempfile.mkdtemp(prefix="bauta-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def new_lab():
    """new_lab(dir, ms): namespaces joined by links that take so long."""
    why_not = labs.why_not()
    wan = daemon.built("tests/net/wan")
    if why_not is None and wan is None:
        why_not = "tests/net/wan is not built: make check builds it"
    if why_not is not None:
        pytest.skip(why_not)
    return lambda dir, ms: contextlib.closing(labs.Lab(wan, dir, ms))


@pytest.fixture(scope="session")
def alone():
    """alone(setup, *argv): run in a network namespace of its own, where there
    is loopback and what the shell commands of setup make."""
    inside = ["unshare", "-rn", "sh", "-ec"]
    got = proc.run([*inside, "ip link set lo up"])
    if got.returncode != 0:
        pytest.skip("no network namespaces; run the tests as root, give a "
                    "container --cap-add SYS_ADMIN --cap-add NET_ADMIN: " +
                    got.stderr.strip())

    def run(setup, *argv):
        got = proc.run([*inside, "ip link set lo up\n" + setup +
                        '\nexec "$@"', "sh", *argv], timeout=60)
        assert got.returncode == 0, got.stdout + got.stderr
    return run


@pytest.fixture
def bauta(dir):
    """bauta(*args, conf=...): a running daemon; checked when it ends.

    ready=False gives it back without waiting for it to listen, and
    check=False leaves its end to the test.
    """
    started = []

    def start(*args, ready=True, check=True, **kw):
        d = daemon.Daemon(*args, dir=dir, **kw)
        started.append((d, check))
        return d.wait_ready() if ready else d

    yield start
    failed = []
    for d, check in reversed(started):
        try:
            if check:
                d.check()
            else:
                d.stop()
        except AssertionError as e:
            failed.append(str(e))
    assert not failed, "\n".join(failed)


def _peer_fixture(cls, scope="function"):
    def make(request):
        """One more of them: started, and ended with the test."""
        started = []
        where = request.getfixturevalue(
            "session_dir" if scope == "session" else "dir")

        def start(**options):
            p = cls(where, **options)
            started.append(p)
            return p.start()

        yield start
        for p in reversed(started):
            p.stop()
    make.__name__ = cls.name
    return pytest.fixture(scope=scope)(make)


microsocks = _peer_fixture(peers.Microsocks)
danted = _peer_fixture(peers.Danted)
tinyproxy = _peer_fixture(peers.Tinyproxy)
squid = _peer_fixture(peers.Squid)
dnsmasq = _peer_fixture(peers.Dnsmasq)
sshd = _peer_fixture(peers.Sshd)
ncat = _peer_fixture(peers.Ncat)
shadowsocks = _peer_fixture(peers.Shadowsocks)
tor = _peer_fixture(peers.Tor)


@pytest.fixture
def peer(microsocks, danted, tinyproxy, squid, ncat, shadowsocks, tor):
    """peer(name): one of the upstream programs by its name."""
    return lambda name, **kw: {
        "microsocks": microsocks, "danted": danted, "tinyproxy": tinyproxy,
        "squid": squid, "ncat": ncat, "shadowsocks": shadowsocks,
        "tor": tor}[name](**kw)


@pytest.fixture(scope="session")
def nginx(session_dir):
    """One for all tests of a process: it only answers."""
    p = peers.Nginx(session_dir).start()
    peers.git_repository(p.dir / "root")
    yield p
    p.stop()


@pytest.fixture
def own_nginx(dir):
    """One of whose log a test draws conclusions."""
    p = peers.Nginx(dir).start()
    yield p
    p.stop()


def _closing(cls):
    def make():
        opened = []

        def start(*args, **kw):
            x = cls(*args, **kw)
            opened.append(x)
            return x

        yield start
        for x in opened:
            x.close()
    return pytest.fixture(make)


target = _closing(origin.Origin)	# target(handler, ...)
hop = _closing(hops.Hop)		# hop(names=..., ...)
dnsd = _closing(dnsd.Dnsd)		# dnsd(answer)


@pytest.fixture
def echo(target):
    return target(origin.echo)


@pytest.fixture
def web(target):
    return target(origin.http)


@pytest.fixture
def closed_port():
    """A port nobody listens on."""
    return net.free_port()


@pytest.fixture
def socks(request):
    """Collects sockets, and closes them with the test."""
    opened = []

    def keep(s):
        opened.append(s)
        return s

    yield keep
    for s in opened:
        s.close()
