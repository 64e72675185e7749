"""The daemon under test."""
import os
import pathlib
import re
import signal
import subprocess

from . import net, proc

TOP = pathlib.Path(__file__).resolve().parents[3]
SANITIZED = os.environ.get("BAUTA_SANITIZED", "") not in ("", "0")
# Sanitised code is several times slower, and so are its limits here.
SLOW = 4 if SANITIZED else 1

REPORT = re.compile(r"ERROR: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer"
                    r"|Assertion .* failed|stack smashing")


def builddir():
    return pathlib.Path(os.environ.get("abs_builddir") or os.getcwd())


def bauta_path():
    return os.path.abspath(os.environ.get("BAUTA") or builddir() / "bauta")


def bautactl_path():
    return os.path.abspath(
        os.environ.get("BAUTACTL") or
        os.path.join(os.path.dirname(bauta_path()), "bautactl"))


def built(name):
    """A file the build makes, or one of the source tree."""
    at = pathlib.Path(bauta_path()).parent
    for where in (at, at / "src/main", builddir(), builddir() / "src/main",
                  TOP / "src/main", TOP):
        if (where / name).exists():
            return where / name
    return None


class Daemon:
    """One bauta.  `port` is its first listener's."""

    def __init__(self, *args, conf=None, listen=True, dir=None, env=None,
                 wrapper=(), start_timeout=15):
        args = [str(a) for a in args]
        self.dir = dir
        self.port = None
        if conf is not None:
            self.conf = pathlib.Path(dir) / ("bauta-%d.conf" % id(self))
            self.conf.write_text(conf)
            self.conf.chmod(0o600)
            args += ["-c", str(self.conf)]
            m = re.search(r"^\s*listen\s+\S*:(\d+)", conf, re.M)
            if m:
                self.port = int(m.group(1))
        if "-l" in args:
            self.port = int(args[args.index("-l") + 1].rsplit(":", 1)[1])
        elif listen and self.port is None:
            self.port = net.free_port()
            args += ["-l", "127.0.0.1:%d" % self.port]
        self.argv = [*wrapper, bauta_path(), *args]
        # Its control socket is nobody else's, nor is it anybody else's business.
        self.env = proc.clean_env(XDG_RUNTIME_DIR=str(dir or "/nonexistent"),
                                  **(env or {}))
        self.start_timeout = start_timeout * SLOW
        self.checked = False
        self.ok_status = {0}
        self.popen = subprocess.Popen(
            [*proc.TIED, *self.argv], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.env,
            cwd=dir, start_new_session=True)
        self.out = proc.Reader(self.popen.stdout)
        self.err = proc.Reader(self.popen.stderr)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def stderr(self):
        return self.err.text

    def wait_ready(self):
        """Until it says that it listens."""
        m = self.err.wait_for(
            re.compile(r"listening[^\n]*?(\S*):(\d+)\b.*\n", re.I),
            self.start_timeout)
        if m is None:
            raise AssertionError(
                "no line with \"listening\" and an address:\n" + self.stderr)
        if not self.port:
            self.port = int(m.group(2))
        return self

    @property
    def addr(self):
        return ("127.0.0.1", self.port)

    @property
    def at(self):
        return "127.0.0.1:%d" % self.port

    def signal(self, sig):
        os.kill(self.pid, sig)

    def wait(self, timeout=10):
        status = self.popen.wait(timeout)
        self.out.join(5)
        self.err.join(5)
        return status

    def stop(self):
        """By TERM, a second one when clients still hang on; status, text."""
        for sig in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
            if self.popen.poll() is not None:
                break
            self.signal(sig)
            try:
                self.wait((2 if sig == signal.SIGTERM else 5) * SLOW)
            except subprocess.TimeoutExpired:
                continue
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        return self.wait()

    def check(self):
        """Ended as it should, with nothing a sanitiser had to say."""
        status = self.stop()
        report = REPORT.search(self.stderr)
        assert not report, self.stderr[report.start():][:6000]
        assert status in self.ok_status, "exit status %d:\n%s" % (
            status, self.stderr[-3000:])

    def rss(self):
        """Resident memory in bytes."""
        with open("/proc/%d/status" % self.pid) as f:
            kb = re.search(r"VmRSS:\s*(\d+) kB", f.read()).group(1)
        return int(kb) * 1024

    def fds(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def cpu(self):
        """Seconds of CPU used so far."""
        with open("/proc/%d/stat" % self.pid) as f:
            field = f.read().rsplit(")", 1)[1].split()
        return (int(field[11]) + int(field[12])) / os.sysconf("SC_CLK_TCK")


def run_bauta(*args, **kw):
    """Run it to its end (for -t, -T, mistakes)."""
    return proc.run([bauta_path(), *args], **kw)
