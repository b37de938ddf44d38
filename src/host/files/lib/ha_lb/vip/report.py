"""What the agent tells of itself: vip.json, for `ha-lb`, for ha-lb-agent, and for the agent that comes after it."""

from __future__ import annotations

import json
from typing import Any

from .. import files
from ..settings import RUN
from .budget import CALLS_PER_SECOND
from .convergence import Before, Convergence

FILE = RUN / "vip.json"


def report(convergence: Convergence, now: float) -> dict[str, Any]:
    api = convergence.api
    return {
        "master": convergence.master,
        "addresses": {
            address.shared.name: {
                "address": address.shared.address,
                "owner": address.owner,
                "checkedAt": _rounded(address.read_at_epoch),
                "verified": address.period.verified,
                "movedAt": _rounded(address.moved_at_epoch),
                "moveSeconds": address.move_seconds,
            }
            for address in convergence.addresses
        },
        "api": {
            "state": api.state,
            "code": api.worst.code if api.worst else None,
            "message": api.worst.message if api.worst else None,
            "since": _rounded(api.since),
        },
        "errors": api.errors,
        "calls": api.calls,
        "budget": {"left": convergence.calls_left, "at": _rounded(convergence.calls_left_at)},
        "mismatch": convergence.mismatch(now),
        "superseded": convergence.superseded,
    }


def _refilled(budget: Any, epoch: float) -> float | None:
    if budget is None:
        return None
    return float(budget["left"] + max(0.0, epoch - budget["at"]) * CALLS_PER_SECOND)


def _rounded(epoch: float | None) -> float | None:
    return None if epoch is None else round(epoch, 3)


class Reporter:
    def __init__(self) -> None:
        self._written = ""

    def write(self, convergence: Convergence, now: float) -> None:
        text = json.dumps(report(convergence, now))
        if text == self._written:
            return
        try:
            files.replace(FILE, text)
        except OSError as error:
            # The addresses are more important than what is told of them.
            print(f"cannot write {FILE}: {error}", flush=True)
        self._written = text


def before(*, remembered: bool, master: bool, events: bool, epoch: float) -> Before:
    """What the agent before this one told. `events`: the role has changed since then."""
    try:
        told: Any = json.loads(FILE.read_text())
        addresses = told["addresses"].items()
        was_master = told["master"] and not events
        return Before(
            remembered,
            master,
            frozenset(name for name, address in addresses if was_master and address["verified"]),
            {name: (address["movedAt"], address["moveSeconds"]) for name, address in addresses},
            told["calls"],
            told["errors"],
            _refilled(told.get("budget"), epoch),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Before(remembered, master)
