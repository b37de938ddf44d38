"""Whether Keepalived's marker is on this host, asked of the kernel: cheap enough for every second."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterator

# rtnetlink(7)
RTM_GETADDR, NLM_F_REQUEST, NLM_F_DUMP = 22, 0x1, 0x300
NLMSG_ERROR, NLMSG_DONE, RTM_NEWADDR = 2, 3, 20
IFA_ADDRESS, IFA_LOCAL = 1, 2
HEADER, IFADDRMSG, ATTRIBUTE = struct.Struct("=IHHII"), struct.Struct("=BBBBI"), struct.Struct("=HH")
ANSWER_SECONDS = 2.0


def is_here(marker: str) -> bool:
    wanted = ipaddress.ip_interface(marker).ip.packed
    family = socket.AF_INET if len(wanted) == 4 else socket.AF_INET6
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as connection:
        connection.settimeout(ANSWER_SECONDS)
        request = IFADDRMSG.pack(family, 0, 0, 0, 0)
        connection.send(
            HEADER.pack(HEADER.size + len(request), RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + request
        )
        return any(wanted == address for address in _addresses(connection))


def _addresses(connection: socket.socket) -> Iterator[bytes]:
    while True:
        received = connection.recv(65536)
        while received:
            length, kind, *_ = HEADER.unpack_from(received)
            message, received = received[HEADER.size : length], received[(length + 3) & ~3 :]
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                raise OSError("the kernel does not tell its addresses")
            if kind == RTM_NEWADDR:
                yield from _attributes(message[IFADDRMSG.size :])


def _attributes(message: bytes) -> Iterator[bytes]:
    while len(message) >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(message)
        if length < ATTRIBUTE.size:
            return
        if kind in (IFA_ADDRESS, IFA_LOCAL):
            yield message[ATTRIBUTE.size : length]
        message = message[(length + 3) & ~3 :]
