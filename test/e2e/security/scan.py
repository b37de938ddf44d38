"""Prints which TCP ports of a host are open, as JSON, by trying all of them.

usage: scan.py ADDRESS
"""

from __future__ import annotations

import errno
import json
import select
import socket
import sys
import time
from collections.abc import Iterator

LAST_PORT = 65_535
AT_A_TIME = 500
# What says nothing for so long is not open.
SILENCE_SECONDS = 2.0


def open_ports(address: str) -> Iterator[int]:
    for first in range(1, LAST_PORT + 1, AT_A_TIME):
        yield from _open_among(address, range(first, min(first + AT_A_TIME, LAST_PORT + 1)))


def _open_among(address: str, ports: range) -> Iterator[int]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    poller = select.poll()
    attempts: dict[int, tuple[int, socket.socket]] = {}
    for port in ports:
        attempt = socket.socket(family)
        attempt.setblocking(False)
        _expect(attempt.connect_ex((address, port)), port)
        attempts[attempt.fileno()] = port, attempt
        poller.register(attempt, select.POLLOUT)
    deadline = time.monotonic() + SILENCE_SECONDS
    while attempts and time.monotonic() < deadline:
        for descriptor, _ in poller.poll(100):
            port, attempt = attempts.pop(descriptor)
            poller.unregister(descriptor)
            error = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            attempt.close()
            if _expect(error, port) == 0:
                yield port
    for _, silent in attempts.values():
        silent.close()


def _expect(error: int, port: int) -> int:
    """Whatever keeps this side from trying is no answer."""
    if error not in (0, errno.EINPROGRESS, errno.ECONNREFUSED):
        raise OSError(error, f"port {port}")
    return error


print(json.dumps(sorted(open_ports(sys.argv[1]))))
