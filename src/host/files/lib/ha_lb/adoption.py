"""A hand-made pair that is being taken over: who waits for whom, and how what served before serves again.

`adopt` has left one Keepalived that is not ours at most: that of the node that serves. It stops before the agent of its
node starts. So a peer whose agent answers has no Keepalived but ours; and as long as it is silent, ours must not start.
"""

from __future__ import annotations

import time
from ipaddress import ip_address
from pathlib import Path

from . import status
from .commands import is_active, run, said
from .settings import ADOPTING, Settings
from .status import Status

# Copies of the configuration that `adopt` made, and what it noted of the services.
ORIGINALS = Path("/var/backups/ha-load-balancer/originals")
SERVICES = ORIGINALS / "services"
ETC = Path("/etc")
POLL_SECONDS = 0.2
# What services take beside their timers.
START_SECONDS = 5


class NotBack(Exception):
    """What was here before does not serve again, or not all of it; the message says why."""


def waits(node: Settings) -> bool:
    """Whether this node stays out until its peer is taken over."""
    return ADOPTING.exists() and status.of_peer(node) is None


def await_peer(node: Settings) -> None:
    """Two that start at once could both become MASTER for a moment, so the peer, which served, comes first."""
    answers_since = None
    patience = 2 * node.take_over_seconds + START_SECONDS
    while ADOPTING.exists():
        peer = status.of_peer(node)
        if peer is None:
            answers_since = None
        else:
            answers_since = answers_since or time.monotonic()
            if peer["state"] == "MASTER" or time.monotonic() - answers_since > patience or _comes_first(node, peer):
                break
        time.sleep(POLL_SECONDS)
    ADOPTING.unlink(missing_ok=True)


def _comes_first(node: Settings, peer: Status) -> bool:
    """Of two that wait for each other, because neither served, one has to."""
    return bool(peer.get("waits")) and int(ip_address(node.own_address)) < int(ip_address(node.peer_address))


def are_there() -> bool:
    """Whether something served here before this pair did."""
    return SERVICES.exists()


def bring_back(node: Settings) -> str:
    """Has what served before serve again, our services being stopped. Keepalived only where it is the only kind.

    Raises NotBack.
    """
    peer = status.of_peer(node)
    # One that waits has not seen an answer from here, and will not see one any more.
    peer_is_ours = peer is not None and not peer.get("waits")
    before = [line.split() for line in SERVICES.read_text().splitlines()]
    units = [(unit, *was) for unit, *was in before if unit != "keepalived" or not peer_is_ours]
    started = [unit for unit, _, active in units if active == "active"]
    # What takes long comes later: clients wait.
    run("systemctl", "start", *started)
    for unit, enabled, _ in units:
        if enabled == "enabled":
            run("systemctl", "enable", "--quiet", unit)
    silent = [unit for unit, runs in zip(started, is_active(*started)) if not runs]
    if silent:
        what = f"{' and '.join(silent)} of what was here before {'do' if len(silent) > 1 else 'does'} not run"
        raise NotBack(f"{what}: `journalctl --unit {silent[0]}` says why. What is in {ORIGINALS} is still there.")
    again = f"{' and '.join(started) or 'nothing'} of what was here before runs again"
    if peer_is_ours:
        return (
            f"{again}, without its Keepalived: {node.peer} still runs ours, and would not hear it. "
            "Once it no longer does: `systemctl enable --now keepalived`."
        )
    return f"{again}."


def copy_back() -> None:
    """Puts the configuration where `adopt` found it, links and owners included. Raises NotBack."""
    copied = run("cp", "--archive", "--remove-destination", f"{ORIGINALS}/etc/.", str(ETC))
    if copied.returncode != 0:
        raise NotBack(f"the configuration of {ORIGINALS} cannot be put back: {said(copied)}")
