"""Where the address ends when a node takes over, whatever happens then: two agents and a cloud on a fast clock."""

from __future__ import annotations

import unittest

from cloud_simulation import World, denied, failed_over, failing
from ha_lb.vip.model import TRY_AGAIN, Outcome


class Failover(unittest.TestCase):
    def test_the_claim_is_the_first_call_and_goes_at_once(self) -> None:
        world = failed_over()
        self.assertEqual(world.cloud.calls[-1], (world.now, "lb2", "claim"))

    def test_one_claim_is_enough_and_is_verified(self) -> None:
        world = failed_over(move_seconds=1.0)
        world.run(2)
        self.assertEqual((world.cloud.holder, world.cloud.claims("lb2")), ("1002", 1))
        self.assertTrue(world.two.address.period.verified)
        self.assertAlmostEqual(world.two.address.move_seconds, 1.11, delta=0.01)

    def test_a_missed_event_is_made_up_for_within_a_second(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        world.one.alive = False
        world.two.becomes("MASTER", told=False)
        world.run(1.5)
        self.assertEqual(world.cloud.holder, "1002")

    def test_a_missed_end_of_being_master_is_noticed_too(self) -> None:
        world = failed_over(failure=lambda _node, _verb: failing())
        world.run(5)
        world.two.becomes("BACKUP", told=False)
        world.run(1.5)
        claims = world.cloud.claims("lb2")
        world.run(60)
        self.assertEqual(world.cloud.claims("lb2"), claims)

    def test_a_failed_claim_is_made_again_until_it_works(self) -> None:
        for code in ("503", "timeout", "reset", "423", "429", "dns", "tls", "refused", "malformed", "action-failed"):
            with self.subTest(code=code):
                world = failed_over(failure=lambda _node, _verb, code=code: failing(code))
                world.run(30)
                self.assertEqual(world.cloud.holder, "1001")
                world.cloud.failure = lambda _node, _verb: None
                world.run(14)
                self.assertTrue(world.two.address.period.verified)
                self.assertEqual(world.cloud.holder, "1002")

    def test_the_latest_failure_is_told_and_not_an_earlier_one_of_another_kind_of_call(self) -> None:
        world = World(masters=("lb1",))
        world.cloud.failure = lambda node, _verb: failing("expired") if node == "lb2" else None
        world.run(130)
        world.cloud.failure = lambda node, _verb: failing("imds") if node == "lb2" else None
        world.one.alive = False
        world.two.becomes("MASTER")
        world.run(20)
        self.assertGreater(world.cloud.claims("lb2"), 1)
        self.assertEqual(world.two.convergence.api.problem, "imds out of order")

    def test_a_denied_claim_is_made_again_slowly(self) -> None:
        world = failed_over(failure=lambda _node, _verb: denied())
        world.run(61)
        self.assertIn(world.cloud.claims("lb2"), range(4, 9))
        world.cloud.failure = lambda _node, _verb: None
        world.run(31)
        self.assertEqual(world.cloud.holder, "1002")

    def test_one_denial_alone_costs_seconds(self) -> None:
        world = failed_over(failure=lambda _node, _verb: denied())
        world.cloud.failure = lambda _node, _verb: None
        world.run(2.5)
        self.assertEqual(world.cloud.holder, "1002")

    def test_a_failure_that_may_have_worked_is_looked_at_before_claiming_again(self) -> None:
        world = failed_over(failure=lambda _node, verb: failing("lost") if verb == "claim" else None)
        world.run(5)
        self.assertEqual(world.cloud.claims("lb2"), 1)
        self.assertTrue(world.two.address.period.verified)

    def test_a_claim_that_needs_no_reading_is_made_although_reading_is_denied(self) -> None:
        world = failed_over(failure=lambda _node, verb: denied("403") if verb == "owner" else failing("409"))
        world.run(30)
        self.assertGreater(world.cloud.claims("lb2"), 2)

    def test_a_stale_read_is_read_again_before_claiming_again(self) -> None:
        world = failed_over(stale=["1001", "1001"])
        world.run(5)
        self.assertEqual(world.cloud.claims("lb2"), 1)
        self.assertTrue(world.two.address.period.verified)

    def test_a_claim_that_was_called_done_but_did_nothing_is_made_again(self) -> None:
        world = failed_over(stale=["1001"] * 4)
        world.run(8)
        self.assertEqual(world.cloud.claims("lb2"), 2)
        self.assertTrue(world.two.address.period.verified)

    def test_a_cloud_that_asks_to_be_left_alone_is(self) -> None:
        limited = Outcome(TRY_AGAIN, code="429", message="retry-after=12", retry_after=12)
        world = failed_over(failure=lambda _node, _verb: limited)
        world.run(11)
        self.assertEqual([verb for _, node, verb in world.cloud.calls if node == "lb2"][-1:], ["claim"])
        self.assertEqual(world.cloud.claims("lb2"), 1)
        world.run(2)
        self.assertEqual(world.cloud.claims("lb2"), 2)


class RoleChanges(unittest.TestCase):
    def test_a_claim_is_abandoned_the_moment_the_node_is_no_longer_master(self) -> None:
        world = failed_over(move_seconds=5.0)
        world.run(1)
        world.two.becomes("BACKUP")
        self.assertEqual(world.two.running, {})
        world.run(30)
        self.assertEqual(world.cloud.claims("lb2"), 1)

    def test_a_waiting_claim_does_not_fire_late(self) -> None:
        world = failed_over(failure=lambda _node, _verb: failing("refused"))
        world.run(10)
        world.two.becomes("FAULT")
        claims = world.cloud.claims("lb2")
        world.cloud.failure = lambda _node, _verb: None
        world.run(120)
        self.assertEqual((world.cloud.claims("lb2"), world.cloud.holder), (claims, "1001"))

    def test_master_backup_master_in_quick_succession_ends_with_the_address_here(self) -> None:
        for pause in (0.0, 0.01, 0.1, 1.0):
            with self.subTest(pause=pause):
                world = failed_over(move_seconds=0.5)
                for state in ("BACKUP", "MASTER", "BACKUP", "MASTER"):
                    world.run(pause)
                    world.two.becomes(state)
                world.run(5)
                self.assertEqual(world.cloud.holder, "1002")
                self.assertTrue(world.two.address.period.verified)

    def test_the_last_of_several_events_counts(self) -> None:
        world = failed_over(move_seconds=0.5)
        for state in ("BACKUP", "MASTER", "BACKUP"):
            world.two.becomes(state)
        world.run(60)
        self.assertFalse(world.two.convergence.master)
        self.assertEqual(world.two.running, {})

    def test_a_move_that_the_peer_had_ordered_and_that_comes_late_is_undone(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        world.cloud.move_seconds = 4.0
        world.two.becomes("MASTER")
        world.run(0.5)
        world.two.becomes("BACKUP")
        world.run(40)
        self.assertEqual(world.cloud.holder, "1001")

    def test_twenty_failovers_in_a_row_each_end_well(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        for number in range(20):
            active, standby = (world.one, world.two) if number % 2 == 0 else (world.two, world.one)
            active.becomes("FAULT")
            standby.becomes("MASTER")
            world.run(5)
            active.becomes("BACKUP")
            world.run(25)
            self.assertTrue(standby.address.period.verified, number)

    def test_failovers_in_quick_succession_are_no_quicker_than_the_budget_and_no_slower(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        for number in range(40):
            active, standby = (world.one, world.two) if number % 2 == 0 else (world.two, world.one)
            active.becomes("FAULT")
            standby.becomes("MASTER")
            world.run(2)
            active.becomes("BACKUP")
            world.run(4)
            self.assertTrue(standby.address.period.verified, number)

    def test_flapping_is_slowed_down(self) -> None:
        world = failed_over()
        for _ in range(60):
            world.two.becomes("BACKUP")
            world.run(0.5)
            world.two.becomes("MASTER")
            world.run(0.5)
        self.assertLess(world.cloud.claims("lb2"), 6 + 60 / 10 + 2)
        world.run(20)
        self.assertTrue(world.two.address.period.verified)


class AgentThatComesLate(unittest.TestCase):
    def test_it_compares_before_it_claims_what_is_here(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        self.assertEqual(world.cloud.claims("lb1"), 0)
        self.assertTrue(world.one.address.period.verified)
        self.assertIsNone(world.one.address.move_seconds)

    def test_one_that_was_dead_during_the_failover_claims(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        world.one.alive = world.two.alive = False
        world.two.becomes("MASTER", told=False)
        world.run(10)
        world.two.alive = True
        world.two.restarted(verified=False)
        world.run(2)
        self.assertEqual(world.cloud.holder, "1002")

    def test_one_that_is_killed_in_the_middle_of_a_claim_makes_it_again(self) -> None:
        world = failed_over(failure=lambda _node, _verb: failing("refused"))
        world.two.restarted(verified=False)
        world.cloud.failure = lambda _node, _verb: None
        world.run(2)
        self.assertEqual(world.cloud.holder, "1002")
        self.assertTrue(world.two.address.period.verified)

    def test_one_that_starts_again_in_a_partition_does_not_take_the_address_back(self) -> None:
        world = World(masters=("lb1",))
        world.run(60)
        world.peers_talk = False
        world.two.becomes("MASTER")
        world.run(60)
        world.one.restarted(verified=True)
        world.run(120)
        self.assertEqual((world.cloud.holder, world.cloud.claims("lb1")), ("1002", 0))

    def test_of_a_known_pair_it_asks_where_the_address_is_before_the_first_claim(self) -> None:
        world = World(holder="9999")
        world.two.restarted(verified=False)
        world.two.becomes("MASTER")
        world.run(60)
        self.assertEqual((world.cloud.claims("lb2"), world.cloud.holder), (0, "9999"))
