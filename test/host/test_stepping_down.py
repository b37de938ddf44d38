"""What a MASTER does that cannot claim, what all that costs the cloud, and what is told of it."""

from __future__ import annotations

import unittest

from cloud_simulation import World, denied, failed_over, failing
from ha_lb.vip.budget import CALLS_BURST

LOWER = "MASTER_RX_LOWER_PRI"


class SteppingDown(unittest.TestCase):
    def cannot_claim(self, standby_ready: bool, standby_api: bool) -> World:
        world = World(masters=("lb1",))
        world.run(60)
        world.cloud.failure = lambda node, _verb: failing("timeout") if node == "lb2" or not standby_api else None
        world.one.becomes("BACKUP" if standby_ready else "FAULT")
        world.two.becomes("MASTER")
        return world

    def test_a_master_that_cannot_claim_gives_way_to_one_that_could(self) -> None:
        world = self.cannot_claim(standby_ready=True, standby_api=True)
        world.run(19)
        self.assertEqual(world.two.stepped_down, [])
        world.run(14)
        self.assertEqual(len(world.two.stepped_down), 1)

    def test_it_does_so_once(self) -> None:
        world = self.cannot_claim(standby_ready=True, standby_api=True)
        world.run(600)
        self.assertEqual(len(world.two.stepped_down), 1)

    def test_it_may_do_so_again_when_the_peer_was_master_in_between(self) -> None:
        world = self.cannot_claim(standby_ready=True, standby_api=True)
        world.run(40)
        world.two.becomes("FAULT")
        world.one.becomes("MASTER")
        world.run(60)
        world.one.becomes("BACKUP")
        world.two.becomes("MASTER")
        world.run(40)
        self.assertEqual(len(world.two.stepped_down), 2)

    def test_never_when_the_peer_is_not_ready(self) -> None:
        world = self.cannot_claim(standby_ready=False, standby_api=True)
        world.run(600)
        self.assertEqual(world.two.stepped_down, [])

    def test_never_when_the_peer_does_not_reach_the_cloud_either(self) -> None:
        world = self.cannot_claim(standby_ready=True, standby_api=False)
        world.run(600)
        self.assertEqual(world.two.stepped_down, [])

    def test_never_on_what_the_peer_knew_before_the_outage(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        world.one.becomes("BACKUP")
        world.two.becomes("MASTER")
        world.run(600)
        world.cloud.failure = lambda _node, _verb: failing()
        world.cloud.holder = ""
        world.run(300)
        self.assertEqual(world.two.stepped_down + world.one.stepped_down, [])

    def test_never_when_the_peer_does_not_tell(self) -> None:
        world = self.cannot_claim(standby_ready=True, standby_api=True)
        world.peers_talk = False
        world.run(600)
        self.assertEqual(world.two.stepped_down, [])


class CallsAnHour(unittest.TestCase):
    def hour(self, world: World) -> dict[str, int]:
        start = len(world.cloud.calls)
        world.run(3600)
        found = [node for _, node, _ in world.cloud.calls[start:]]
        return {node: found.count(node) for node in ("lb1", "lb2")}

    def test_a_quiet_hour_takes_a_read_every_half_minute_and_every_minute(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        calls = self.hour(world)
        self.assertAlmostEqual(calls["lb1"], 120, delta=3)
        self.assertAlmostEqual(calls["lb2"], 60, delta=3)

    def test_an_hour_of_failures_stays_within_the_budget(self) -> None:
        for failure in (failing(), failing("refused"), denied(), failing("lost")):
            with self.subTest(code=failure.code):
                world = failed_over(failure=lambda _node, _verb, failure=failure: failure)
                self.assertLessEqual(self.hour(world)["lb2"], 600 + CALLS_BURST)

    def test_an_hour_of_adverts_of_lower_priority_stays_within_the_budget(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        start = len(world.cloud.calls)
        for _ in range(3600):
            world.one.hears(LOWER)
            world.run(1)
        self.assertLess(len(world.cloud.calls) - start, 300)


class Telling(unittest.TestCase):
    def test_a_mismatch_counts_after_some_seconds_and_ends_with_the_move(self) -> None:
        world = failed_over(failure=lambda _node, _verb: failing("refused"))
        self.assertFalse(world.two.convergence.mismatch(world.now))
        world.run(6)
        self.assertTrue(world.two.convergence.mismatch(world.now))
        world.cloud.failure = lambda _node, _verb: None
        world.run(12)
        self.assertFalse(world.two.convergence.mismatch(world.now))

    def test_errors_are_counted_by_code(self) -> None:
        world = failed_over(failure=lambda _node, _verb: denied())
        world.run(1)
        self.assertEqual(world.two.convergence.api.errors, {"401": 1})
        self.assertEqual((world.two.convergence.api.state, world.two.convergence.api.problem), ("denied", "401 denied"))

    def test_a_standby_whose_credentials_are_denied_says_so_and_says_when_they_are_good_again(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        world.cloud.failure = lambda node, _verb: denied() if node == "lb2" else None
        world.run(61)
        self.assertEqual(world.two.convergence.api.state, "denied")
        world.cloud.failure = lambda _node, _verb: None
        world.run(31)
        self.assertEqual(world.two.convergence.api.state, "ok")

    def test_credentials_that_may_only_read_are_not_forgotten_by_a_standby(self) -> None:
        for answer in (denied("403"), denied("unauthorized")):
            with self.subTest(code=answer.code):
                world = failed_over(failure=lambda _node, verb, told=answer: told if verb == "claim" else None)
                world.run(5)
                world.two.becomes("BACKUP")
                world.run(120)
                self.assertEqual(world.two.convergence.api.state, "denied")
