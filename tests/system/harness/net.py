"""Free ports, and waiting for something to become true."""
import random
import socket
import time

_held = []


def _ephemeral_low():
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        return int(f.read().split()[0])


def _is_free(port):
    for family, host in ((socket.AF_INET, "127.0.0.1"),
                         (socket.AF_INET6, "::1")):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(family, kind) as s:
                if kind == socket.SOCK_STREAM:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    s.bind((host, port))
                except OSError:
                    return False
    return True


def free_port():
    """A port that no other test process gets while this one lives.

    Taken from below the ephemeral range, so that no outgoing connection
    borrows it meanwhile, and reserved by the name of an abstract socket,
    which ends with the process and leaves no file.
    """
    low = _ephemeral_low()
    for _ in range(5000):
        port = random.randrange(max(1024, low // 2), low)
        hold = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            hold.bind("\0bauta-test-port-%d" % port)
        except OSError:
            hold.close()
            continue
        if _is_free(port):
            _held.append(hold)
            return port
        hold.close()
    raise RuntimeError("no free port between %d and %d" % (low // 2, low))


def poll(condition, what, timeout=10.0):
    """Wait until condition() is true and return what it returned."""
    end = time.monotonic() + timeout
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("after %g s still not: %s" % (timeout, what))
        time.sleep(0.01)


def answers(host, port):
    """Somebody accepts connections there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(2)
        try:
            s.connect((host, port))
        except OSError:
            return False
        return True
