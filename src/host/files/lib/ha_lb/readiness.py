"""Asks the local HAProxy whether it answers, by the socket that its configuration opens for this."""

from __future__ import annotations

from . import unix_socket
from .settings import RUN

SOCKET = RUN / "ready.sock"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


def answer(timeout: float) -> str | None:
    """The configuration that HAProxy runs, as its readiness answer names it; None when it does not answer."""
    try:
        received = unix_socket.ask(SOCKET, REQUEST, timeout)
    except OSError:
        return None
    head, _, body = received.partition(b"\r\n\r\n")
    return body.decode("ascii", "replace") if b" 200 " in head.partition(b"\r\n")[0] else None
