"""What this node is and what its peer says it is, and what the two mean together."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from . import network
from .commands import is_active
from .settings import CURRENT, RUN, Settings

Status = dict[str, Any]
# What `judge` and its readers need of a node.
TOLD = {"node", "state", "since", "ready", "bundle", "release", "problems"}


def local(settings: Settings) -> Status:
    """The state of this node, from what is true now; the agent's notes only add since when."""
    services = dict(zip(settings.services, is_active(*settings.services)))
    tracked = {name: _tracked(name) for name in ("haproxy", "ready")}
    noted = vrrp_note()
    state = _state(settings, services["keepalived"], tracked, str(noted.get("state", "")))
    return {
        "node": settings.node,
        "state": state,
        "since": noted.get("since") if noted.get("state") == state else None,
        "ready": state in ("MASTER", "BACKUP") and all(services.values()) and not any(tracked.values()),
        "bundle": CURRENT.resolve().name,
        "release": settings.release,
        "problems": _problems(settings, services, tracked),
    }


def _tracked(name: str) -> bool:
    """Whether the track file says that something is wrong."""
    try:
        return (RUN / name).read_text().strip() != "0"
    except OSError:
        return True


def vrrp_note() -> Status:
    """The last transition that Keepalived told the agent: state and since when, in seconds since 1970."""
    try:
        note = json.loads((RUN / "vrrp.json").read_text())
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _state(settings: Settings, keepalived_runs: bool, tracked: dict[str, bool], noted: str) -> str:
    if not keepalived_runs:
        return "STOPPED"
    if network.is_master(settings):
        return "MASTER"
    if any(tracked.values()) or noted == "FAULT":
        return "FAULT"
    return "BACKUP"


def _problems(settings: Settings, services: dict[str, bool], tracked: dict[str, bool]) -> list[str]:
    found = [f"{name}.service does not run" for name, runs in services.items() if not runs]
    if services[settings.haproxy.service] and tracked["ready"]:
        found.append("HAProxy runs but does not answer")
    return found


def of_peer(settings: Settings, timeout: float = 2) -> Status | None:
    """What the peer says of itself; None when it says nothing."""
    try:
        address = (settings.peer_address, settings.status_port)
        with socket.create_connection(address, timeout, source_address=(settings.own_address, 0)) as connection:
            received = b""
            while part := connection.recv(4096):
                received += part
        told: Status = json.loads(received)
    except (OSError, ValueError):
        return None
    # A peer of another release may tell something else.
    return told if isinstance(told, dict) and told.keys() >= TOLD else None


def judge(own: Status, peer: Status | None) -> Status:
    """Whether the pair is redundant, degraded or down, who holds the addresses, and what is wrong."""
    nodes = [own] + ([peer] if peer else [])
    holders = [node["node"] for node in nodes if node["state"] == "MASTER"]
    problems = [f"{node['node']}: {text}" for node in nodes for text in node["problems"]]
    if peer is None:
        problems.append("the peer does not tell its state")
    elif peer["release"] != own["release"]:
        problems.append(f"the nodes run different releases: {own['release']} and {peer['release']}")
    if len(holders) > 1:
        problems.append("both nodes are MASTER: they do not hear each other's adverts")
    problems += [
        f"{node['node']}: is in state {node['state']}" for node in nodes if node["state"] in ("FAULT", "STOPPED")
    ]
    # A BACKUP stays one only while it hears a MASTER.
    heard = own["state"] == "BACKUP" and peer is None
    if not holders and not heard:
        problems.append("no node holds the addresses")
        redundancy = "down"
    else:
        all_well = len(holders) == 1 and len(nodes) == 2 and all(node["ready"] for node in nodes) and not problems
        redundancy = "redundant" if all_well else "degraded"
    return {
        "redundancy": redundancy,
        "holder": holders[0] if len(holders) == 1 else None,
        "problems": problems,
        "nodes": nodes,
        "at": int(time.time()),
    }
