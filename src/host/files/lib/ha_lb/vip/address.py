"""What is known of one address, and how that changes when a call ends. Pure; knows neither budget nor peer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..settings import SharedAddress
from .model import OF_CLAIMS_ALONE, Call, Clock, Outcome, Owner, Verb
from .schedule import CONFIRM_SECONDS, FIRST_READ_SECONDS, longest_interval, retry_delay

# One read may come from before the last move. So many in a row mean it.
MEANT = 2
# A claim that the cloud called done, and that so many reads do not show, is made again.
CONTRARY_READS = 4

Say = Callable[[str], None]
WORDS: dict[Owner, str] = {
    "self": "is on this node",
    "peer": "is on the peer",
    "nobody": "is on no machine",
    "other": "is on a machine that is not of this pair",
    "unknown": "nobody knows where it is",
}


@dataclass
class Period:
    """What has come of an address since this node became MASTER, or stopped being it."""

    started: float
    # A read has shown that the address is here.
    verified: bool = False
    # A claim is done, and is to be shown by a read.
    claimed: bool = False
    # The last claim failed in a way that may have moved the address all the same.
    in_doubt: bool = False
    # Since when it is to be claimed, or to be shown that it was; how many claims that took so far.
    needed_since: float | None = None
    claims: int = 0
    # Calls that failed, in a row.
    failed_claims: int = 0
    failed_reads: int = 0
    # Since when this node is MASTER without the address.
    astray_since: float | None = None
    # Not before then: a claim, a read. Reads get rarer while they say the same.
    claim_from: float = 0.0
    read_from: float = 0.0
    read_interval: float = FIRST_READ_SECONDS


@dataclass
class Address:
    shared: SharedAddress
    period: Period
    owner: Owner = "unknown"
    # Since when reads have said so, and how many in a row.
    owner_since: float = 0.0
    readings: int = 0
    # When reads began: the last one that was answered (and on the clock of the world), the last one that said "here".
    read_at: float | None = None
    read_at_epoch: float | None = None
    seen_here_at: float | None = None
    # Nobody knows what the cloud says, or what this node did before: it is read before it is told anything.
    read_first: bool = True
    call: Call | None = None
    # The last outcome of each kind of call, the latest one last.
    last: dict[Verb, Outcome] = field(default_factory=dict)
    moved_at_epoch: float | None = None
    move_seconds: float | None = None

    def is_superseded(self, remembered: bool) -> bool:
        """A machine that is neither of this pair has an address that this pair has had: the pair was replaced."""
        return self.owner == "other" and remembered

    def enter(self, *, master: bool, remembered: bool, now: float) -> None:
        """The node became MASTER, or stopped being it."""
        self.call = None
        self.period = Period(now)
        if master:
            # A new pair has nothing to compare with.
            self.read_first = self.read_first and remembered
            self.period.astray_since = now
        else:
            self.period.read_from = now + 2 * FIRST_READ_SECONDS
            self.period.read_interval = 2 * FIRST_READ_SECONDS
        claim = self.last.get("claim")
        # Only another claim could show that these credentials may do more than read.
        if claim and not (claim.denied and claim.code in OF_CLAIMS_ALONE):
            del self.last["claim"]

    def note(self, verb: Verb, outcome: Outcome) -> None:
        self.last.pop(verb, None)
        self.last[verb] = outcome

    def look_again(self, now: float) -> None:
        """Something happened after which the cloud may say something else, now or soon."""
        self.period.read_from = min(self.period.read_from, now)
        self.period.read_interval = FIRST_READ_SECONDS

    def claim_ended(self, outcome: Outcome, now: float, chance: float) -> None:
        period = self.period
        if outcome.done:
            period.claimed, period.in_doubt = True, False
            self.readings = period.failed_reads = 0
            period.read_from = now
            return
        period.failed_claims += 1
        period.in_doubt = outcome.may_have_worked
        period.claim_from = period.read_from = now + retry_delay(period.failed_claims, outcome.denied, chance)

    def read_failed(self, outcome: Outcome, now: float, chance: float, *, master: bool) -> None:
        period = self.period
        period.failed_reads += 1
        # What cannot be read can still be claimed.
        self.read_first = period.in_doubt = False
        urgent = master and (not period.verified or period.claimed)
        delay = retry_delay(period.failed_reads, outcome.denied, chance)
        period.read_from = now + (delay if urgent else max(delay, FIRST_READ_SECONDS))

    def read_ended(self, owner: Owner, began: float, at: Clock, chance: float, *, master: bool, say: Say) -> None:
        """`began` is when the cloud was asked: what it says may be as old as that."""
        period = self.period
        self.read_first = period.in_doubt = False
        period.failed_reads = 0
        if owner != self.owner:
            self.owner, self.owner_since, self.readings = owner, began, 0
            say(f"{self.shared.address} {WORDS[owner]}")
        self.readings += 1
        self.read_at, self.read_at_epoch = began, at.epoch - (at.now - began)
        if owner == "self":
            self.seen_here_at = began
        if master:
            self._compare(at, chance, say)
        self._plan_next_read(at.now, chance, master)

    def _compare(self, at: Clock, chance: float, say: Say) -> None:
        period = self.period
        if self.owner == "self":
            self._shown(at, say)
            return
        if period.astray_since is None:
            period.astray_since = at.now
        if period.claimed and self.readings >= CONTRARY_READS:
            say(f"{self.shared.address}: the claim was called done, but it {WORDS[self.owner]}")
            period.claimed = False
            period.failed_claims += 1
            period.claim_from = at.now + retry_delay(period.failed_claims, False, chance)

    def _shown(self, at: Clock, say: Say) -> None:
        period = self.period
        if period.claims > 0:
            since = period.started if period.needed_since is None else period.needed_since
            self.moved_at_epoch, self.move_seconds = at.epoch, round(at.now - since, 3)
            say(f"{self.shared.address} was moved here in {self.move_seconds} s")
        if period.claims > 0 or not period.verified:
            # The cloud may still carry out what the peer had asked for.
            period.read_interval = FIRST_READ_SECONDS
        period.verified, period.claimed = True, False
        period.claims = period.failed_claims = 0
        period.needed_since = period.astray_since = None
        self.last.pop("claim", None)

    def _plan_next_read(self, now: float, chance: float, master: bool) -> None:
        period = self.period
        if period.claimed:
            period.read_from = now + retry_delay(self.readings, False, chance)
        elif master and self.owner != "self" and self.readings < MEANT:
            period.read_from = now + CONFIRM_SECONDS
        else:
            period.read_from = now + period.read_interval
            period.read_interval = min(longest_interval(master), period.read_interval * 2)
