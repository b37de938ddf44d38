"""Brings the addresses to the MASTER and keeps them there. Pure: told what happens, it says what to do.

Level-triggered: whatever was missed, the next event or tick decides anew from what is true then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..settings import Settings
from .actions import Abandon, Action, AskPeer, Remember, Start, StepDown
from .address import MEANT, Address, Period, Say
from .api import Api
from .budget import Budget
from .decisions import Step, step
from .model import Call, Clock, Outcome, Owner
from .peer import Answer, Peer
from .role import LOWER_PRIORITY, Role

# Adverts of lower priority that stop for so long were the last.
ADVERTS_OVER_SECONDS = 3.0
MISMATCH_SECONDS = 5.0
STEP_DOWN_SECONDS = 20.0
# Whatever happens, it is decided anew so often.
TICK_SECONDS = 1.0
# How often the peer is asked: about an address that it has, at first and later; before stepping down; as the standby.
ASK_SECONDS, ASK_LATER_SECONDS, ASK_AFTER_TIMES = 1.0, 5.0, 10
ASK_BEFORE_STEPPING_DOWN_SECONDS = 2.0
ASK_AS_BACKUP_SECONDS = 10.0


@dataclass(frozen=True)
class Before:
    """What was known before the agent was started."""

    # This pair has held its addresses.
    remembered: bool
    # The marker is on this host.
    master: bool
    # The addresses that were shown to be here, earlier in a MASTER period that may still last.
    verified: frozenset[str] = frozenset()
    # By address: epoch and seconds of its last move.
    moves: dict[str, tuple[float, float]] = field(default_factory=dict)
    calls: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    # Of the API's budget.
    calls_left: float | None = None


class Convergence:
    def __init__(self, settings: Settings, before: Before, at: Clock, chance: Callable[[], float], say: Say) -> None:
        assert settings.mover, "without a mover there is nothing to bring anywhere"
        self._nodes: dict[str, Owner] = {settings.mover.node_id: "self", settings.mover.peer_id: "peer", "": "nobody"}
        self._chance, self._say = chance, say
        self._role = Role(before.master)
        self._peer = Peer(settings.peer)
        self._budget = Budget([shared.name for shared in settings.addresses], at.now, before.calls_left)
        self.calls_left, self.calls_left_at = self._budget.calls_left(at.now), at.epoch
        self._lower_heard_at: float | None = None
        self._adverts_over = True
        self._asking = False
        self._asked_at = at.now - ASK_AS_BACKUP_SECONDS
        self._asked_times = 0
        self._may_step_down = True
        self._pending: list[Action] = []
        self.api = Api(before.calls, before.errors, at.epoch)
        self.remembered = before.remembered
        self.master = before.master
        self.addresses = [Address(shared, Period(at.now)) for shared in settings.addresses]
        for address in self.addresses:
            name = address.shared.name
            address.period.verified = before.master and name in before.verified
            address.moved_at_epoch, address.move_seconds = before.moves.get(name, (None, None))

    @property
    def superseded(self) -> bool:
        return any(address.is_superseded(self.remembered) for address in self.addresses)

    def mismatch(self, now: float) -> bool:
        since = [address.period.astray_since for address in self.addresses]
        return any(at is not None and now - at >= MISMATCH_SECONDS for at in since)

    # What happens.

    def heard(self, event: str, at: Clock) -> None:
        """A line of Keepalived's FIFO."""
        if event != LOWER_PRIORITY:
            self._role.told(event, at.now)
            self._follow_role(at)
            return
        if self._adverts_over:
            self._look_again(at.now)
        self._lower_heard_at = at.now
        self._adverts_over = False

    def seen(self, marker: bool, at: Clock) -> None:
        """Whether the marker is on this host."""
        self._role.seen(marker)
        self._follow_role(at)
        if self._lower_heard_at is not None and at.now - self._lower_heard_at > ADVERTS_OVER_SECONDS:
            if not self._adverts_over:
                # A move that the peer had begun may end only now.
                self._look_again(at.now)
            self._adverts_over = True

    def ended(self, call: Call, outcome: Outcome, at: Clock) -> None:
        """A call of the mover; one that is to be abandoned may have ended just before."""
        address = next((address for address in self.addresses if address.call == call), None)
        if address is None:
            return
        address.call = None
        address.note(call.verb, outcome)
        if not outcome.done:
            self._tell_failure(call, outcome, at.now)
        if call.verb == "claim":
            self._budget.claim_ended(outcome, at.now)
            address.claim_ended(outcome, at.now, self._chance())
        elif outcome.done:
            self._read(address, self._nodes.get(outcome.holder, "other"), call.started, at)
        else:
            address.read_failed(outcome, at.now, self._chance(), master=self.master)
        self._judge_api(at)

    def peer_answered(self, answer: Answer) -> None:
        self._asking = False
        self._peer.add(answer)
        if answer.state != "MASTER":
            return
        self._may_step_down = True
        if not self.master and answer.api in ("denied", "failing"):
            # It could be in need of a node that does better: whether this is one shows now.
            for address in self.addresses:
                if address.read_at is None or answer.asked_at - address.read_at > ASK_AS_BACKUP_SECONDS:
                    address.period.read_from = min(address.period.read_from, answer.asked_at)

    # What to do.

    def actions(self, at: Clock) -> list[Action]:
        found, self._pending = self._pending, []
        calls = self.api.calls
        for address in self.addresses:
            if address.call is None:
                found += self._next(address, at.now)
        if self.api.calls > calls:
            self.calls_left, self.calls_left_at = round(self._budget.calls_left(at.now), 1), at.epoch
        return [*found, *self._about_peer(at.now)]

    def wakes_at(self, now: float) -> float:
        """When something may be due, if nothing happens before."""
        times = [self._due_at(address, self._step(address, now), now) for address in self.addresses if not address.call]
        interval = self._ask_interval(now)
        if interval and not self._asking:
            times.append(self._asked_at + interval)
        return min([*times, now + TICK_SECONDS])

    def _follow_role(self, at: Clock) -> None:
        master = self._role.is_master(at.now)
        if master == self.master:
            return
        self.master = master
        self._say(f"this node {'is MASTER' if master else 'is no longer MASTER'}")
        for address in self.addresses:
            if address.call:
                self._pending.append(Abandon(address.call))
                if address.call.verb == "claim":
                    self._say(f"{address.shared.address}: the claim is abandoned")
            address.enter(master=master, remembered=self.remembered, now=at.now)
        self._judge_api(at)

    def _look_again(self, now: float) -> None:
        for address in self.addresses:
            address.look_again(now)

    def _next(self, address: Address, now: float) -> Iterator[Action]:
        wanted = self._step(address, now)
        self._note_need(address.period, wanted, now)
        if self._due_at(address, wanted, now) > now:
            return
        self.api.calls += 1
        if wanted.verb == "claim":
            self._budget.claim(address.shared.name, now, again=address.period.claims > 0)
            address.period.claims += 1
            self._say(f"{address.shared.address}: claims it, {wanted.reason}")
        else:
            self._budget.read(now)
        address.call = Call(wanted.verb, address.shared, wanted.reason, now)
        yield Start(address.call)

    def _step(self, address: Address, now: float) -> Step:
        evidence = self._evidence_against_peer(address, now)
        return step(address, master=self.master, remembered=self.remembered, evidence=evidence)

    def _evidence_against_peer(self, address: Address, now: float) -> str | None:
        if address.owner != "peer":
            return None
        last_here = max(address.seen_here_at or 0.0, address.period.started)
        if self._lower_heard_at is not None and self._lower_heard_at > last_here:
            return "the peer's adverts have a lower priority"
        return self._peer.evidence(address.owner_since, now) if address.readings >= MEANT else None

    def _note_need(self, period: Period, wanted: Step, now: float) -> None:
        if wanted.verb == "claim" and period.needed_since is None:
            period.needed_since = now if period.verified else period.started
        elif wanted.verb == "owner" and period.verified and not (period.claimed or period.in_doubt):
            period.needed_since = None

    def _due_at(self, address: Address, wanted: Step, now: float) -> float:
        period = address.period
        if wanted.verb == "owner":
            for_a_claim = period.claimed or period.in_doubt
            return max(period.read_from, self._budget.when_to_read(now, for_a_claim=for_a_claim))
        again = period.claims > 0
        due = self._budget.when_to_claim(address.shared.name, now, again=again)
        return max(due, period.claim_from) if again else due

    def _read(self, address: Address, owner: Owner, began: float, at: Clock) -> None:
        was_superseded = self.superseded
        address.read_ended(owner, began, at, self._chance(), master=self.master, say=self._say)
        if not self.remembered and all(one.owner in ("self", "peer") for one in self.addresses):
            self.remembered = True
            self._pending.append(Remember())
        if self.master and owner == "self":
            self._may_step_down = True
        if self.superseded and not was_superseded:
            self._say("this pair was replaced by another one: it claims nothing any more")

    def _tell_failure(self, call: Call, outcome: Outcome, now: float) -> None:
        self.api.count_error(outcome)
        if outcome.retry_after:
            self._budget.leave_alone(outcome.retry_after, now)
        what = "claiming it" if call.verb == "claim" else "asking who holds it"
        how = "is denied" if outcome.denied else "failed"
        self._say(f"{call.address.address}: {what} {how}: {outcome.code} {outcome.message}")

    def _judge_api(self, at: Clock) -> None:
        before = self.api.state
        outcomes = [outcome for address in self.addresses for outcome in reversed(address.last.values())]
        if self.api.judge(outcomes, at.epoch) and self.api.state == "ok" and before in ("denied", "failing"):
            self._say("the cloud's API answers again")

    # The peer.

    def _about_peer(self, now: float) -> Iterator[Action]:
        failing_for = self._cannot_claim_for(now)
        could_better = failing_for >= STEP_DOWN_SECONDS and self._peer.could_do_better(failing_for, now)
        if could_better and self._may_step_down:
            self._may_step_down = False
            yield StepDown(f"could not claim for {failing_for:.0f} s: {self.api.problem or 'reads do not show it'}")
        interval = self._ask_interval(now)
        if interval is None:
            self._asked_times = 0
        elif not self._asking and now >= self._asked_at + interval:
            self._asking = True
            self._asked_at = now
            self._asked_times += 1
            yield AskPeer()

    def _ask_interval(self, now: float) -> float | None:
        if not self.master:
            return ASK_AS_BACKUP_SECONDS
        if any(
            address.owner == "peer" and address.period.verified and address.readings >= MEANT
            for address in self.addresses
        ):
            at_first = self._asked_times < ASK_AFTER_TIMES
            return ASK_SECONDS if at_first or self._peer.seems_unable(now) else ASK_LATER_SECONDS
        if self._cannot_claim_for(now) >= STEP_DOWN_SECONDS:
            return ASK_BEFORE_STEPPING_DOWN_SECONDS
        return None

    def _cannot_claim_for(self, now: float) -> float:
        """Of the address that waits longest."""
        waiting = [
            now - address.period.needed_since
            for address in self.addresses
            if address.period.needed_since is not None
            and (address.period.failed_claims > 0 or address.period.failed_reads > 0)
            and not address.is_superseded(self.remembered)
        ]
        return max(waiting, default=0.0) if self.master else 0.0
