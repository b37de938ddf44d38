"""When certificates are ordered, what a failed order leads to, and which of two certificates stays."""

from __future__ import annotations

import unittest

from ha_lb.acme.decisions import (
    DAY,
    HOUR,
    LIMITED,
    REFUSED,
    UNREACHABLE,
    Attempts,
    Failure,
    Held,
    after_failure,
    after_success,
    better,
    failure_of,
    to_order,
)
from ha_lb.acme.wanted import Wanted

NOW = 1_800_000_000.0
SHOP = Wanted("shop", ("shop.test",), "ec-256", "https://authority.test/dir")
OFFICE = Wanted("office", ("office.test",), "ec-256", "https://authority.test/dir")


def good_for(days: float, of: float = 90, fingerprint: str = "aa") -> Held:
    return Held(fingerprint, NOW + (days - of) * DAY, NOW + days * DAY)


class Orders(unittest.TestCase):
    def ordered(self, held: Held | None, attempts: Attempts | None = None, now: float = NOW) -> bool:
        return to_order([SHOP], {"shop": held}, {"shop": attempts} if attempts else {}, now) is not None

    def test_what_is_missing_is_ordered(self) -> None:
        self.assertTrue(self.ordered(None))

    def test_a_third_is_left(self) -> None:
        self.assertFalse(self.ordered(good_for(31)))
        self.assertTrue(self.ordered(good_for(29)))
        self.assertFalse(self.ordered(good_for(3, of=6)))
        self.assertTrue(self.ordered(good_for(-5)))

    def test_none_before_its_time(self) -> None:
        self.assertFalse(self.ordered(None, Attempts(last=NOW - 10, next=NOW + 10)))
        self.assertTrue(self.ordered(None, Attempts(last=NOW - 10, next=NOW)))

    def test_the_one_that_has_waited_for_longest_comes_first(self) -> None:
        tried = {"shop": Attempts(last=NOW - 100, next=NOW - 5), "office": Attempts(last=NOW - 100, next=NOW - 50)}
        self.assertEqual(to_order([SHOP, OFFICE], {}, tried, NOW), OFFICE)
        self.assertEqual(to_order([SHOP, OFFICE], {}, {}, NOW), SHOP)

    def test_a_clock_that_was_set_back_by_years_does_not_stop_orders(self) -> None:
        self.assertTrue(self.ordered(None, Attempts(last=NOW, next=NOW + HOUR), NOW - 365 * DAY))


class WrongClock(unittest.TestCase):
    def test_a_clock_years_ahead_orders_once_in_a_third_of_the_lifetime_and_says_why(self) -> None:
        ahead = NOW + 5 * 365 * DAY
        issued = good_for(89)
        attempts = after_success(issued, ahead)
        self.assertRegex(attempts.error or "", "expired by this node's clock")
        held = {"shop": issued}
        self.assertIsNone(to_order([SHOP], held, {"shop": attempts}, ahead + 29 * DAY))
        self.assertEqual(to_order([SHOP], held, {"shop": attempts}, ahead + 31 * DAY), SHOP)

    def test_a_clock_that_is_right_has_nothing_to_say(self) -> None:
        self.assertEqual(after_success(good_for(90), NOW), Attempts(last=NOW, next=NOW + 30 * DAY))


class Failures(unittest.TestCase):
    def waits(self, kind: str, count: int, retry_after: float | None = None) -> list[float]:
        attempts, found = Attempts(), []
        for _ in range(count):
            attempts = after_failure(attempts, Failure(kind, "no", retry_after), NOW, 0)
            found.append(attempts.next - NOW)
        return found

    def test_an_authority_that_is_down_for_days_is_asked_every_quarter_of_an_hour(self) -> None:
        self.assertEqual(self.waits(UNREACHABLE, 4), [10, 20, 40, 80])
        self.assertEqual(self.waits(UNREACHABLE, 500)[-1], 900)

    def test_refusals_stay_below_five_an_hour(self) -> None:
        waits = self.waits(REFUSED, 5)
        self.assertGreater(sum(waits), HOUR)
        self.assertEqual(self.waits(REFUSED, 500)[-1], 6 * HOUR)

    def test_an_outage_of_days_is_no_refusal_and_does_not_make_one_forgotten(self) -> None:
        attempts = Attempts()
        for kind in (REFUSED, *[UNREACHABLE] * 300, REFUSED, UNREACHABLE):
            attempts = after_failure(attempts, Failure(kind, "no"), NOW, 0)
        self.assertEqual((attempts.failures, attempts.refusals, attempts.next), (303, 2, NOW + 10))

    def test_an_authority_that_asks_for_patience_gets_it(self) -> None:
        self.assertEqual(self.waits(LIMITED, 2), [HOUR, HOUR])
        self.assertEqual(self.waits(LIMITED, 1, 2 * DAY), [2 * DAY])
        self.assertEqual(self.waits(UNREACHABLE, 1, 120), [120])
        self.assertEqual(self.waits(LIMITED, 1, 1000 * DAY), [7 * DAY])

    def test_two_pairs_come_back_at_different_times(self) -> None:
        failure = Failure(REFUSED, "no")
        self.assertNotEqual(
            after_failure(Attempts(), failure, NOW, 0.1).next, after_failure(Attempts(), failure, NOW, 0.9).next
        )


class WhatTheClientSays(unittest.TestCase):
    def test_nobody_there(self) -> None:
        said = "ERROR: Problem connecting to server (get for https://a.test/dir; curl returned with 7)\n"
        failure = failure_of(f"# INFO: Using main config file\n{said}", NOW)
        self.assertEqual((failure.kind, failure.error), (UNREACHABLE, said.strip()))

    def test_too_many_orders(self) -> None:
        said = (
            "  + ERROR: An error occurred while sending post-request to https://a.test/new-order (Status 429)\n\n"
            "Details:\nHTTP/2 429\nretry-after: 7200\n\n"
            '{\n  "type": "urn:ietf:params:acme:error:rateLimited",\n  "detail": "too many \\"new\\" orders"\n}\n'
        )
        self.assertEqual(failure_of(said, NOW), Failure(LIMITED, 'too many \\"new\\" orders', 7200))

    def test_patience_until_a_date(self) -> None:
        said = "(Status 503)\nRetry-After: Fri, 15 Jan 2027 08:10:00 GMT\n"
        self.assertEqual(failure_of(said, NOW).retry_after, 600)
        self.assertIsNone(failure_of("(Status 503)\nRetry-After: soon\n", NOW).retry_after)

    def test_a_name_that_leads_elsewhere(self) -> None:
        said = (
            " + Challenge validation has failed :(\nERROR: Challenge is invalid! (returned: invalid) (result: "
            '["error","detail"]\t"Connection refused"\n["error"]\t{"type":"urn:ietf:params:acme:error:connection",'
            '"detail":"Connection refused"})\n'
        )
        self.assertEqual(failure_of(said, NOW), Failure(REFUSED, "Connection refused"))

    def test_nothing(self) -> None:
        self.assertEqual(failure_of("", NOW), Failure(REFUSED, "the client said nothing"))


class Better(unittest.TestCase):
    def test_the_one_that_was_issued_later_and_both_nodes_agree(self) -> None:
        # Even when the authority has come to give less time.
        one, other = good_for(30), good_for(6, of=6)
        self.assertTrue(better(other, one) and not better(one, other))
        same = good_for(80, fingerprint="bb")
        self.assertNotEqual(better(one, same), better(same, one))

    def test_the_same_one_does_not_replace_itself(self) -> None:
        self.assertFalse(better(good_for(80), good_for(80)))
        self.assertTrue(better(good_for(80), None))
