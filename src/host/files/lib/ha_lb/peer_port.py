"""A port on the address between the two nodes. Who may ask there is for its owner to see."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Union

from .settings import Settings

IP_FREEBIND = 15
Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]


def accepted(settings: Settings, port: int) -> Iterator[tuple[socket.socket, Address]]:
    """Connections to it, which have to be closed, and whom they are from."""
    family = socket.AF_INET6 if ipaddress.ip_address(settings.own_address).version == 6 else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The address may come after the agent.
        listener.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
        listener.bind((settings.own_address, port))
        listener.listen(8)
        while True:
            connection, (caller, *_) = listener.accept()
            yield connection, ipaddress.ip_address(caller)
