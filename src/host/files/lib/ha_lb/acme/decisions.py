"""When to order a certificate, and which of two to keep. Pure: times are given, in seconds since 1970."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .wanted import Wanted

# What a failed order says of the next one: nobody was reached; the authority refused; it asks for patience.
UNREACHABLE, REFUSED, LIMITED = "unreachable", "refused", "limited"
HOUR, DAY = 3600.0, 86_400.0
# Nobody counts calls that arrive nowhere.
FIRST_UNREACHABLE, LONGEST_UNREACHABLE = 10.0, 900.0
# Let's Encrypt takes five failed validations of a name in an hour.
FIRST_REFUSED, LONGEST_REFUSED = 120.0, 6 * HOUR
SHORTEST_LIMITED, LONGEST_LIMITED = HOUR, 7 * DAY
# By so much a clock may have been set back before what it once said counts for nothing.
CLOCK_STEP = 300.0
# Clocks of two nodes that differ by more are a finding; so is a certificate that is not valid yet by as much.
CLOCK_DIFFERENCE = 60.0


@dataclass(frozen=True)
class Held:
    """A certificate on the disk, as far as it matters here."""

    # As HAProxy shows it.
    fingerprint: str
    not_before: float
    not_after: float
    domains: tuple[str, ...] = ()

    @property
    def lifetime(self) -> float:
        return self.not_after - self.not_before


@dataclass(frozen=True)
class Attempts:
    """What became of the orders for one certificate so far."""

    failures: int = 0
    # Those of them that the authority knows of, and those of the latest outage.
    refusals: int = 0
    outage: int = 0
    last: float = 0.0
    # No order before that.
    next: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class Failure:
    kind: str
    error: str
    retry_after: float | None = None


def renewal(held: Held | None) -> float:
    """From when on a new one is wanted: a third of its time is left then, as is usual."""
    return 0.0 if held is None else held.not_after - held.lifetime / 3


def to_order(
    wanted: Iterable[Wanted], held: Mapping[str, Held | None], attempts: Mapping[str, Attempts], now: float
) -> Wanted | None:
    """The certificate to order now; of several the one that has waited for longest."""
    due = [
        (attempts.get(one.id, Attempts()).next, index, one)
        for index, one in enumerate(wanted)
        if now >= renewal(held.get(one.id)) and may_order(attempts.get(one.id, Attempts()), now)
    ]
    return min(due)[2] if due else None


def may_order(attempts: Attempts, now: float) -> bool:
    """A clock that was set back must not keep a node from ordering for years."""
    return now >= attempts.next or now < attempts.last - CLOCK_STEP


def after_success(issued: Held, now: float) -> Attempts:
    """The next one in a third of its time at the earliest: a clock that is wrong does not order again and again."""
    error = None
    if now > issued.not_after:
        error = "a certificate that was just issued has expired by this node's clock: set it right"
    return Attempts(last=now, next=now + issued.lifetime / 3, error=error)


def after_failure(attempts: Attempts, failure: Failure, now: float, jitter: float) -> Attempts:
    """`jitter` is from 0 to 1: of two pairs that fail together not both come back together."""
    refusals, outage = attempts.refusals, 0
    if failure.kind == UNREACHABLE:
        wait = min(FIRST_UNREACHABLE * 2.0 ** min(attempts.outage, 20), LONGEST_UNREACHABLE)
        outage = attempts.outage + 1
    elif failure.kind == REFUSED:
        wait = min(FIRST_REFUSED * 2.0 ** min(refusals, 20), LONGEST_REFUSED)
        refusals += 1
    else:
        wait = SHORTEST_LIMITED
    # An authority that is down may say so by an hour in years.
    asked = min(failure.retry_after or 0.0, LONGEST_LIMITED)
    wait = max(wait * (1 + jitter / 4), asked)
    return Attempts(attempts.failures + 1, refusals, outage, now, now + wait, failure.error)


def better(one: Held, other: Held | None) -> bool:
    """Whether to keep the first, because it was issued later. Both nodes decide alike, and so come to have the same."""
    return other is None or (one.not_before, one.fingerprint) > (other.not_before, other.fingerprint)


def failure_of(said: str, now: float) -> Failure:
    """What the client's output means. The authority's own words come last in it, in JSON."""
    detail = re.findall(r'"detail":\s*"((?:[^"\\]|\\.)*)"', said)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line]
    error = (detail or errors[-1:] or lines[-1:] or ["the client said nothing"])[-1]
    return Failure(_kind(said), error[:300], _retry_after(said, now))


def _kind(said: str) -> str:
    if "error:rateLimited" in said:
        return LIMITED
    # What the authority's own trouble is is nothing that this pair did.
    passing = r"Problem connecting to server|error:badNonce|error:serverInternal|\(Status 5\d\d\)"
    return UNREACHABLE if re.search(passing, said) else REFUSED


def _retry_after(said: str, now: float) -> float | None:
    found = re.findall(r"^retry-after:\s*(.+?)\s*$", said, re.MULTILINE | re.IGNORECASE)
    if not found:
        return None
    if found[-1].isdigit():
        return float(found[-1])
    # Brings half of the library of email with it, and is hardly ever asked.
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(found[-1]).timestamp() - now)
    except (TypeError, ValueError):
        return None
