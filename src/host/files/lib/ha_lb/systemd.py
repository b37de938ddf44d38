"""Tells systemd how the agent is (sd_notify(3))."""

from __future__ import annotations

import os
import socket


def ready() -> None:
    _notify("READY=1")


def alive() -> None:
    """Within WatchdogSec of the unit, or systemd ends the agent and starts it again."""
    _notify("WATCHDOG=1")


def _notify(message: str) -> None:
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
            connection.connect("\0" + address[1:] if address.startswith("@") else address)
            connection.sendall(message.encode())
