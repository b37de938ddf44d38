"""The network interfaces of this host and the addresses on them."""

from __future__ import annotations

import ipaddress
import json
import socket
from dataclasses import dataclass

from .commands import run
from .settings import Settings


@dataclass(frozen=True)
class InterfaceAddress:
    interface: str
    address: str
    prefix_length: int

    @property
    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
        return ipaddress.ip_interface(f"{self.address}/{self.prefix_length}").network


class NoInterface(Exception):
    """No network interface has the role that the settings ask for."""


def addresses() -> list[InterfaceAddress]:
    return [
        InterfaceAddress(link["ifname"], entry["local"], entry["prefixlen"])
        for link in json.loads(run("ip", "-json", "address").stdout or "[]")
        for entry in link.get("addr_info", [])
        if "local" in entry
    ]


def is_master(settings: Settings, present: list[InterfaceAddress] | None = None) -> bool:
    """Keepalived puts the marker on `lo` while, and only while, it is MASTER."""
    marker = ipaddress.ip_interface(settings.marker).ip
    found = addresses() if present is None else present
    return any(ipaddress.ip_address(entry.address) == marker for entry in found)


def interface_definitions(settings: Settings, present: list[InterfaceAddress]) -> str:
    """The lines of interfaces.conf that keepalived.conf includes."""
    shared = {ipaddress.ip_interface(held.address).ip for held in settings.held_addresses}
    own = [entry for entry in present if ipaddress.ip_address(entry.address) not in shared]
    lines = [f"$PEER_INTERFACE={_interface_of(settings.own_address, own)}"]
    for index, held in enumerate(settings.held_addresses):
        name = held.interface or _interface_near(held.address, own)
        lines.append(f"$ADDRESS_{index}_INTERFACE={_existing(name)}")
    return "\n".join(lines) + "\n"


def _interface_of(address: str, present: list[InterfaceAddress]) -> str:
    wanted = ipaddress.ip_address(address)
    for entry in present:
        if ipaddress.ip_address(entry.address) == wanted:
            return entry.interface
    raise NoInterface(f"no network interface of this host has the address {address}; correct this node's peerAddress")


def _interface_near(address: str, present: list[InterfaceAddress]) -> str:
    wanted = ipaddress.ip_interface(address).ip
    for entry in present:
        if wanted.version == entry.network.version and wanted in entry.network and entry.network.prefixlen > 0:
            return entry.interface
    raise NoInterface(
        f"no network interface of this host has an address in the network of {address}; "
        "name one with `interface` beside the virtual address"
    )


def _existing(name: str) -> str:
    links = {link for _, link in socket.if_nameindex()}
    if name in links:
        return name
    raise NoInterface(f"this host has no network interface {name}; it has {', '.join(sorted(links))}")
