"""How much the agent may ask of the cloud, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .model import Outcome

# Calls of the API, of this node alone: a project of Hetzner's has 3,600 an hour. The burst is for failovers and retries
# in a row; both nodes at their worst take two fifths of what the project has.
CALLS_PER_SECOND, CALLS_BURST = 600 / 3600, 120.0
# A claim is looked at until it is done. Other reads leave the last calls to claims.
LOOKS_OF_A_CLAIM, KEPT_FOR_CLAIMS = 2, 20
# Against flapping: how often one address is claimed anew. That a claim is made again because it failed is no flapping.
CLAIMS_PER_SECOND, CLAIMS_BURST = 1 / 10, 6.0
# Nobody is made to wait for longer by what a cloud says: it may mean when the whole budget is back.
LONGEST_RETRY_AFTER_SECONDS = 15.0


class TokenBucket:
    """Gets `per_second` tokens, up to `burst`. May be overdrawn."""

    def __init__(self, per_second: float, burst: float, now: float, tokens: float | None = None) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = burst if tokens is None else min(burst, tokens)
        self._at = now

    def when(self, tokens: float, now: float) -> float:
        """The time from which on there are that many tokens."""
        missing = tokens - self._refilled(now)
        return now if missing < 1e-6 else now + missing / self._per_second

    def take(self, tokens: float, now: float) -> None:
        self._tokens = min(self._burst, self._refilled(now) - tokens)

    def left(self, now: float) -> float:
        return self._refilled(now)

    def _refilled(self, now: float) -> float:
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._per_second)
        self._at = now
        return self._tokens


class Budget:
    def __init__(self, addresses: Iterable[str], now: float, calls_left: float | None = None) -> None:
        """`calls_left`: of an agent before this one. One that is started again and again gets no more than another."""
        self._calls = TokenBucket(CALLS_PER_SECOND, CALLS_BURST, now, calls_left)
        self._claims = {name: TokenBucket(CLAIMS_PER_SECOND, CLAIMS_BURST, now) for name in addresses}
        self._quiet_until = now

    def when_to_read(self, now: float, *, for_a_claim: bool) -> float:
        return max(self._quiet_until, self._calls.when(1 if for_a_claim else 1 + KEPT_FOR_CLAIMS, now))

    def when_to_claim(self, address: str, now: float, *, again: bool) -> float:
        """`again`: because the last claim failed. The first one waits for no API that asked to be left alone."""
        due = self._calls.when(1, now)
        return max(due, self._quiet_until) if again else max(due, self._claims[address].when(1, now))

    def read(self, now: float) -> None:
        self._calls.take(1, now)

    def claim(self, address: str, now: float, *, again: bool) -> None:
        self._calls.take(1, now)
        if not again:
            self._claims[address].take(1, now)

    def claim_ended(self, outcome: Outcome, now: float) -> None:
        if outcome.done or outcome.code in ("action-failed", "timeout"):
            self._calls.take(LOOKS_OF_A_CLAIM, now)

    def calls_left(self, now: float) -> float:
        return self._calls.left(now)

    def leave_alone(self, seconds: float, now: float) -> None:
        self._quiet_until = now + min(seconds, LONGEST_RETRY_AFTER_SECONDS)
