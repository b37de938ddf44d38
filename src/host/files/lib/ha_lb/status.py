"""What this node is, and what its peer says it is."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from . import certificate_status, holds, mover_status, network, shared_addresses
from .commands import is_active
from .settings import ACME_AGENT, ADOPTING, CURRENT, RUN, Settings

Status = dict[str, Any]
# What is needed of a node; `hold`, `waits`, `mover` and `certificates` come beside it.
TOLD = {"node", "state", "since", "ready", "bundle", "release", "problems"}


def local(settings: Settings) -> Status:
    """The state of this node, from what is true now; the agent's notes only add since when."""
    services = dict(zip(settings.services, is_active(*settings.services)))
    tracked = {name: _tracked(name) for name in ("haproxy", "ready")}
    noted = vrrp_note()
    hold = holds.told()
    present = network.addresses()
    master = network.is_master(settings, present)
    state = _state(services["keepalived"], master, any(tracked.values()) or bool(hold), str(noted.get("state", "")))
    # Of certificates, notices tell: a node whose agent of them is down serves and takes over all the same.
    services.pop(ACME_AGENT, None)
    problems = _problems(settings, services, tracked)
    problems += [f"{address} is not on this host" for address in shared_addresses.missing(settings, present)]
    return {
        "node": settings.node,
        "state": state,
        "since": noted.get("since") if noted.get("state") == state else None,
        "ready": state in ("MASTER", "BACKUP") and all(services.values()) and not any(tracked.values()) and not hold,
        "bundle": CURRENT.resolve().name,
        "release": settings.release,
        "problems": problems,
        "hold": hold,
        "waits": ADOPTING.exists(),
        "mover": mover_status.local(settings, time.time()),
        "certificates": certificate_status.local(settings),
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


def _state(keepalived_runs: bool, master: bool, is_faulty: bool, noted: str) -> str:
    if not keepalived_runs:
        return "STOPPED"
    if master:
        return "MASTER"
    if is_faulty or noted == "FAULT":
        return "FAULT"
    return "BACKUP"


def _problems(settings: Settings, services: dict[str, bool], tracked: dict[str, bool]) -> list[str]:
    found = [f"{name}.service does not run" for name, runs in services.items() if not runs]
    if services[settings.haproxy.service] and tracked["ready"]:
        found.append("HAProxy runs but does not answer")
    if ADOPTING.exists():
        found.append(
            f"Keepalived does not start before {settings.peer} is taken over from the hand-made pair; "
            f"if that one is gone for good, remove {ADOPTING}"
        )
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
