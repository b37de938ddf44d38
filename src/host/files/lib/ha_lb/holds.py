"""Keeps this node from being MASTER: Keepalived's track file `hold`, and beside it who wants that, and why."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from . import files
from .settings import RUN

FILE = RUN / "hold"
NOTE = RUN / "hold.json"
# Who may want it: an operator, for as long as it takes; an operator, for a moment; the agent of the addresses.
DRAIN, SWITCHOVER, STEP_DOWN = "drain", "switchover", "step-down"


@dataclass(frozen=True)
class Hold:
    reason: str
    # Seconds since 1970.
    since: int
    until: int | None = None


def placed() -> dict[str, Hold]:
    try:
        noted: Any = json.loads(NOTE.read_text())
        return {kind: Hold(item["reason"], item["since"], item.get("until")) for kind, item in noted.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def place(kind: str, reason: str, seconds: int | None = None) -> None:
    now = int(time.time())
    with _alone():
        _write({**placed(), kind: Hold(reason, now, None if seconds is None else now + seconds)})


def lift(kind: str) -> bool:
    """Whether it was there. The node may become MASTER once nobody holds it any more."""
    with _alone():
        found = placed()
        hold = found.pop(kind, None)
        _write(found)
    return hold is not None


def lift_expired(kind: str) -> bool:
    """Whether one was there whose time is over; a clock that was set may not make it last for longer than it should."""
    hold = placed().get(kind)
    now = time.time()
    if hold is None or hold.until is None or hold.since <= now < hold.until:
        return False
    return lift(kind)


def told() -> list[dict[str, Any]] | None:
    """For the status; None: nothing holds this node."""
    found = placed()
    if not found and _file_says_so():
        return [{"kind": "by hand", "reason": f"{FILE} says so", "since": None, "until": None}]
    return [{"kind": kind, **asdict(hold)} for kind, hold in sorted(found.items())] or None


def _file_says_so() -> bool:
    try:
        return FILE.read_text().strip() not in ("", "0")
    except OSError:
        return False


def _write(found: Mapping[str, Hold]) -> None:
    # The reason is there before its effect is, and goes after it.
    if found:
        files.replace(NOTE, json.dumps({kind: asdict(hold) for kind, hold in found.items()}))
    files.overwrite(FILE, "1\n" if found else "0\n")
    if not found:
        NOTE.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    descriptor = os.open(FILE.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
