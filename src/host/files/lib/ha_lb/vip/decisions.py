"""What to do about an address. Pure: from what is known to one step, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from .address import CONTRARY_READS, MEANT, Address
from .model import Verb


@dataclass(frozen=True)
class Step:
    """A claim or a read, made as soon as it is due."""

    verb: Verb
    reason: str = ""


def step(address: Address, *, master: bool, remembered: bool, evidence: str | None) -> Step:
    """`remembered`: this pair has held its addresses before. `evidence`: why the peer cannot be meant to have it."""
    if not master or address.is_superseded(remembered):
        return Step("owner")
    period = address.period
    if period.claimed and address.readings < CONTRARY_READS:
        return Step("owner", "to see whether the claim worked")
    if period.in_doubt:
        return Step("owner", "the claim may have worked")
    if period.verified:
        return _while_verified(address, evidence)
    if address.read_first:
        return Step("owner", "to compare before claiming")
    return Step("claim", "this node is MASTER" if period.failed_claims == 0 else "the last claim failed")


def _while_verified(address: Address, evidence: str | None) -> Step:
    if address.owner in ("self", "unknown"):
        return Step("owner")
    if address.owner == "peer":
        return Step("claim", evidence) if evidence else Step("owner")
    if address.readings < MEANT:
        return Step("owner")
    return Step("claim", "nobody holds it" if address.owner == "nobody" else "this pair is new")
