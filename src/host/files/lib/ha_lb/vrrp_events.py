"""Follows Keepalived's transitions, which it writes to a FIFO in their order, and notes the last one."""

from __future__ import annotations

import json
import os
import time

from .settings import RUN
from .status import vrrp_note

FIFO = RUN / "vrrp.fifo"
NOTE = RUN / "vrrp.json"
STATES = ("MASTER", "BACKUP", "FAULT", "STOP")


def follow() -> None:
    # Open for writing too: a FIFO whose last writer is gone would otherwise end.
    with os.fdopen(os.open(FIFO, os.O_RDWR), "rb", buffering=0) as fifo:
        pending = b""
        while True:
            *lines, pending = (pending + fifo.read(4096)).split(b"\n")
            for line in lines:
                _note(line.decode("ascii", "replace").split())


def _note(words: list[str]) -> None:
    """A line is: INSTANCE "name" STATE priority."""
    if len(words) < 3 or words[0] != "INSTANCE" or words[2] not in STATES:
        return
    state = words[2]
    # A reload tells the state again without a change.
    if vrrp_note().get("state") == state:
        return
    temporary = NOTE.with_suffix(".new")
    temporary.write_text(json.dumps({"state": state, "since": int(time.time())}))
    temporary.replace(NOTE)
    print(f"VRRP state {state}", flush=True)
