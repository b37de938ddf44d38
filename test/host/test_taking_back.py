"""When an address that is elsewhere is claimed, and when it is left there."""

from __future__ import annotations

import dataclasses
import unittest

from cloud_simulation import World
from ha_lb.settings import SharedAddress
from ha_lb.vip.actions import Remember, Start
from ha_lb.vip.convergence import Before, Convergence
from ha_lb.vip.model import DENIED, DONE, Call, Clock, Outcome
from node_settings import ON_CLOUD

LOWER = "MASTER_RX_LOWER_PRI"


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
