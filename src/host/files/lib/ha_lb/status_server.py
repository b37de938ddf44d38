"""Tells the peer the state of this node, and this node's HAProxy the metrics. Other hosts that connect get nothing;
programs of this node get what HAProxy gets."""

from __future__ import annotations

import ipaddress
import json
import socket
import threading
import time

from . import metrics, peer_port, status
from .settings import Settings, load

# As many as HAProxy asks at a time.
READERS = threading.BoundedSemaphore(4)
READ_SECONDS = 5
LONGEST_REQUEST = 16_384
HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\r\n"


def serve(settings: Settings) -> None:
    own, peer = (ipaddress.ip_address(text) for text in (settings.own_address, settings.peer_address))
    for connection, caller in peer_port.accepted(settings, settings.status_port):
        # Metrics ask the peer: while both nodes wait for each other, both have to answer.
        if caller == own and READERS.acquire(blocking=False):
            threading.Thread(target=_show, args=(connection,), daemon=True).start()
            continue
        with connection:
            if caller == peer:
                _tell(connection)


def _tell(connection: socket.socket) -> None:
    connection.settimeout(1)
    try:
        # Of the bundle that is in use now: one that changes nothing for this agent does not restart it.
        connection.sendall(json.dumps(status.local(load())).encode())
    except OSError as error:
        print(f"the peer did not take the status: {error}", flush=True)


def _show(connection: socket.socket) -> None:
    """Answers any request, as HAProxy sends on only those for metrics, of those who may have them."""
    try:
        with connection:
            received = b""
            deadline = time.monotonic() + READ_SECONDS
            while b"\r\n\r\n" not in received and len(received) < LONGEST_REQUEST:
                connection.settimeout(max(0.001, deadline - time.monotonic()))
                part = connection.recv(4096)
                if not part:
                    return
                received += part
            connection.sendall(HEAD + metrics.current(load()).encode())
    except OSError as error:
        print(f"HAProxy did not take the metrics: {error}", flush=True)
    finally:
        READERS.release()
