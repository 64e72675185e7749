"""Rules: against a plain reading of them, and what only a daemon shows."""
import ipaddress
import random
import time

import pytest

from harness import conf, daemon, dnsd as dns, net, origin, wire

# -- A plain reading ----------------------------------------------------------
#
# A rule is (action, {condition: [words]}, private), a request a dict.


def is_private(q, ip):
    return ip.is_private if ip else q["host"].endswith("localhost")


def is_word(word, q, ip):
    if word == "private":
        return is_private(q, ip)
    if word[0].isdigit():
        return ip is not None and ip in ipaddress.ip_network(word)
    name = "" if q["ip"] else q["host"].lower()
    return name.endswith(word[1:]) if word[0] == "*" else name == word


def matches(rule, q, ip):
    test = {
        "from": lambda w: q["from"] in ipaddress.ip_network(w),
        "user": lambda w: w == q["user"],
        "listener": lambda w: w == q["listener"],
        "protocol": lambda w: w == q["protocol"],
        "port": lambda w: int(w.split("-")[0]) <= q["port"] <=
        int(w.split("-")[-1]),
        "to": lambda w: is_word(w, q, ip),
    }
    return all(any(test[kind](w) for w in words)
               for kind, words in rule[1].items())


def first(rules, q, ip):
    for rule in rules:
        if matches(rule, q, ip):
            allowed = q["private_ok"] if rule[2] is None else rule[2]
            return rule[0] if allowed or not is_private(q, ip) else "reject"
    return "reject"


def decide(rules, q, resolved):
    action = first(rules, q, q["ip"])
    if action != "direct" or q["ip"]:
        return action
    return "direct" if first(rules, q, resolved) == "direct" else "reject"


# -- Rules and requests at random ---------------------------------------------

NAMES = {"a.net": "127.0.0.1", "b.net": "127.0.0.2", "www.a.net": "127.0.0.3",
         "x.www.a.net": "127.0.0.1", "aa.net": "127.0.0.2",
         "xaa.net": "127.0.0.3"}
TO = [*NAMES, "*.net", "*.a.net", "*.www.a.net", "127.0.0.1", "127.0.0.2/31",
      "127.0.0.0/8", "10.0.0.0/8", "8.8.8.0/24", "private"]
HOSTS = [*NAMES, "WWW.A.net", "127.0.0.1", "127.0.0.2", "127.0.0.3",
         "8.8.8.8", "10.1.1.1"]
PROTOCOLS = ["socks5", "socks4", "http", "connect"]


def some(rng, words, most=2):
    return rng.sample(words, rng.randint(1, most))


def random_rules(rng, listeners, ports):
    kinds = {
        "from": lambda: some(rng, ["127.0.0.1", "127.0.0.8/30",
                                   "127.0.0.0/8", "::1"]),
        "user": lambda: some(rng, ["alice", "bob"]),
        "listener": lambda: some(rng, listeners),
        "protocol": lambda: some(rng, PROTOCOLS, 3),
        "port": lambda: some(rng, ["%d" % ports[0], "%d" % ports[1], "1-80",
                                   "%d-%d" % (min(ports), max(ports))]),
        "to": lambda: some(rng, TO, 3),
    }
    rules = []
    for _ in range(rng.randint(1, 8)):
        wanted = rng.sample(sorted(kinds), rng.choice([1, 1, 2, 2, 3]))
        rules.append((rng.choice(["reject", "direct", "direct", "a", "b"]),
                      {k: kinds[k]() for k in wanted},
                      rng.choice([None, None, True, False])))
    if rng.random() < 0.7:
        rules.append((rng.choice(["direct", "a", "reject"]), {}, None))
    return rules


def written(rule):
    action, conditions, private = rule
    text = action if action in ("reject", "direct") else "chain " + action
    for kind, words in conditions.items():
        text += " %s %s" % (kind, " ".join(words))
    if private is not None:
        text += " allow-private " + ("yes" if private else "no")
    return "rule " + text + "\n"


def ask(at, q):
    """True when it was served."""
    target, source = (q["host"], q["port"]), str(q["from"])
    login = (q["user"], "pw") if q["user"] else (None, None)
    if q["protocol"] == "socks5":
        s, got = wire.socks5(at, target, *login, source=source)
        s.close()
        return got == 0
    if q["protocol"] == "socks4":
        s, got = wire.socks4(at, target, source=source)
        s.close()
        return got == 90
    head = ("GET http://%s/ HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
            if q["protocol"] == "http" else
            "CONNECT %s HTTP/1.1\r\nHost: %s\r\n")
    with wire.connect(at, source) as s:
        s.sendall((head % ((wire.authority(*target),) * 2) + "\r\n").encode())
        return wire.exactly(s, 12)[-3:] == b"200"


@pytest.mark.parametrize("seed", range(12))
def test_a_plain_reading_of_the_rules_decides_the_same(
        bauta, hop, target, dnsd, seed):
    rng = random.Random(seed)
    ns = dnsd(lambda name, kind, tcp: (
        dns.NOERROR, [dns.address(name, NAMES[name])]
        if kind == dns.A and name in NAMES else [], False))
    loopback = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
    targets = [target(origin.http, hosts=loopback) for _ in range(2)]
    ports = [t.port for t in targets]
    to_origin = {"*": ("127.0.0.1", None)}
    for host in HOSTS:
        to_origin[host] = ("127.0.0.1", None)
    via = {"a": hop(names=to_origin), "b": hop(names=to_origin)}
    listeners = ["127.0.0.1:%d" % net.free_port() for _ in range(3)]
    rules = random_rules(rng, listeners, ports)
    text = "listen %s\nlisten %s { allow-private no; }\n" \
        "listen %s { auth required; }\n" % tuple(listeners)
    text += conf.user("alice", "pw") + conf.user("bob", "pw")
    text += conf.dns(ns.port)
    text += "".join("proxy %s socks5://127.0.0.1:%d\n" % (k, h.port)
                    for k, h in via.items())
    text += "".join(written(r) for r in rules)
    bauta(conf=text)
    for _ in range(60):
        host = rng.choice(HOSTS)
        q = {"host": host, "port": rng.choice(ports),
             "listener": rng.choice(listeners), "user": "",
             "from": ipaddress.ip_address(rng.choice(
                 ["127.0.0.1", "127.0.0.9", "127.0.0.13"])),
             "protocol": rng.choice(PROTOCOLS)}
        q["private_ok"] = q["listener"] != listeners[1]
        if q["listener"] == listeners[2]:
            q["user"], q["protocol"] = rng.choice(["alice", "bob"]), "socks5"
        try:
            q["ip"], resolved = ipaddress.ip_address(host), None
        except ValueError:
            q["ip"] = None
            resolved = ipaddress.ip_address(NAMES[host.lower()])
        want = decide(rules, q, resolved)
        # A public address has nobody behind it here.
        if want == "direct" and q["ip"] and not q["ip"].is_loopback:
            continue
        before = {k: len(h.asked) for k, h in via.items()}
        ip, port = q["listener"].rsplit(":", 1)
        served = ask((ip, int(port)), q)
        where = [k for k, h in via.items()
                 if (host, q["port"]) in [(x[1], x[2])
                                          for x in h.asked[before[k]:]]]
        got = "reject" if not served else where[0] if where else "direct"
        assert got == want, "%r\n%s" % (q, text)


# -- What only a daemon shows -------------------------------------------------

def test_a_dropped_client_hears_nothing(bauta, web):
    """Until the time to connect is over; then a reset."""
    d = bauta(conf="listen 127.0.0.1:%d\ntimeout { connect 1s; }\n"
                   "rule drop port %d\nrule direct\n" %
              (net.free_port(), web.port))
    start = time.monotonic()
    with wire.connect(d.addr) as s:
        assert wire.greet5(s) == (0, None)
        s.sendall(wire.request5(*web.addr) + b"more")
        with pytest.raises(ConnectionResetError):
            assert s.recv(1) == b"never"
    assert time.monotonic() - start >= 0.9
    with wire.connect(d.addr) as s:
        s.sendall((
            "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (
                web.url(), wire.authority(*web.addr))).encode())
        with pytest.raises(ConnectionResetError):
            assert s.recv(1) == b"never"
    assert not web.conns


def test_a_list_decides(bauta, web, dir):
    (dir / "blocked").write_text(
        "# ours\n*.localhost\n0.0.0.0 bad.net worse.net\n127.0.0.9\n")
    d = bauta(conf="listen 127.0.0.1:%d\nrule reject to file:blocked\n"
                   "rule direct\n" % net.free_port())
    for host, want in (("bad.net", wire.DENIED), ("WORSE.net.", wire.DENIED),
                       ("x.localhost", wire.DENIED),
                       ("127.0.0.9", wire.DENIED), ("localhost", 0),
                       ("127.0.0.1", 0)):
        s, got = wire.socks5(d.addr, (host, web.port))
        s.close()
        assert got == want, host


def test_a_mistake_in_a_list_has_its_place(dir):
    (dir / "blocked").write_text("good.net\n  bad..net\n")
    file = dir / "x.conf"
    file.write_text("rule reject to file:blocked\nrule direct\n")
    got = daemon.run_bauta("-t", "-c", file)
    assert got.returncode != 0
    assert "blocked:2:3: this is no name" in got.stderr
    assert "x.conf:1:16:" in got.stderr


@pytest.mark.parametrize("isolate, want", [
    ("", 2), (" isolate client", 1), (" isolate none", 1)])
def test_a_kept_connection_is_of_one_identity(bauta, web, isolate, want):
    """Here a login needs not be right: it says what to keep apart."""
    d = bauta(conf="listen 127.0.0.1:%d\nrule direct%s\n" %
              (net.free_port(), isolate))
    with wire.connect(d.addr) as s:
        for login in ("YTph", "YTph", "Yjpi"):
            r = wire.request(s, "GET", web.url("/head"),
                             "Proxy-Authorization: Basic %s\r\n" % login)
            assert r.status == 200
            assert b"YTph" not in r.body and b"Yjpi" not in r.body
    assert len(web.conns) == want


def test_connections_leave_from_the_source_of_their_rule(bauta, target):
    o = target(origin.echo, hosts=("127.0.0.1", "::1"))
    port = net.free_port()
    d = bauta(conf="listen 127.0.0.1:%d\nlisten 127.0.0.3:%d\n"
                   "rule direct listener 127.0.0.3:%d source accepted\n"
                   "rule direct to 127.0.0.0/8 source 127.0.0.5\n"
                   "rule direct source 127.0.0.6\n" % (port, port, port))

    def seen(at, host):
        n = len(o.conns)
        s, rep = wire.socks5(at, (host, o.port))
        s.close()
        if rep:
            return rep
        net.poll(lambda: len(o.conns) > n, "the connection")
        return o.conns[n].peer[0]
    assert seen(("127.0.0.3", port), "127.0.0.1") == "127.0.0.3"
    assert seen(d.addr, "127.0.0.1") == "127.0.0.5"
    # The name's address has a rule of its own, and so has its source.
    assert seen(d.addr, "localhost") == "127.0.0.5"
    # No IPv6 address was chosen, so none is used.
    assert seen(d.addr, "::1") == wire.NET


def test_a_limit_holds_for_all_workers_and_ends_with_the_connections(
        bauta, echo):
    d = bauta(conf="listen 127.0.0.1:%d\nworkers 2\nrule direct limit 3\n" %
              net.free_port())

    def hold_three():
        """Three tunnels, or none when one of them was refused."""
        tunnels = [wire.socks5(d.addr, echo.addr) for _ in range(3)]
        if all(code == 0 for _, code in tunnels):
            return tunnels
        for s, _ in tunnels:
            s.close()

    for _ in range(2):
        held = net.poll(hold_three, "those before count no more")
        for _ in range(4):
            s, code = wire.socks5(d.addr, echo.addr)
            s.close()
            assert code == 1
        for s, _ in held:
            s.close()


def test_a_limit_counts_http_requests_of_one_connection_once(bauta, web):
    d = bauta(conf="listen 127.0.0.1:%d\nrule direct limit 1\n" %
              net.free_port())
    with wire.connect(d.addr) as s:
        for _ in range(3):
            s.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (
                web.url("/x").encode(), web.port))
            assert wire.read_response(s).status < 500
        assert wire.get(d.addr, web.url("/x")).status == 503
