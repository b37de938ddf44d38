"""What is done about an address, for every combination of what can be known of it."""

from __future__ import annotations

import itertools
import unittest
from typing import Any

from ha_lb.settings import SharedAddress
from ha_lb.vip.address import CONTRARY_READS, MEANT, WORDS, Address, Period
from ha_lb.vip.decisions import Step, step

SHARED = SharedAddress("main", "203.0.113.100", "4711")
LOWER = "the peer's adverts have a lower priority"


def known(owner: Any = "peer", readings: int = MEANT, read_first: bool = False, **period: Any) -> Address:
    return Address(SHARED, Period(0.0, **period), owner=owner, readings=readings, read_first=read_first)


def decided(address: Address, *, master: bool = True, remembered: bool = True, evidence: str | None = None) -> Step:
    return step(address, master=master, remembered=remembered, evidence=evidence)


class EverySituation(unittest.TestCase):
    def test_whoever_is_not_master_only_reads(self) -> None:
        for owner, verified, claimed, in_doubt, remembered, evidence in itertools.product(
            WORDS, (False, True), (False, True), (False, True), (False, True), (None, LOWER)
        ):
            address = known(owner, verified=verified, claimed=claimed, in_doubt=in_doubt)
            with self.subTest(address=address, remembered=remembered, evidence=evidence):
                self.assertEqual(
                    decided(address, master=False, remembered=remembered, evidence=evidence), Step("owner")
                )

    def test_a_replaced_pair_only_reads(self) -> None:
        for verified, claimed, in_doubt, read_first, evidence in itertools.product(
            (False, True), (False, True), (False, True), (False, True), (None, LOWER)
        ):
            address = known("other", verified=verified, claimed=claimed, in_doubt=in_doubt, read_first=read_first)
            with self.subTest(address=address, evidence=evidence):
                self.assertEqual(decided(address, evidence=evidence).verb, "owner")

    def test_a_master_whose_claim_is_owed(self) -> None:
        table: list[tuple[Address, bool, str]] = [
            # What was known before is no reason to wait, whatever it was.
            (known("peer"), True, "claim"),
            (known("self"), True, "claim"),
            (known("nobody"), True, "claim"),
            (known("unknown"), True, "claim"),
            (known("other"), False, "claim"),
            # Nobody knows: compare first.
            (known("unknown", read_first=True), True, "owner"),
            # After a claim that may have worked, and after one that was called done: look.
            (known("peer", in_doubt=True), True, "owner"),
            (known("peer", readings=0, claimed=True), True, "owner"),
            (known("peer", readings=CONTRARY_READS - 1, claimed=True), True, "owner"),
            (known("peer", readings=CONTRARY_READS, claimed=True), True, "claim"),
            # After one that surely did nothing: again.
            (known("peer", failed_claims=3), True, "claim"),
        ]
        for address, remembered, verb in table:
            with self.subTest(address=address):
                self.assertEqual(decided(address, remembered=remembered).verb, verb)

    def test_a_master_that_had_the_address(self) -> None:
        table: list[tuple[Address, bool, str | None, str]] = [
            (known("self", verified=True), True, None, "owner"),
            (known("self", verified=True), True, LOWER, "owner"),
            (known("unknown", verified=True, read_first=True), True, None, "owner"),
            # The peer may be meant to have it, in a partition.
            (known("peer", verified=True), True, None, "owner"),
            (known("peer", verified=True), True, LOWER, "claim"),
            (known("peer", readings=1, verified=True), True, LOWER, "claim"),
            # One read may be stale.
            (known("nobody", readings=1, verified=True), True, None, "owner"),
            (known("nobody", verified=True), True, None, "claim"),
            (known("other", readings=1, verified=True), False, None, "owner"),
            (known("other", verified=True), False, None, "claim"),
            (known("other", verified=True), True, LOWER, "owner"),
        ]
        for address, remembered, evidence, verb in table:
            with self.subTest(address=address, remembered=remembered, evidence=evidence):
                self.assertEqual(decided(address, remembered=remembered, evidence=evidence).verb, verb)

    def test_every_claim_has_a_reason(self) -> None:
        for address, evidence, reason in (
            (known("peer"), None, "this node is MASTER"),
            (known("peer", failed_claims=1), None, "the last claim failed"),
            (known("peer", verified=True), LOWER, LOWER),
            (known("nobody", verified=True), None, "nobody holds it"),
        ):
            self.assertEqual(decided(address, evidence=evidence), Step("claim", reason))
