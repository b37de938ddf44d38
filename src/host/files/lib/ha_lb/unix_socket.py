"""Asks a process of this host by a socket in the file system. Knows nothing of what is asked."""

from __future__ import annotations

import socket
from pathlib import Path


def ask(path: Path, request: bytes, timeout: float) -> bytes:
    """All that it answers until it closes the connection. Raises OSError."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(str(path))
        connection.sendall(request)
        received = b""
        while part := connection.recv(4096):
            received += part
    return received
