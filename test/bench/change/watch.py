"""Waits until this host's HAProxy does what was changed: `watch.py location PATH` or `watch.py weight NUMBER`."""

import contextlib
import http.client
import socket
import sys
import time

INTERVAL = 0.01


def location() -> str:
    connection = http.client.HTTPConnection("127.0.0.1", timeout=2)
    with contextlib.closing(connection):
        connection.request("GET", "/release")
        return connection.getresponse().getheader("Location", "")


def weight() -> str:
    with socket.socket(socket.AF_UNIX) as admin:
        admin.connect("/run/haproxy/admin.sock")
        admin.sendall(b"get weight app/web1\n")
        return admin.makefile().readline().partition(" ")[0]


def main(what: str, wanted: str) -> None:
    print("watching", flush=True)
    while True:
        # One that is just being replaced may not answer.
        with contextlib.suppress(OSError, http.client.HTTPException):
            if {"location": location, "weight": weight}[what]() == wanted:
                return
        time.sleep(INTERVAL)


main(*sys.argv[1:])
