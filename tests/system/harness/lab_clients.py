"""Clients: python3 -m harness.lab_clients PORT COUNT EVERY_MS NAME...

In the lab: asks the SOCKS5 proxy on that port of loopback for pages, one each
EVERY_MS, of the NAMEs in turn; COUNT in all, or with +COUNT so many after the
first page came.  Says "page" then, and in the end in JSON a line of each: its
name, what came ("page", "error" when it ended otherwise, "hang" when it did not
end) and how many seconds it took.
"""
import json
import socket
import sys
import threading
import time

from . import wire

PATIENCE = 20   # seconds until it is a hang
PAGE = b"the page\n"
answers = []
paged = threading.Event()
lock = threading.Lock()


def get(port, name):
    with wire.connect(("127.0.0.1", port), timeout=PATIENCE) as s:
        s.sendall(b"\x05\x01\x00")
        wire.exactly(s, 2)
        s.sendall(wire.request5(name, 80))
        if wire.exactly(s, 10)[1:2] != b"\0":
            return "error"
        s.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n" % name.encode())
        r = wire.read_response(s)
        return "page" if r.status == 200 and r.body == PAGE else "error"


def client(port, name):
    began = time.monotonic()
    try:
        what = get(port, name)
    except (socket.timeout, TimeoutError):
        what = "hang"
    except (OSError, AssertionError, ValueError):
        what = "error"
    answers.append((name, what, time.monotonic() - began))
    with lock:
        if what == "page" and not paged.is_set():
            paged.set()
            print("page", flush=True)


def main(port, count, every_ms, *names):
    threads, began = [], time.monotonic()
    left = int(count)
    while left > 0:
        due = began + len(threads) * int(every_ms) / 1000
        time.sleep(max(0, due - time.monotonic()))
        threads.append(threading.Thread(
            target=client, args=(int(port), names[len(threads) % len(names)])))
        threads[-1].start()
        if paged.is_set() or count[0] != "+":
            left -= 1
        elif due > began + PATIENCE:
            sys.exit("no page came")
    for t in threads:
        t.join()
    for answer in answers:
        print(json.dumps(answer))


main(*sys.argv[1:])
