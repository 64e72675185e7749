"""README: every command it shows is run here, or covered by another test.

A command is an indented line starting with `$ `; a line ending in a backslash
goes on in the next.  A command that nobody accounts for fails this test, so
README can not promise what nobody tried.
"""
import re

import pytest

from harness import daemon, net, proc

README = daemon.TOP / "README"

# What is covered elsewhere, and where.
ELSEWHERE = [
    (r"tools/quickstart\b.*", "run from a clean clone by .ci/run"),
    (r"(sudo )?tools/check\b.*", "it is what runs this test"),
    (r"tools/bench\b.*", "a measurement; its parts have tests in tests/bench"),
    (r"git clone\b.*", "needs the project's public address"),
    (r"cd \S+", "only moves"),
    (r"(sudo )?(\./configure|autoreconf|make)\b.*", "tools/check builds"),
    (r"(sudo )?(apt-get|apt) install\b.*", "tools/check did it"),
    (r"man \S.*", "test_man.py"),
    (r"(\S*/)?bautactl passwd\b.*",
     "test_cli.py::test_bautactl_passwd_makes_a_user_that_can_log_in"),
    (r"(\S*/)?bautactl headers\b.*", "test_headers_command.py"),
    (r"(\S*/)?bautactl (chain|pool|new-identity|status)\b.*",
     "test_control.py"),
    (r"proxychains4?\b.*", "test_clients.py::test_proxychains_*"),
    (r"torsocks\b.*", "test_clients.py::test_torsocks_*"),
    (r"ssh\b.*ProxyCommand.*", "test_clients.py::test_ssh_*"),
    (r"git\b.*clone.*", "test_clients.py::test_git_*"),
    (r"chromium\b.*", "test_clients.py::test_chromium_*"),
    (r"wget\b.*", "test_clients.py::test_wget_*"),
]


def commands():
    out, going = [], None
    for line in README.read_text().splitlines():
        m = re.match(r"\s+\$ (.*)", line)
        if going is not None:
            going += " " + line.strip().rstrip("\\").strip()
        elif m:
            going = m.group(1).rstrip("\\").strip()
        else:
            continue
        if not line.endswith("\\"):
            out.append(going)
            going = None
    return out


def is_elsewhere(command):
    return any(re.fullmatch(p, command.split(" #")[0].strip())
               for p, _ in ELSEWHERE)


def test_readme_shows_commands():
    assert commands(), "no line starting with `$ ` in README"


def test_readme_names_the_two_commands():
    text = README.read_text()
    assert "tools/quickstart" in text and "tools/check" in text


@pytest.mark.parametrize("command", [
    c for c in (commands() if README.exists() else [])
    if not is_elsewhere(c)])
def test_a_command_of_readme_works(bauta, hop, nginx, dir, command):
    """bauta ... is started, curl ... goes through one; nothing else is."""
    words = command.split(" #")[0].split()
    program = words[0].rsplit("/", 1)[-1]
    if program == "curl":
        d = bauta()
        line = re.sub(r"127\.0\.0\.1:\d+|localhost:\d+", d.at, command, 1)
        line = re.sub(r"https?://[\w.-]+\.\w+(:\d+)?/?\S*", nginx.page(), line)
        got = proc.run(["sh", "-c", line.replace(
            "curl", "curl -sS --noproxy ''", 1)])
        assert got.returncode == 0 and "nginx" in got.stdout, (line, got)
    elif program == "bautactl":
        at = words.index("-c") + 1
        words[at] = str(daemon.TOP / words[at])
        got = proc.run([daemon.bautactl_path(), *words[1:]])
        assert got.returncode == 0 and got.stdout, got
    elif program == "bauta":
        args = [w for w in words[1:] if w != "&"]
        if "-c" in args:
            at = args.index("-c") + 1
            file = daemon.TOP / args[at]
            assert file.exists(), "%s is not in the tree" % args[at]
            if "-t" not in args and "-T" not in args:
                args.append("-t")
            args[at] = str(file)
        if {"-t", "-T", "-V", "-h"} & set(args):
            got = daemon.run_bauta(*args)
            assert got.returncode == 0, got
            return
        for i, a in enumerate(args):
            if i and args[i - 1] == "-l":
                args[i] = "127.0.0.1:%d" % net.free_port()
            elif i and args[i - 1] == "-x":
                assert re.match(r"(socks5|socks4a|http)://", a), a
        d = bauta(*args)
        assert net.answers(*d.addr)
    else:
        pytest.fail("nobody accounts for this command: add it to ELSEWHERE "
                    "with the test that covers it, or run it here: " + command)
