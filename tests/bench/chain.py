"""Chains of three hops over a network with delay: what they cost, and what a
hop that dies costs.

Five namespaces in a row, every link with the same round trip R: the client and
the proxy under test, three hops, an origin.  Figures are in R, from the request
to the first byte of the answer; light needs 4.  One round measures everybody
once, then comes the next; the table has the medians.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/system"))

from harness import lab as labs  # noqa: E402

HOPS = ("h1", "h2", "h3")
MICRO, DANTE = 1080, 1081       # ports of the two kinds of hop
LISTEN, V2RAY, SSH = 1080, 1090, 1091
ATTEMPT = 1.0                   # `timeout attempt`, seconds
CLIENTS = 4
CUT = (52, 56)                  # curl's words for an end without an answer

GOALS = {
    "bauta: cold, hops told all at once": 11.5,
    "bauta: prepared": 8.3,
    "bauta: prepared, optimistic": 5.3,
    "fail-over: a dead member": 2.0,
    "fail-over: a black hole, beyond `timeout attempt`": 1.0,
    "failed requests while members are killed": 0,
}


class Bench:
    def __init__(self, lab, bauta, ms):
        self.lab, self.bauta, self.r = lab, bauta, ms / 1000
        self.url = "http://%s/" % lab.addr("o")
        self.rows, self.notes = {}, []

    def add(self, row, figure):
        self.rows.setdefault(row, []).append(figure)

    # -- one request --------------------------------------------------------

    def curl(self, *before, proxy=None):
        argv = [*before, "curl", "-sS", "-o", "/dev/null", "-m", "30", "-w",
                "%{http_code} %{time_starttransfer}", self.url]
        if proxy:
            argv[len(before) + 1:len(before) + 1] = [
                "-x", "socks5h://127.0.0.1:%d" % proxy]
        return self.lab.run("p", *argv)

    def fetch(self, *before, proxy=None):
        """Seconds to the first byte, or None when it failed."""
        got = self.curl(*before, proxy=proxy).stdout.split()
        return float(got[1]) if got and got[0] == "200" else None

    def light(self):
        """A busy machine delays packets further: is R what it should be?"""
        got = self.lab.run("p", "curl", "-sS", "-o", "/dev/null", "-m", "30",
                           "-w", "%{time_connect}", self.url)
        self.add("one round trip, as it was", float(got.stdout) / self.r)

    def measure(self, row, *before, proxy=None):
        seconds = self.fetch(*before, proxy=proxy)
        if seconds is None:
            self.notes.append("%s: a request failed" % row)
        else:
            self.add(row, seconds / self.r)

    # -- bauta --------------------------------------------------------------

    def proxies(self, port, pipeline):
        return "".join(
            "proxy %s socks5://%s:%d { pipeline %s; }\n" %
            (h, self.lab.addr(h), port, pipeline) for h in HOPS)

    def start_bauta(self, text):
        conf = self.lab.dir / "bauta.conf"
        conf.write_text("listen 127.0.0.1:%d\nworkers 1\ncontrol none\n"
                        "log quiet\ntimeout { attempt %ds; }\n%s" %
                        (LISTEN, ATTEMPT, text))
        return self.lab.start("p", self.bauta, "-c", conf, port=LISTEN)

    def chain_of(self, port, pipeline, optimistic="no"):
        return self.proxies(port, pipeline) + \
            "chain x { hops h1 h2 h3; optimistic %s; }\nrule chain x\n" % \
            optimistic

    def bauta_rows(self):
        d = self.start_bauta(self.chain_of(MICRO, "no"))
        self.measure("bauta: cold", proxy=LISTEN)
        time.sleep(1)           # a spare circuit is made meanwhile
        self.measure("bauta: prepared", proxy=LISTEN)
        self.lab.end(d)
        d = self.start_bauta(self.chain_of(DANTE, "yes"))
        self.measure("bauta: cold, hops told all at once", proxy=LISTEN)
        self.lab.end(d)
        d = self.start_bauta(self.chain_of(DANTE, "yes", "yes"))
        self.fetch(proxy=LISTEN)
        time.sleep(1)
        self.measure("bauta: prepared, optimistic", proxy=LISTEN)
        self.lab.end(d)

    # -- others -------------------------------------------------------------

    def proxychains(self):
        conf = self.lab.dir / "proxychains.conf"
        conf.write_text("strict_chain\nproxy_dns\n[ProxyList]\n" + "".join(
            "socks5 %s %d\n" % (self.lab.addr(h), MICRO) for h in HOPS))
        self.measure("proxychains4, microsocks", "proxychains4", "-q", "-f",
                     str(conf))

    def start_v2ray(self):
        out = []
        for i, h in reversed(list(enumerate(HOPS))):
            hop = {"tag": h, "protocol": "socks", "settings": {"servers": [
                {"address": self.lab.addr(h), "port": MICRO}]}}
            if i:
                hop["proxySettings"] = {"tag": HOPS[i - 1]}
            out.append(hop)
        conf = self.lab.dir / "v2ray.json"
        conf.write_text(json.dumps({
            "log": {"loglevel": "none"},
            "inbounds": [{"listen": "127.0.0.1", "port": V2RAY,
                          "protocol": "socks", "settings": {"udp": False}}],
            "outbounds": out}))
        self.lab.start("p", "v2ray", "-config", conf, port=V2RAY)

    def start_ssh(self):
        dir = self.lab.dir
        key = dir / "key"
        for name in ("key", "host"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                            "-f", str(dir / name)], check=True)
        os.makedirs("/run/sshd", exist_ok=True)
        for h in HOPS:
            conf = dir / ("sshd-%s" % h)
            conf.write_text(
                "ListenAddress %s:22\nHostKey %s/host\nAuthorizedKeysFile "
                "%s.pub\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n"
                "PidFile none\n" % (self.lab.addr(h), dir, key))
            self.lab.start(h, "/usr/sbin/sshd", "-D", "-f", conf, port=22)
        conf = dir / "ssh"
        conf.write_text(
            "Host *\nUser root\nIdentityFile %s\nStrictHostKeyChecking no\n"
            "UserKnownHostsFile /dev/null\nLogLevel ERROR\n" % key)
        jump = ",".join(self.lab.addr(h) for h in HOPS[:-1])
        self.lab.start("p", "ssh", "-F", conf, "-N", "-D",
                       "127.0.0.1:%d" % SSH, "-J", jump,
                       self.lab.addr(HOPS[-1]), port=SSH)

    def optional(self, start, what):
        try:
            start()
            return True
        except (AssertionError, OSError, subprocess.CalledProcessError) as e:
            self.notes.append("%s: left out: %s" % (
                what, str(e).splitlines()[0][:100]))
            return False

    # -- fail-over ----------------------------------------------------------

    def pool(self):
        return self.start_bauta(
            self.proxies(MICRO, "no") +
            "pool p { members h1 h2 h3; }\nrule chain p isolate none\n")

    def worst(self, n):
        times = [self.fetch(proxy=LISTEN) for _ in range(n)]
        if None in times:
            self.notes.append("fail-over: a request failed")
        return max([t for t in times if t is not None] or [0])

    def fail_over(self, micro):
        """Beyond what a first request takes: who meets it is on a new circuit."""
        cold = []
        for _ in range(3):
            d = self.pool()
            cold.append(self.fetch(proxy=LISTEN) or 0)
            self.lab.end(d)
        usual = statistics.median(cold)
        d = self.pool()
        self.lab.end(micro["h1"])
        self.add("fail-over: a dead member",
                 max(self.worst(6) - usual, 0) / self.r)
        micro["h1"] = self.lab.microsocks("h1", MICRO)
        self.lab.end(d)
        d = self.pool()         # one that has nothing learned yet
        self.lab.down("h2")
        beyond = (self.worst(6) - usual - ATTEMPT) / self.r
        self.add("fail-over: a black hole, beyond `timeout attempt`",
                 max(beyond, 0))
        self.lab.up("h2")
        self.lab.end(d)

    def kill_members(self, micro, requests):
        """Clients ask while members die.  What was asked through a member that
        dies before it has answered is lost with it: nobody may send it twice.
        """
        d = self.pool()

        def ask(_):
            got = self.curl(proxy=LISTEN)
            if got.stdout.startswith("200"):
                return "served"
            return "cut" if got.returncode in CUT else "failed"

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
            asked = [clients.submit(ask, i) for i in range(requests)]
            victim = 0
            while concurrent.futures.wait(asked, timeout=1).not_done:
                h = HOPS[victim // 2 % 3]       # killed, a second later back
                if victim % 2 == 0:
                    self.lab.end(micro[h])
                else:
                    micro[h] = self.lab.microsocks(h, MICRO)
                victim += 1
        came = [f.result() for f in asked]
        self.add("failed requests while members are killed",
                 came.count("failed"))
        self.notes.append(
            "%d requests by %d clients, a member killed %d times, %d tunnels "
            "cut that were open through it" % (
                requests, CLIENTS, (victim + 1) // 2, came.count("cut")))
        self.lab.end(d)


def run(b, rounds, requests):
    micro = {h: b.lab.microsocks(h, MICRO) for h in HOPS}
    for h in HOPS:
        b.lab.danted(h, DANTE)
    b.lab.origin()
    v2ray = b.optional(b.start_v2ray, "v2ray")
    ssh = b.optional(b.start_ssh, "ssh")
    for _ in range(rounds):
        b.light()
        b.bauta_rows()
        b.proxychains()
        if v2ray:
            b.measure("v2ray, microsocks", proxy=V2RAY)
        if ssh:
            b.measure("ssh -D through two jumps, connected before", proxy=SSH)
    b.fail_over(micro)
    b.kill_members(micro, requests)


def report(b, file):
    table = {row: statistics.median(f) for row, f in b.rows.items()}
    for row, figure in table.items():
        goal = GOALS.get(row)
        print("%-52s %6.2f%s" % (
            row, figure, "" if goal is None else "   goal %4.1f: %s" % (
                goal, "reached" if figure <= goal else "NOT REACHED")))
    for note in b.notes:
        print(note)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"r_ms": b.r * 1000, "rows": table,
                                "samples": b.rows, "goals": GOALS,
                                "notes": b.notes}, indent=1) + "\n")
    print("all of it in %s" % os.path.relpath(file))


def main():
    p = argparse.ArgumentParser(
        prog="bench chain", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--quick", action="store_true", help="3 rounds")
    p.add_argument("--rounds", type=int, default=0, help="(default: 7)")
    p.add_argument("--ms", type=float, default=50, help="R (default: 50)")
    p.add_argument("--bauta", type=os.path.abspath)
    p.add_argument("--json", type=pathlib.Path,
                   default=TOP / ".build/bench-chain.json")
    a = p.parse_args()
    why_not = labs.why_not()
    if why_not:
        sys.exit("bench: " + why_not)
    if subprocess.call([TOP / "tools/packages", "bench"]) == 1:
        sys.exit(1)
    print("building in .build ...", flush=True)
    if subprocess.call([TOP / "tools/build", ".build", "make", "bauta",
                        "bautactl", "tests/net/wan", "--"]) != 0:
        sys.exit(1)
    with tempfile.TemporaryDirectory(prefix="bauta-bench-") as dir:
        os.chmod(dir, 0o755)
        lab = labs.Lab(TOP / ".build/tests/net/wan", dir, a.ms / 2)
        try:
            b = Bench(lab, a.bauta or str(TOP / ".build/bauta"), a.ms)
            run(b, a.rounds or (3 if a.quick else 7), 60 if a.quick else 400)
        finally:
            lab.close()
    report(b, a.json)
    return 0


sys.exit(main())
