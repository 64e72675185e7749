"""Pieces of configuration that many tests write."""
import ctypes
import ctypes.util
import functools


def quote(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


@functools.lru_cache(None)
def hash_of(password):
    """An Argon2id string, made by the library and not by us."""
    so = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    assert so.sodium_init() >= 0
    out = ctypes.create_string_buffer(128)
    data = password.encode()
    assert so.crypto_pwhash_str_alg(
        out, data, ctypes.c_ulonglong(len(data)), ctypes.c_ulonglong(2),
        ctypes.c_size_t(19 << 20), 2) == 0
    return out.value.decode()


def user(name, password):
    return 'user %s { hash "%s"; }\n' % (name, hash_of(password))


def dns(*ports, timeout="1s", tries=1, cache=None, hosts="no"):
    """A dns block asking these loopback ports."""
    lines = ["\tserver %s\n" % " ".join("127.0.0.1:%d" % p for p in ports)]
    lines.append("\ttimeout %s\n\ttries %d\n\thosts %s\n" %
                 (timeout, tries, hosts))
    if cache is not None:
        lines.append("\tcache %d\n" % cache)
    return "dns {\n%s}\n" % "".join(lines)


def chain(*urls, name="c"):
    """proxy directives and a chain of them, in order."""
    text = "".join("proxy hop%d %s\n" % (i, u) for i, u in enumerate(urls))
    return text + "chain %s { hops %s; }\n" % (
        name, " ".join("hop%d" % i for i in range(len(urls))))
