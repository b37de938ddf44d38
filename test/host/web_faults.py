"""How servers of tests misbehave on the wire, and what any user of a host can see of a mover meanwhile."""

from __future__ import annotations

import http.server
import socket
import struct
import time
from pathlib import Path


def reset(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def silence(_: http.server.BaseHTTPRequestHandler) -> None:
    time.sleep(2)


def everybodys_arguments() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
    return found
