"""Tells the peer the state of this node: whoever else connects gets nothing."""

from __future__ import annotations

import ipaddress
import json
import socket

from . import status
from .settings import Settings, load

IP_FREEBIND = 15


def serve(settings: Settings) -> None:
    peer = ipaddress.ip_address(settings.peer_address)
    family = socket.AF_INET6 if peer.version == 6 else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The address may come after the agent.
        listener.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
        listener.bind((settings.own_address, settings.status_port))
        listener.listen(8)
        while True:
            connection, (caller, *_) = listener.accept()
            with connection:
                if ipaddress.ip_address(caller) == peer:
                    _tell(connection)


def _tell(connection: socket.socket) -> None:
    connection.settimeout(1)
    try:
        # Of the bundle that is in use now: one that changes nothing for this agent does not restart it.
        connection.sendall(json.dumps(status.local(load())).encode())
    except OSError as error:
        print(f"the peer did not take the status: {error}", flush=True)
