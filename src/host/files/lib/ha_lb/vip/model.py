"""The words in which the agent thinks of the cloud. Pure; times are in seconds of one clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..settings import SharedAddress

Verb = Literal["owner", "claim"]
Owner = Literal["self", "peer", "nobody", "other", "unknown"]
# Exit statuses of a mover.
DONE, TRY_AGAIN, DENIED = 0, 75, 77

# Failures after which nothing can have changed in the cloud. After any other, it is read before it is told again.
WITHOUT_EFFECT = {
    *("401", "403", "404", "429", "refused", "dns", "tls", "settings", "mover"),
    *("throttled", "clock-skew", "expired", "no-credentials", "imds", "unauthorized", "not-yet", "not-found"),
}
# Denials of a claim that say nothing of reads.
OF_CLAIMS_ALONE = {"403", "unauthorized"}


@dataclass(frozen=True)
class Outcome:
    """How a call of the mover ended."""

    status: int
    # Who holds the address, in the mover's words; empty when nobody does. Of `owner` alone.
    holder: str = ""
    code: str = ""
    message: str = ""
    retry_after: float = 0.0

    @property
    def done(self) -> bool:
        return self.status == DONE

    @property
    def denied(self) -> bool:
        return self.status == DENIED

    @property
    def may_have_worked(self) -> bool:
        return not self.done and self.code not in WITHOUT_EFFECT


@dataclass(frozen=True)
class Call:
    """A call of the mover that is running, or is about to."""

    verb: Verb
    address: SharedAddress
    reason: str
    started: float


@dataclass(frozen=True)
class Clock:
    """One moment: of this machine, and of the world."""

    now: float
    epoch: float
