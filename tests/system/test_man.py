"""The manual pages: well-formed, complete, and the same as the program."""
import re

import pytest

from harness import conf, daemon, peers, proc

PAGES = ["bauta.8", "bauta-chains.7", "bauta-headers.7", "bauta.conf.5",
         "bautactl.1"]


def page(name):
    path = daemon.built(name)
    assert path, "%s is neither built nor in src/main" % name
    return path


def plain(name):
    got = proc.run([peers.program("mandoc"), "-T", "ascii", page(name)])
    assert got.returncode == 0, got
    return re.sub(r".\x08", "", got.stdout)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_mistake(name):
    got = proc.run([peers.program("mandoc"), "-T", "lint", "-W", "warning",
                    page(name)])
    complaints = [line for line in got.stdout.splitlines()
                  # Pages of this project are not in the system's database.
                  if "cross reference" not in line]
    assert complaints == []


def test_every_directive_is_in_the_manual():
    """All that -T shows, defaults included, and all of etc/bauta.conf."""
    manual = plain("bauta.conf.5")
    got = daemon.run_bauta("-T")
    assert got.returncode == 0
    words = set(re.findall(r"^\s*([a-z][a-z-]*)\b", got.stdout, re.M))
    shipped = (daemon.TOP / "etc/bauta.conf").read_text()
    words |= set(re.findall(r"^\s*#([a-z][a-z-]*)\b", shipped, re.M))
    assert len(words) > 8
    for word in words:
        assert re.search(r"^\s+%s\b" % word, manual, re.M), word


def test_every_option_is_in_the_manual():
    manual = plain("bauta.8")
    for option in re.findall(r"^\s+(-\w)\b", daemon.run_bauta("-h").stdout,
                             re.M):
        assert re.search(r"^\s+%s\b" % option, manual, re.M), option


# Where the example of a directive may stand, and what it needs around it.
AROUND = ["%s", "%s\nrule chain deep", "%s\nrule chain n1",
          "listen 127.0.0.1:1 { %s }", "timeout { %s }", "dns { %s }",
          "user a { %s }", "headers h { %s }",
          "headers h { base strict; %s }", "chain c { %s }\nrule chain c",
          "pool p { %s }\nrule chain p",
          "pool p { members n1\n%s }\nrule chain p",
          "pool p { members n1\ncheck\n%s }\nrule chain p",
          "chain c { hops n1 n2\n%s }\nrule chain c",
          "chain c { hops n1 n2\nmode dynamic\n%s }\nrule chain c",
          "pool near { members n1 n2 }\nchain c { %s }\nrule chain c",
          "%s\nrule chain near",
          "proxy p socks5://127.0.0.1:1 { %s }\nrule chain p",
          "proxy p socks5://127.0.0.1:1 {\n%s\nuser u\n}\nrule chain p",
          "proxy p socks5://127.0.0.1:1 {\n%s\npassword x\n}\n"
          "rule chain p"]
NEEDED = """
proxy n1 socks5://127.0.0.1:1
proxy n2 socks5://127.0.0.1:2
proxy n3 socks5://127.0.0.1:3
proxy n4 socks5://127.0.0.1:5
proxy tor socks5://127.0.0.1:4
"""


def examples():
    """Each `.Bd -literal` block of bauta.conf(5) that is a configuration."""
    text = page("bauta.conf.5").read_text()
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text,
                            re.M | re.S):
        for escaped, plain_text in (("\\(dq", '"'), ("\\&", ""),
                                    ("\\-", "-"), ("\\e", "\\")):
            block = block.replace(escaped, plain_text)
        if not block.lstrip().startswith("$") and "error:" not in block:
            yield block


def test_the_examples_of_the_manual_are_valid(dir):
    """Alone, or where such a directive stands, with what it refers to."""
    key = dir / "secret"
    key.write_text("secret")
    key.chmod(0o600)
    file = dir / "example.conf"
    n = 0
    for block in examples():
        n += 1
        block = re.sub(r"file:[^\s;}\"]+", "file:%s" % key, block)
        block = re.sub(r'"\$argon2id\$[^"]*"',
                       lambda m: conf.quote(conf.hash_of("x")), block)
        said = []
        for around in AROUND:
            text = around % block
            for name in re.findall(r"^proxy (\S+)", NEEDED, re.M):
                if re.search(r"\b%s\b" % name, text) and not re.search(
                        r"^(proxy|pool|chain) %s\b" % name, text, re.M):
                    text += re.search(r"\nproxy %s .*" % name,
                                      NEEDED).group()
            for name in re.findall(r"^rule .*\buser (\w+)", text, re.M):
                if not re.search(r"^user %s\b" % name, text, re.M):
                    text += "\n" + conf.user(name, "x")
            if "auth required" in text and not re.search(r"^user", text,
                                                         re.M):
                text += "\n" + conf.user("somebody", "x")
            file.write_text(text + "\n")
            file.chmod(0o600)
            got = daemon.run_bauta("-t", "-c", file)
            if got.returncode == 0:
                break
            said.append(got.stderr)
        else:
            pytest.fail(block + "\n" + said[0])
    assert n > 5


def test_exit_codes_of_the_manual_are_those_of_the_program():
    manual = plain("bauta.8")
    for code, args in ((64, ["-q"]), (78, ["-l", "0.0.0.0:1"])):
        assert daemon.run_bauta(*args).returncode == code
        assert re.search(r"^\s+%d\b" % code, manual, re.M)
