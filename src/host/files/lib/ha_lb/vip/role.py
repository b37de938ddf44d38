"""Whether this node is MASTER. Pure.

Keepalived's last word counts for a moment, because it comes first. Then its marker does, which is the truth.
"""

from __future__ import annotations

# Keepalived sets or removes the marker and tells within milliseconds; a machine may stand still in between.
SETTLE_SECONDS = 1.0
STATES = ("MASTER", "BACKUP", "FAULT", "STOP")
LOWER_PRIORITY = "MASTER_RX_LOWER_PRI"


class Role:
    def __init__(self, marker: bool) -> None:
        self._marker = marker
        self._told: bool | None = None
        self._told_at = 0.0

    def told(self, state: str, now: float) -> None:
        self._told = state == "MASTER"
        self._told_at = now

    def seen(self, marker: bool) -> None:
        self._marker = marker

    def is_master(self, now: float) -> bool:
        if self._told is not None and now - self._told_at < SETTLE_SECONDS:
            return self._told
        return self._marker


def event(line: str) -> str | None:
    """The state in a line of the FIFO, which is: INSTANCE "name" STATE priority."""
    words = line.split()
    known = (*STATES, LOWER_PRIORITY)
    return words[2] if len(words) >= 3 and words[0] == "INSTANCE" and words[2] in known else None
