"""Namespaces p (bauta and its client), h1, h2, h3 (hops) and o (the origin),
joined by tests/net/wan: every packet takes its time, and p's are counted.

For tests/system and tools/bench; everything ends with the Lab.
"""
import glob
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

SYSTEM = pathlib.Path(__file__).resolve().parents[1]
TIED = ["setpriv", "--pdeathsig", "KILL", "--"]
PLACES = ("p", "h1", "h2", "h3", "o")
PORT = 1080


def why_not():
    """Why there can be no lab here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root: run the tests as root"
    if not shutil.which("nft", path="/usr/sbin:/sbin:" + os.environ["PATH"]):
        return "there is no nft: tools/packages tests installs it"
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as e:
        return "/dev/net/tun: %s; load the module tun, give a container " \
            "--device /dev/net/tun" % e.strerror
    name = "bauta-%d-try" % os.getpid()
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    if made.returncode:
        return "no network namespaces; give a container --cap-add SYS_ADMIN " \
            "--cap-add NET_ADMIN: " + made.stderr.decode().strip()
    return None


def wait(condition, what, seconds=15):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("after %g s still not: %s" % (seconds, what))
        time.sleep(0.02)


class Lab:
    def __init__(self, wan, dir, one_way_ms):
        self.dir = pathlib.Path(dir)
        self.procs = []
        self.wan = None
        self._bury()
        try:
            for place in PLACES:
                self._ip("netns", "add", self.ns(place))
            self.wan = subprocess.Popen(
                [*TIED, str(wan), "-d", str(one_way_ms), "-t", "900",
                 *map(self.ns, PLACES)], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True)
            assert self.wan.stdout.readline() == "ready\n"
            for place in PLACES:
                self.run(place, "sysctl", "-qw",
                         "net.ipv4.tcp_congestion_control=reno")
            # Ways to everywhere: else what leaks would not become a packet.
            self._ip("-n", self.ns("p"), "addr", "add", "fd77::1/64", "dev",
                     "wan0", "nodad")
            for family in ("-4", "-6"):
                self._ip("-n", self.ns("p"), family, "route", "add",
                         "default", "dev", "wan0")
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _ip(*args):
        subprocess.run(["ip", *args], check=True, capture_output=True)

    @staticmethod
    def _bury():
        """Namespaces of test processes that were killed."""
        for path in glob.glob("/run/netns/bauta-*-*"):
            pid = path.split("-")[1]
            if not os.path.exists("/proc/" + pid):
                Lab._remove(os.path.basename(path))

    @staticmethod
    def _remove(ns):
        """With whatever still runs in it, such as what left its group."""
        got = subprocess.run(["ip", "netns", "pids", ns], capture_output=True,
                             text=True)
        for pid in got.stdout.split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run(["ip", "netns", "del", ns], capture_output=True)

    @staticmethod
    def ns(place):
        return "bauta-%d-%s" % (os.getpid(), place)

    @staticmethod
    def addr(place):
        return "10.77.0.%d" % (PLACES.index(place) + 1)

    @classmethod
    def inside(cls, place):
        """What to put before a command."""
        return ["nsenter", "--net=/run/netns/" + cls.ns(place), "--"]

    def run(self, place, *argv, timeout=60, **kw):
        return subprocess.run([*self.inside(place), *map(str, argv)],
                              timeout=timeout, capture_output=True, text=True,
                              **kw)

    def start(self, place, *argv, port=PORT, **kw):
        """A program that is up when it listens on the port."""
        log = open(self.dir / ("%s-%d.log" % (place, len(self.procs))), "wb")
        p = subprocess.Popen(
            [*TIED, *self.inside(place), *map(str, argv)], stdout=log,
            stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **kw)
        log.close()
        self.procs.append(p)
        if port:
            wait(lambda: p.poll() is not None or self.listens(place, port),
                 "%s listens in %s" % (argv[0], place))
            if p.poll() is not None:
                raise AssertionError("%s ended: %s" % (argv[0], "".join(
                    f.read_text(errors="replace")[-1000:]
                    for f in self.dir.glob("*%s*.log" % place))))
        return p

    def listens(self, place, port):
        got = self.run(place, "ss", "-Hltn", "sport = :%d" % port)
        return bool(got.stdout.strip())

    def end(self, p, sig=signal.SIGKILL):
        """It and all that it started."""
        try:
            os.killpg(p.pid, sig)
        except ProcessLookupError:
            pass
        p.wait(10)
        if p in self.procs:
            self.procs.remove(p)

    # -- hops and the origin ------------------------------------------------

    def microsocks(self, place, port=PORT):
        return self.start(place, "microsocks", "-i", self.addr(place), "-p",
                          port, port=port)

    def danted(self, place, port=PORT):
        conf = self.dir / ("danted-%s.conf" % place)
        # By address: of an interface it would want IPv6's link-local one, too.
        conf.write_text(
            "logoutput: %s/danted-%s.log\ninternal: %s port = %d\n"
            "external: %s\nclientmethod: none\nsocksmethod: none\n"
            "user.privileged: root\nuser.unprivileged: root\n"
            "client pass { from: 0/0 to: 0/0 }\n"
            "socks pass { from: 0/0 to: 0/0 }\n" % (
                self.dir, place, self.addr(place), port, self.addr(place)))
        return self.start(place, "danted", "-f", conf, "-p",
                          self.dir / ("danted-%s.pid" % place), "-N", "1",
                          port=port)

    def tinyproxy(self, place, port=PORT):
        conf = self.dir / ("tinyproxy-%s.conf" % place)
        conf.write_text("Port %d\nListen %s\nTimeout 60\nLogLevel Critical\n"
                        "MaxClients 100\n" % (port, self.addr(place)))
        return self.start(place, "tinyproxy", "-d", "-c", conf, port=port)

    def hop(self, place, *how):
        """Ours, which knows every name and can lie: harness/lab_hop.py."""
        return self.start(place, sys.executable, "-B", "-m", "harness.lab_hop",
                          self.addr(place), PORT, self.addr("o"), *how,
                          port=PORT + max(0, len(how) - 1), cwd=SYSTEM)

    def origin(self):
        return self.start("o", sys.executable, "-B", "-m",
                          "harness.lab_origin", self.addr("o"), 80, port=80,
                          cwd=SYSTEM)

    # -- what happens to packets --------------------------------------------

    def tell_wan(self, line):
        self.wan.stdin.write(line + "\n")
        self.wan.stdin.flush()
        assert self.wan.stdout.readline() == "ok\n", line

    def down(self, place):
        self.tell_wan("down " + self.ns(place))

    def up(self, place):
        self.tell_wan("up " + self.ns(place))

    def watch(self, *allowed):
        """Count what leaves p for anywhere else, from now on.

        What the kernel says of itself over ICMPv6 (it looks for routers, and
        tells of groups) is nobody's doing.
        """
        self.run("p", "nft", "flush", "ruleset")
        got = self.run("p", "nft", "-f", "-", input="""
table inet watch {
    counter leak { }
    set to4 { type ipv4_addr; flags dynamic; size 64; }
    set to6 { type ipv6_addr; flags dynamic; size 64; }
    chain out {
        type filter hook output priority 0;
        oifname "lo" accept
        meta l4proto tcp ip daddr { %s } accept
        meta l4proto ipv6-icmp accept
        counter name leak
        update @to4 { ip daddr }
        update @to6 { ip6 daddr }
    }
}
""" % ", ".join(map(self.addr, allowed)))
        assert got.returncode == 0, got.stderr

    def leaks(self):
        """How many packets; where to, a failing test shows."""
        got = self.run("p", "nft", "-j", "list", "table", "inet", "watch")
        packets = None
        for item in json.loads(got.stdout)["nftables"]:
            if "counter" in item:
                packets = item["counter"]["packets"]
            for to in item.get("set", {}).get("elem", ()):
                print("left p for", to)
        assert packets is not None, got
        return packets

    def close(self):
        for p in list(self.procs):
            self.end(p)
        if self.wan:
            self.wan.stdin.close()
            self.wan.wait(10)
            self.wan.stdout.close()
        for place in PLACES:
            self._remove(self.ns(place))
