"""What this node was told at deploy time: node.json of its bundle. Knows nothing of the node's state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CURRENT = Path("/etc/ha-load-balancer/current")
BUNDLES = Path("/etc/ha-load-balancer/bundles")
RUN = Path("/run/ha-load-balancer")


@dataclass(frozen=True)
class HeldAddress:
    """An address that Keepalived holds, and where: a network interface, or None to find it."""

    address: str
    interface: str | None


@dataclass(frozen=True)
class Haproxy:
    """The installed HAProxy: its systemd unit, its program, and the branch that was asked for, if any."""

    service: str
    binary: str
    branch: str | None


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
    config_id: str
    release: str
    haproxy: Haproxy

    @property
    def services(self) -> tuple[str, ...]:
        """All that run on a node."""
        return (self.haproxy.service, "keepalived", "ha-lb-agent")


def config_id(bundle: Path) -> str:
    """What a HAProxy that runs with this bundle answers."""
    return str(json.loads((bundle / "node.json").read_text())["configId"])


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
        config_id=config_id(bundle),
        release=(bundle / "release").read_text().strip(),
        haproxy=Haproxy(data["haproxy"]["service"], data["haproxy"]["binary"], data["haproxy"].get("branch")),
    )
