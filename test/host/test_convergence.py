"""Where the address ends, whatever happens on the way: two agents and a cloud on a fast clock."""

from __future__ import annotations

import dataclasses
import unittest

from cloud_simulation import World, denied, failing
from ha_lb.settings import SharedAddress
from ha_lb.vip.actions import Remember, Start
from ha_lb.vip.budget import CALLS_BURST
from ha_lb.vip.convergence import Before, Convergence
from ha_lb.vip.model import DENIED, DONE, TRY_AGAIN, Call, Clock, Outcome
from node_settings import ON_CLOUD

LOWER = "MASTER_RX_LOWER_PRI"


def failed_over(**settings: object) -> World:
    """lb1 had the address and is gone; lb2 has just been told that it is MASTER."""
    world = World(masters=("lb1",))
    world.run(60)
    for name, value in settings.items():
        setattr(world.cloud, name, value)
    world.one.alive = False
    world.two.becomes("MASTER")
    return world


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

    def test_a_denied_claim_is_made_again_slowly(self) -> None:
        world = failed_over(failure=lambda _node, _verb: denied())
        world.run(61)
        self.assertIn(world.cloud.claims("lb2"), range(3, 7))
        world.cloud.failure = lambda _node, _verb: None
        world.run(31)
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


class TakingBack(unittest.TestCase):
    def stolen(self) -> World:
        """lb2 has taken the address for a moment, and lb1 has been MASTER all the time."""
        world = World(masters=("lb1",))
        world.run(300)
        world.two.becomes("MASTER")
        world.run(3)
        self.assertEqual(world.cloud.holder, "1002")
        return world

    def test_adverts_of_lower_priority_are_enough(self) -> None:
        world = self.stolen()
        world.one.hears(LOWER)
        world.run(1)
        self.assertEqual((world.cloud.holder, world.two.state), ("1001", "MASTER"))

    def test_without_that_event_the_peer_itself_says_that_it_stepped_down(self) -> None:
        world = self.stolen()
        world.two.becomes("BACKUP")
        world.run(33)
        self.assertEqual(world.cloud.holder, "1001")
        self.assertEqual(world.cloud.claims("lb1"), 1)

    def test_the_peer_may_step_down_before_its_move_is_done(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        world.cloud.move_seconds = 3.0
        world.two.becomes("MASTER")
        world.one.hears(LOWER)
        world.run(0.5)
        world.two.becomes("BACKUP")
        world.run(20)
        self.assertEqual(world.cloud.holder, "1001")

    def test_in_a_partition_the_last_taker_keeps_it(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        world.peers_talk = False
        world.two.becomes("MASTER")
        world.run(3600)
        self.assertEqual([node for _, node in world.cloud.moves], ["lb2"])
        world.peers_talk = True
        world.two.becomes("BACKUP")
        world.run(10)
        self.assertEqual([node for _, node in world.cloud.moves], ["lb2", "lb1"])

    def test_with_both_master_and_adverts_heard_on_one_side_each_takes_it_twice_at_most(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        world.two.becomes("MASTER")
        for _ in range(600):
            world.one.hears(LOWER)
            world.run(1)
        self.assertEqual([node for _, node in world.cloud.moves], ["lb2", "lb1", "lb2", "lb1"])

    def test_both_claiming_at_once_ends_with_one_of_them(self) -> None:
        world = World(holder="")
        world.run(10)
        world.peers_talk = False
        world.one.becomes("MASTER")
        world.two.becomes("MASTER")
        world.run(20)
        moves = len(world.cloud.moves)
        self.assertLess(moves, 5)
        world.run(600)
        self.assertEqual(len(world.cloud.moves), moves)

    def test_a_holder_that_is_gone_loses_it(self) -> None:
        world = self.stolen()
        world.two.alive = False
        world.run(40)
        self.assertEqual(world.cloud.holder, "1001")

    def test_a_holder_that_stays_unready_loses_it(self) -> None:
        world = self.stolen()
        world.run(40)
        self.assertEqual(world.cloud.holder, "1002")
        world.two.ready = False
        world.run(10)
        self.assertEqual(world.cloud.holder, "1001")

    def test_an_address_that_nobody_has_is_claimed(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        world.cloud.holder = ""
        world.run(32)
        self.assertEqual(world.cloud.holder, "1001")

    def test_one_stale_read_does_not_make_it_claim(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        world.cloud.stale = [""]
        world.run(60)
        self.assertEqual(world.cloud.claims("lb1"), 0)


class Replaced(unittest.TestCase):
    def test_a_known_pair_never_claims_from_another_pair(self) -> None:
        world = World(masters=("lb1",))
        world.run(300)
        world.cloud.holder = "9999"
        world.run(120)
        world.one.becomes("FAULT")
        world.two.becomes("MASTER")
        world.run(300)
        self.assertEqual((world.cloud.holder, world.cloud.claims("lb1") + world.cloud.claims("lb2")), ("9999", 0))
        self.assertTrue(world.two.convergence.superseded)
        self.assertEqual(world.two.stepped_down, [])

    def test_a_new_pair_claims_from_the_old_one(self) -> None:
        world = World(remembered=False, holder="9999")
        world.run(10)
        world.one.becomes("MASTER")
        world.run(3)
        self.assertEqual(world.cloud.holder, "1001")
        self.assertTrue(world.one.remembered)
        world.run(60)
        self.assertTrue(world.two.remembered)

    def test_the_first_claim_of_a_new_pair_goes_at_once(self) -> None:
        world = World(remembered=False, holder="")
        world.one.restarted(verified=False)
        world.cloud.calls.clear()
        world.one.becomes("MASTER")
        self.assertEqual([verb for _, _, verb in world.cloud.calls], ["claim"])


class SeveralAddresses(unittest.TestCase):
    """The agent of one node, by hand."""

    def agent(self, *, remembered: bool, master: bool, verified: frozenset[str] = frozenset()) -> Convergence:
        settings = dataclasses.replace(
            ON_CLOUD, addresses=(SharedAddress("main", "203.0.113.100", "1"), SharedAddress("six", "2001:db8::1", "2"))
        )
        before = Before(remembered, master, verified)
        return Convergence(settings, before, Clock(0.0, 0.0), lambda: 0.5, lambda _: None)

    def started(self, agent: Convergence, now: float) -> list[Call]:
        return [action.call for action in agent.actions(Clock(now, now)) if isinstance(action, Start)]

    def test_all_are_claimed_at_once(self) -> None:
        agent = self.agent(remembered=False, master=False)
        self.started(agent, 0.0)
        agent.heard("MASTER", Clock(1.0, 1.0))
        calls = self.started(agent, 1.0)
        self.assertEqual([(call.verb, call.address.name) for call in calls], [("claim", "main"), ("claim", "six")])

    def test_one_that_fails_does_not_keep_the_other_from_being_claimed(self) -> None:
        agent = self.agent(remembered=True, master=False)
        for call in self.started(agent, 0.0):
            agent.ended(call, Outcome(DONE, "1002"), Clock(0.1, 0.1))
        agent.heard("MASTER", Clock(1.0, 1.0))
        one, two = self.started(agent, 1.0)
        agent.ended(one, Outcome(DENIED, code="404"), Clock(1.1, 1.1))
        agent.ended(two, Outcome(DONE), Clock(1.1, 1.1))
        [read] = self.started(agent, 1.1)
        agent.ended(read, Outcome(DONE, "1001"), Clock(1.2, 1.2))
        self.assertEqual([address.period.verified for address in agent.addresses], [False, True])
        self.assertEqual(agent.api.state, "denied")

    def test_an_address_that_is_added_is_claimed_from_whoever_had_it(self) -> None:
        agent = self.agent(remembered=False, master=True, verified=frozenset(["main"]))
        main, six = self.started(agent, 0.0)
        agent.ended(main, Outcome(DONE, "1001"), Clock(0.1, 0.1))
        self.assertFalse(agent.remembered)
        agent.ended(six, Outcome(DONE, "9999"), Clock(0.1, 0.1))
        [claim] = self.started(agent, 0.2)
        self.assertEqual((claim.verb, claim.address.name), ("claim", "six"))

    def test_a_pair_is_remembered_once_it_has_had_all(self) -> None:
        agent = self.agent(remembered=False, master=True)
        main, six = self.started(agent, 0.0)
        agent.ended(main, Outcome(DONE, "1001"), Clock(0.1, 0.1))
        self.assertNotIn(Remember(), agent.actions(Clock(0.1, 0.1)))
        agent.ended(six, Outcome(DONE, "1002"), Clock(0.1, 0.1))
        self.assertIn(Remember(), agent.actions(Clock(0.1, 0.1)))


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
        world = failed_over(failure=lambda _node, verb: denied("403") if verb == "claim" else None)
        world.run(5)
        world.two.becomes("BACKUP")
        world.run(120)
        self.assertEqual(world.two.convergence.api.state, "denied")
