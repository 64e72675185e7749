"""The command line: what a user types first, and what it answers."""
import os
import pty
import re
import signal
import socket
import threading

import pytest

from harness import daemon, net, origin, proc, wire

USAGE, UNAVAILABLE, CONFIG = 64, 69, 78


def test_without_arguments_it_listens_on_loopback_1080(bauta, web):
    try:
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", 1080))
    except OSError:
        pytest.skip("port 1080 is taken by somebody else")
    d = bauta(listen=False)
    assert d.port == 1080
    assert wire.get(("127.0.0.1", 1080), web.url("/x")).body == b"GET /x"
    assert not net.answers("::1", 1080), "more was opened than promised"


def test_the_banner_tells_listener_names_and_a_curl_line(bauta):
    d = bauta()
    d.err.wait_for(re.compile(r"curl[^\n]*\n"), 5)
    assert d.at in d.stderr
    assert re.search(r"curl .*\b%d\b" % d.port, d.stderr), d.stderr
    assert re.search(r"(names?|resolv|name server|dns)", d.stderr, re.I)


def test_the_curl_line_of_the_banner_works_as_printed(bauta, nginx):
    d = bauta()
    m = d.err.wait_for(re.compile(r"curl (.*)\n"), 5)
    assert m, d.stderr
    line = re.sub(r"https?://\S+", nginx.page(), m.group(1).rstrip("`'\" "))
    got = proc.run(["sh", "-c", "curl -s --noproxy '' " + line])
    assert "nginx" in got.stdout, (line, got)


def test_l_may_be_given_more_than_once(bauta, web):
    ports = [net.free_port() for _ in range(3)]
    d = bauta("-l", "127.0.0.1:%d" % ports[0], "-l", "127.0.0.1:%d" % ports[1],
              "-l", "[::1]:%d" % ports[2])
    for at in (("127.0.0.1", ports[0]), ("127.0.0.1", ports[1]),
               ("::1", ports[2])):
        net.poll(lambda: net.answers(*at), "listens on %s" % (at,))
        assert wire.get(at, web.url("/x")).body == b"GET /x"
    for port in ports:
        assert str(port) in d.stderr


def test_port_0_takes_a_free_port_and_says_which(bauta, web):
    d = bauta("-l", "127.0.0.1:0", listen=False)
    assert d.port and d.port != 1080, d.stderr
    assert wire.get(d.addr, web.url("/x")).body == b"GET /x"


def test_x_sends_everything_through_the_hops_in_order(bauta, hop, web):
    first, second = hop(), hop()
    d = bauta("-x", "socks5://127.0.0.1:%d" % first.port,
              "-x", "http://127.0.0.1:%d" % second.port)
    assert wire.get(d.addr, web.url("/x")).body == b"GET /x"
    assert first.asked[0] == ("socks5", "127.0.0.1", second.port)
    assert second.asked == [("http", "127.0.0.1", web.port)]


def test_x_takes_a_login_and_hides_it_from_the_process_list(bauta, hop, web):
    h = hop(login=("somebody", "s3cret-pass"))
    d = bauta("-x", "socks5://somebody:s3cret-pass@127.0.0.1:%d" % h.port)
    with open("/proc/%d/cmdline" % d.pid, "rb") as f:
        assert b"s3cret-pass" not in f.read()
    assert wire.get(d.addr, web.url("/x")).body == b"GET /x"
    assert set(h.logins) == {("somebody", "s3cret-pass")}
    assert "s3cret-pass" not in d.stderr


def test_x_understands_percent_escapes_in_a_login(bauta, hop, web):
    h = hop(login=("a@b", "c:d/e"))
    d = bauta("-x", "socks5://a%%40b:c%%3Ad%%2Fe@127.0.0.1:%d" % h.port)
    assert wire.get(d.addr, web.url("/x")).body == b"GET /x"


def test_V_prints_the_version_to_standard_output():
    got = daemon.run_bauta("-V")
    assert got.returncode == 0
    assert re.match(r"bauta \d+\.\d+", got.stdout), got
    assert got.stderr == ""


def test_h_prints_every_option_to_standard_output():
    got = daemon.run_bauta("-h")
    assert got.returncode == 0 and got.stderr == ""
    for option in "lxctTVvh":
        assert re.search(r"(^|[\s\[-])-?%s\b" % option, got.stdout), option


@pytest.mark.parametrize("args", [
    ["-q"], ["--no-such-option"], ["-l"], ["extra"], ["-x"], ["-c"]])
def test_a_wrong_option_is_a_usage_error(args):
    got = daemon.run_bauta(*args)
    assert got.returncode == USAGE, got
    assert got.stderr.strip() and got.stdout == ""


@pytest.mark.parametrize("args", [
    ["-l", "127.0.0.1"], ["-l", "127.0.0.1:99999"], ["-l", "nonsense"],
    ["-x", "gopher://127.0.0.1:70"], ["-x", "127.0.0.1:9"],
    ["-x", "socks5://127.0.0.1"], ["-x", "socks5://u:p@"]])
def test_a_wrong_option_argument_is_named_with_what_is_wrong(args):
    got = daemon.run_bauta(*args)
    assert got.returncode in (USAGE, CONFIG), got
    assert args[1].split("@")[-1] in got.stderr or args[0] in got.stderr


def test_a_password_in_a_wrong_x_is_not_printed():
    got = daemon.run_bauta("-x", "socks9://user:hush-hush@127.0.0.1:9")
    assert got.returncode in (USAGE, CONFIG)
    assert "hush-hush" not in got.stderr + got.stdout


def test_a_wrong_file_shows_place_line_caret_and_a_suggestion(dir):
    port = net.free_port()
    file = dir / "bad.conf"
    file.write_text("listen 127.0.0.1:%d\nlistne 127.0.0.1:2\n"
                    "\tchian c { hops a; }\n" % port)
    got = daemon.run_bauta("-c", file)
    assert got.returncode == CONFIG, got
    assert "%s:2:1: error:" % file in got.stderr
    assert 'did you mean "listen"' in got.stderr
    assert 'did you mean "chain"' in got.stderr, "only the first mistake"
    assert re.search(r"%s:3:\d+:" % re.escape(str(file)), got.stderr)
    lines = got.stderr.split("\n")
    at = next(i for i, x in enumerate(lines) if "listne 127" in x)
    assert "^" in lines[at + 1]
    assert lines[at + 1].index("^") == lines[at].index("listne")


def test_with_a_wrong_file_nothing_listens(bauta):
    port = net.free_port()
    d = bauta(conf="listen 127.0.0.1:%d\nproxy p nonsense://x\n" % port,
              ready=False, check=False)
    assert d.wait() == CONFIG
    assert "listening" not in d.stderr
    assert not net.answers("127.0.0.1", port)


def test_a_missing_file_is_named(dir):
    got = daemon.run_bauta("-c", dir / "nowhere.conf")
    assert got.returncode in (66, CONFIG), got
    assert "nowhere.conf" in got.stderr
    assert "No such file" in got.stderr


def test_t_only_checks(dir):
    port = net.free_port()
    file = dir / "good.conf"
    file.write_text("listen 127.0.0.1:%d\n" % port)
    with socket.socket() as s:	# it does not even need the port
        s.bind(("127.0.0.1", port))
        s.listen()
        got = daemon.run_bauta("-t", "-c", file)
    assert got.returncode == 0, got
    file.write_text("listen\n")
    assert daemon.run_bauta("-t", "-c", file).returncode == CONFIG


def test_an_address_in_use_is_said_with_what_to_do():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        at = "127.0.0.1:%d" % s.getsockname()[1]
        got = daemon.run_bauta("-l", at)
    assert got.returncode == UNAVAILABLE, got
    assert at in got.stderr
    assert re.search(r"in use", got.stderr)
    assert len(got.stderr.strip().split("\n")) <= 3, got.stderr


def test_two_do_not_share_an_address_unnoticed(bauta):
    first = bauta()
    second = bauta("-l", first.at, ready=False, check=False)
    assert second.wait() == UNAVAILABLE


def test_term_lets_a_transfer_end_and_takes_no_new_clients(bauta, target):
    started, go = threading.Event(), threading.Event()
    size = 3 << 20

    def slow(conn):
        wire.read_head(conn.sock)
        conn.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" %
                          size)
        conn.sock.sendall(origin.pattern(1000))
        started.set()
        go.wait(30)
        conn.sock.sendall(origin.pattern(size)[1000:])

    o = target(slow)
    d = bauta()
    tunnel, rep = wire.socks5(d.addr, o.addr)
    with tunnel:
        assert rep == 0
        tunnel.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert started.wait(10)
        d.signal(signal.SIGTERM)
        net.poll(lambda: not net.answers(*d.addr), "the listener is closed")
        assert d.popen.poll() is None, "it did not wait for the transfer"
        go.set()
        assert wire.read_response(tunnel).body == origin.pattern(size)
    assert d.wait() == 0


def test_term_ends_it_at_once_when_nobody_is_there(bauta):
    d = bauta()
    d.signal(signal.SIGTERM)
    assert d.wait(5 * daemon.SLOW) == 0


def test_term_sends_silent_clients_away(bauta):
    d = bauta()
    with wire.connect(d.addr) as s:
        s.sendall(b"\x05")
        d.signal(signal.SIGTERM)
        assert wire.ended(s)
        assert d.wait(5 * daemon.SLOW) == 0


def test_a_second_term_stops_at_once(bauta, echo):
    d = bauta()
    tunnel, rep = wire.socks5(d.addr, echo.addr)
    with tunnel:
        assert rep == 0
        d.signal(signal.SIGTERM)
        net.poll(lambda: not net.answers(*d.addr), "the listener is closed")
        assert d.popen.poll() is None
        d.signal(signal.SIGTERM)
        assert d.wait(5 * daemon.SLOW) == 0
        assert wire.ended(tunnel)


def test_int_stops_at_once(bauta, echo):
    d = bauta()
    tunnel, rep = wire.socks5(d.addr, echo.addr)
    with tunnel:
        assert rep == 0
        d.signal(signal.SIGINT)
        d.ok_status = {0, 130, -signal.SIGINT}
        d.wait(5 * daemon.SLOW)
        assert wire.ended(tunnel)


def test_it_stays_in_the_foreground(bauta):
    d = bauta()
    assert d.popen.poll() is None
    with open("/proc/%d/stat" % d.pid) as f:
        assert f.read().rsplit(")", 1)[1].split()[3] == str(d.pid), \
            "it left its session"


def test_v_says_more(bauta, echo):
    quiet, loud = bauta(), bauta("-v")
    for d in (quiet, loud):
        s, rep = wire.socks5(d.addr, ("127.0.0.1", net.free_port()))
        s.close()
        assert rep == wire.REFUSED
        d.stop()
    assert len(loud.stderr) > len(quiet.stderr)


def test_bautactl_passwd_makes_a_user_that_can_log_in(bauta, echo):
    got = proc.run([daemon.bautactl_path(), "passwd", "alice"],
                   input="open sesame\n")
    assert got.returncode == 0, got
    assert re.match(r'user alice \{\s*hash "\$argon2id\$', got.stdout), got
    assert "open sesame" not in got.stdout + got.stderr
    d = bauta(conf="listen 127.0.0.1:%d { auth required; }\n%s" %
              (net.free_port(), got.stdout))
    s, rep = wire.socks5(d.addr, echo.addr, "alice", "open sesame")
    s.close()
    assert rep == 0
    s, rep = wire.socks5(d.addr, echo.addr, "alice", "open sesame\n")
    s.close()
    assert rep is None, "the line's end is no part of the password"


@pytest.mark.parametrize("args, stdin", [
    ([], ""), (["passwd"], "x\n"), (["passwd", "a", "b"], "x\n"),
    (["nonsense"], ""), (["passwd", "bad name"], "x\n")])
def test_bautactl_used_wrongly_says_so(args, stdin):
    got = proc.run([daemon.bautactl_path(), *args], input=stdin)
    assert got.returncode == USAGE, got
    assert got.stderr.strip() and got.stdout == ""


def test_bautactl_refuses_an_empty_password():
    got = proc.run([daemon.bautactl_path(), "passwd", "alice"], input="\n")
    assert got.returncode != 0 and got.stdout == "" and got.stderr.strip()


def test_bautactl_asks_on_the_terminal_without_echo():
    """Asked once or twice; what is typed is never shown."""
    pid, fd = pty.fork()
    if pid == 0:
        try:
            os.execv(daemon.bautactl_path(), ["bautactl", "passwd", "alice"])
        finally:
            os._exit(127)
    seen = bytearray()
    answered = 0
    try:
        while True:
            try:
                data = os.read(fd, 4096)
            except OSError:	# how a terminal says that all is over
                break
            seen += data
            if b"$argon2id$" not in seen and seen.count(b":") > answered:
                answered = seen.count(b":")
                os.write(fd, b"typed-secret\n")
        assert answered, bytes(seen)
        assert b"$argon2id$" in seen and b"}" in seen
        assert b"typed-secret" not in seen
    finally:
        os.close(fd)
        status = os.waitpid(pid, 0)[1]
    assert status == 0
