"""What this node was told at deploy time: node.json of its bundle. Knows nothing of the node's state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .acme import wanted

CURRENT = Path("/etc/ha-load-balancer/current")
BUNDLES = Path("/etc/ha-load-balancer/bundles")
# Names HAProxy's configuration. Not part of node.json: another configuration is nothing to start the agents anew for.
IDENTITY = "haproxy/maps/identity.map"
# There while this node, the standby of a hand-made pair, waits until the other node is taken over.
ADOPTING = Path("/etc/ha-load-balancer/adopting")
# What outlives a reboot.
STATE = Path("/var/lib/ha-load-balancer")
RUN = Path("/run/ha-load-balancer")
# For root alone: what a mover keeps between two calls.
RUN_VIP = Path("/run/ha-lb-vip")
# Runs only where a mover moves the addresses.
VIP_AGENT = "ha-lb-vip"
# Runs only where certificates come by ACME.
ACME_AGENT = "ha-lb-acme"
# That connections get to end before the addresses move, where nobody says otherwise.
DRAIN_SECONDS = 10.0


@dataclass(frozen=True)
class HeldAddress:
    """An address that Keepalived holds, and where: a network interface, or None to find it."""

    address: str
    interface: str | None


@dataclass(frozen=True)
class SharedAddress:
    """An address of the pair: its name, and what the platform calls it."""

    name: str
    address: str
    id: str
    # What packets for it are addressed to when they reach this node, where the cloud translates it.
    local: str | None = None

    @property
    def on_host(self) -> str:
        return self.local or self.address


@dataclass(frozen=True)
class Mover:
    """What bin/mover of the bundle is told, beside its secrets; ids are those of machines as it prints them."""

    node_id: str
    peer_id: str
    env: Mapping[str, str]
    peer_public_address: str
    # Addresses that no process but root's may talk to.
    root_only: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """What a package brought: its systemd unit, its program, and the branch that was asked for, if any."""

    service: str
    binary: str
    branch: str | None = None


KEEPALIVED = Program("keepalived", "/usr/sbin/keepalived")


@dataclass(frozen=True)
class GivenCertificate:
    """What is public of a certificate that the user gave; times are in seconds since 1970."""

    id: str
    domains: tuple[str, ...]
    not_before: float
    not_after: float


@dataclass(frozen=True)
class Settings:
    node: str
    peer: str
    own_address: str
    peer_address: str
    marker: str
    held_addresses: tuple[HeldAddress, ...]
    ports: tuple[int, ...]
    status_port: int
    probe_interval_seconds: float
    probe_failures: int
    take_over_seconds: float
    release: str
    haproxy: Program
    addresses: tuple[SharedAddress, ...] = ()
    mover: Mover | None = None
    # The virtual router id that the bundle's own may take the place of.
    former_router_id: int | None = None
    # Debian packages that this node needs.
    packages: tuple[str, ...] = ()
    certificates: tuple[GivenCertificate, ...] = ()
    acme: wanted.Acme | None = None

    @property
    def shared_on_host(self) -> tuple[str, ...]:
        """What packets for the pair's addresses are addressed to when they reach this node."""
        held = [item.address.partition("/")[0] for item in self.held_addresses]
        return tuple(dict.fromkeys(held + [shared.on_host for shared in self.addresses]))

    @property
    def services(self) -> tuple[str, ...]:
        """All that run on a node."""
        others = (*((VIP_AGENT,) if self.mover else ()), *((ACME_AGENT,) if self.acme else ()))
        return (self.haproxy.service, "keepalived", "ha-lb-agent", *others)


def config_id(bundle: Path = CURRENT) -> str | None:
    """What a HAProxy that runs with this bundle answers; None where somebody has removed the table that says so."""
    try:
        return (bundle / IDENTITY).read_text().partition(" ")[2].strip()
    except FileNotFoundError:
        return None


def load(bundle: Path = CURRENT) -> Settings:
    data: dict[str, Any] = json.loads((bundle / "node.json").read_text())
    held = tuple(HeldAddress(item["address"], item.get("interface")) for item in data["heldAddresses"])
    return Settings(
        node=data["node"],
        peer=data["peer"],
        own_address=data["ownAddress"],
        peer_address=data["peerAddress"],
        marker=data["marker"],
        held_addresses=held,
        ports=tuple(data["ports"]),
        status_port=data["statusPort"],
        probe_interval_seconds=data["probeIntervalSeconds"],
        probe_failures=data["probeFailures"],
        take_over_seconds=data["takeOverSeconds"],
        release=(bundle / "release").read_text().strip(),
        haproxy=Program(data["haproxy"]["service"], data["haproxy"]["binary"], data["haproxy"].get("branch")),
        addresses=_shared_addresses(data.get("addresses", []), data.get("mover") or {}),
        mover=_mover(data.get("mover")),
        former_router_id=data.get("formerRouterId"),
        packages=tuple(data.get("packages", [])),
        certificates=_given_certificates(bundle / "certificates.json"),
        acme=wanted.parsed(data.get("acme")),
    )


def _given_certificates(file: Path) -> tuple[GivenCertificate, ...]:
    """None in bundles of a release that did not tell."""
    items = json.loads(file.read_text()) if file.exists() else []
    return tuple(
        GivenCertificate(item["id"], tuple(item["domains"]), item["notBefore"], item["notAfter"]) for item in items
    )


def _shared_addresses(items: list[dict[str, Any]], mover: dict[str, Any]) -> tuple[SharedAddress, ...]:
    local = mover.get("localAddresses") or [None] * len(items)
    return tuple(
        SharedAddress(item["name"], item["address"], str(item["id"]), here) for item, here in zip(items, local)
    )


def _mover(data: dict[str, Any] | None) -> Mover | None:
    return (
        None
        if data is None
        else Mover(
            node_id=str(data["nodeId"]),
            peer_id=str(data["peerId"]),
            env=data.get("env", {}),
            peer_public_address=data["peerPublicAddress"],
            root_only=tuple(data.get("rootOnly", [])),
        )
    )
