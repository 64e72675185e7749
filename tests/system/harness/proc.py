"""Programs that run beside a test and end with it, whatever happens."""
import os
import signal
import subprocess
import threading
import time

from . import net

# The kernel ends a program whose test process is gone.
TIED = ("setpriv", "--pdeathsig", "KILL", "--")


def clean_env(**more):
    """The environment without anybody's proxies and files, in English."""
    env = {k: v for k, v in os.environ.items()
           if not k.lower().endswith("_proxy") and
           not k.startswith(("XDG_", "GIT_"))}
    env.update(LC_ALL="C", HOME="/nonexistent", GIT_CONFIG_NOSYSTEM="1")
    env.update(more)
    return env


class Proc:
    """A program in a process group of its own; output goes to a file."""

    goodbye = signal.SIGTERM

    def __init__(self, argv, log, ready=None, cwd=None, env=None, timeout=20):
        self.argv = [str(a) for a in argv]
        self.log = log
        self.ready = ready
        self.cwd = cwd
        self.env = env or clean_env()
        self.timeout = timeout
        self.popen = None

    def start(self):
        with open(self.log, "ab") as out:
            self.popen = subprocess.Popen(
                [*TIED, *self.argv], stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, cwd=self.cwd, env=self.env,
                start_new_session=True)
        try:
            net.poll(self._is_ready, "%s is ready" % self.argv[0],
                     self.timeout)
        except BaseException:
            self.stop()
            raise
        return self

    def _is_ready(self):
        if self.popen.poll() is not None:
            raise RuntimeError("%s ended with %d:\n%s" % (
                " ".join(self.argv), self.popen.returncode, self.output()))
        return self.ready is None or self.ready()

    def output(self):
        try:
            with open(self.log, errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def stop(self):
        """End the whole group, gently where that is possible."""
        if self.popen is None:
            return
        for sig, patience in ((self.goodbye, 3), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.popen.pid, sig)
            except ProcessLookupError:
                break
            try:
                self.popen.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        self.popen.wait(5)

    def kill(self):
        """As a crash would: no goodbye, and nothing of the group is left."""
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.popen.wait(5)


class Reader(threading.Thread):
    """Collects the lines of a pipe, and lets others wait for one."""

    def __init__(self, pipe):
        super().__init__(daemon=True)
        self.pipe = pipe
        self.text = ""
        self.changed = threading.Condition()
        self.over = False
        self.start()

    def run(self):
        fd = self.pipe.fileno()
        while True:
            data = os.read(fd, 65536)
            with self.changed:
                self.text += data.decode(errors="replace")
                self.over = not data
                self.changed.notify_all()
            if not data:
                self.pipe.close()
                return

    def wait_for(self, regex, timeout):
        """The match, or None when the pipe or the time ended without."""
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                m = regex.search(self.text)
                if m:
                    return m
                left = end - time.monotonic()
                if self.over or left <= 0:
                    return None
                self.changed.wait(left)


def run(argv, timeout=40, env=None, **kw):
    """Run a client to its end; returns the CompletedProcess, text decoded."""
    kw.setdefault("stdin", subprocess.DEVNULL if "input" not in kw else None)
    if kw["stdin"] is None:
        del kw["stdin"]
    kw.setdefault("text", True)
    return subprocess.run([str(a) for a in argv], timeout=timeout,
                          env=env or clean_env(), capture_output=True, **kw)
