"""The parts of the agent's decisions: role, budget, times, the peer's answers, the memory of the pair, the marker."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb.settings import Mover, SharedAddress
from ha_lb.vip import marker, pair
from ha_lb.vip.api import Api, worst_of
from ha_lb.vip.asking import PeerQuestions
from ha_lb.vip.budget import Budget, TokenBucket
from ha_lb.vip.model import DENIED, DONE, TRY_AGAIN, Outcome
from ha_lb.vip.peer import Answer, Peer, Standing, answer
from ha_lb.vip.role import Role, event
from ha_lb.vip.schedule import longest_interval, retry_delay
from node_settings import ON_CLOUD


class WhoIsMaster(unittest.TestCase):
    def test_the_marker_is_the_truth(self) -> None:
        role = Role(marker=True)
        self.assertTrue(role.is_master(0))
        role.seen(False)
        self.assertFalse(role.is_master(0))

    def test_an_event_counts_at_once_and_for_a_moment(self) -> None:
        role = Role(marker=False)
        role.told("MASTER", 10.0)
        self.assertEqual([role.is_master(now) for now in (10.0, 10.9, 11.1)], [True, True, False])
        role.seen(True)
        for state in ("BACKUP", "FAULT", "STOP"):
            role.told(state, 20.0)
            self.assertEqual([role.is_master(now) for now in (20.0, 20.9, 21.1)], [False, False, True])

    def test_lines_of_the_fifo(self) -> None:
        for line, expected in (
            ('INSTANCE "x" MASTER 200', "MASTER"),
            ('INSTANCE "x" STOP 200', "STOP"),
            ('INSTANCE "x" MASTER_RX_LOWER_PRI 200', "MASTER_RX_LOWER_PRI"),
            ('INSTANCE "x" NONSENSE 200', None),
            ('GROUP "x" MASTER 200', None),
            ('INSTANCE "x"', None),
            ("", None),
        ):
            self.assertEqual(event(line), expected)


class Budgeting(unittest.TestCase):
    def test_a_bucket_gives_its_burst_and_then_what_comes_in(self) -> None:
        bucket = TokenBucket(0.5, 2, 0.0)
        bucket.take(2, 0.0)
        self.assertEqual(bucket.when(1, 0.0), 2.0)
        self.assertEqual(bucket.when(1, 2.0), 2.0)
        bucket.take(3, 2.0)
        self.assertEqual(bucket.when(1, 2.0), 8.0)
        self.assertEqual(bucket.when(2, 100.0), 100.0)

    def test_a_clock_that_stands_still_or_goes_back_gives_nothing(self) -> None:
        bucket = TokenBucket(1, 1, 10.0)
        bucket.take(1, 10.0)
        self.assertEqual(bucket.when(1, 5.0), 6.0)

    def test_new_claims_of_one_address_are_slowed_down_and_those_of_another_are_not(self) -> None:
        budget = Budget(["one", "two"], 0.0)
        for _ in range(6):
            self.assertEqual(budget.when_to_claim("one", 0.0, again=False), 0.0)
            budget.claim("one", 0.0, again=False)
        self.assertAlmostEqual(budget.when_to_claim("one", 0.0, again=False), 10.0)
        self.assertEqual(budget.when_to_claim("two", 0.0, again=False), 0.0)

    def test_claiming_again_after_a_failure_is_no_flapping(self) -> None:
        budget = Budget(["one"], 0.0)
        for _ in range(20):
            budget.claim("one", 0.0, again=True)
        self.assertEqual(budget.when_to_claim("one", 0.0, again=False), 0.0)

    def test_the_last_calls_are_for_claims(self) -> None:
        budget = Budget(["one"], 0.0)
        for _ in range(101):
            budget.read(0.0)
        self.assertGreater(budget.when_to_read(0.0, for_a_claim=False), 0.0)
        self.assertEqual(budget.when_to_read(0.0, for_a_claim=True), 0.0)
        self.assertEqual(budget.when_to_claim("one", 0.0, again=False), 0.0)

    def test_an_agent_that_is_started_again_has_what_the_one_before_it_had_left(self) -> None:
        budget = Budget(["one"], 0.0, calls_left=0.0)
        self.assertAlmostEqual(budget.when_to_claim("one", 0.0, again=False), 6.0)
        self.assertEqual(Budget(["one"], 0.0, calls_left=10**6).calls_left(0.0), 120.0)

    def test_a_cloud_is_left_alone_for_as_long_as_it_says_within_reason(self) -> None:
        budget = Budget(["one"], 0.0)
        budget.leave_alone(12, 100.0)
        self.assertEqual(budget.when_to_read(100.0, for_a_claim=True), 112.0)
        self.assertEqual(budget.when_to_claim("one", 100.0, again=True), 112.0)
        self.assertEqual(budget.when_to_claim("one", 100.0, again=False), 100.0)
        budget.leave_alone(3600, 100.0)
        self.assertEqual(budget.when_to_read(100.0, for_a_claim=True), 115.0)


class Times(unittest.TestCase):
    def test_retries_get_slower_up_to_a_limit_and_are_spread(self) -> None:
        self.assertEqual(
            [round(retry_delay(n, False, 0.5), 1) for n in range(1, 8)], [0.3, 0.6, 1.2, 2.4, 4.8, 9.6, 10.0]
        )
        self.assertAlmostEqual(retry_delay(1, False, 0.0), 0.24)
        self.assertLessEqual(retry_delay(10**6, False, 0.999), 12.0)

    def test_the_denied_wait_longer(self) -> None:
        self.assertEqual([retry_delay(1, True, chance) for chance in (0.0, 1.0)], [1.0, 2.0])
        self.assertEqual([retry_delay(2, True, chance) for chance in (0.0, 1.0)], [10.0, 30.0])

    def test_a_master_looks_more_often_than_a_standby(self) -> None:
        self.assertEqual((longest_interval(True), longest_interval(False)), (30.0, 60.0))


class PeersAnswers(unittest.TestCase):
    def told(self, **changes: Any) -> Any:
        mover = {"api": {"state": "ok"}, "age": 3.0}
        return {"state": "BACKUP", "ready": True, "hold": None, "mover": mover, **changes}

    def test_what_an_answer_means(self) -> None:
        for status, reachable, standing in (
            (self.told(), True, "not master"),
            (self.told(state="FAULT", ready=False), True, "not master"),
            (self.told(state="STOPPED", ready=False), True, "not master"),
            (self.told(state="MASTER"), True, "master"),
            (self.told(state="MASTER", ready=False), True, "unready master"),
            (None, True, "reachable"),
            (None, False, "gone"),
        ):
            self.assertEqual(answer(0.0, status, reachable).standing, standing)

    def evidence(self, *standings: Standing, since: float = 0.0) -> str | None:
        peer = Peer("lb2")
        for number, standing in enumerate(standings):
            peer.add(Answer(float(number), standing, state="BACKUP"))
        return peer.evidence(since, float(len(standings)))

    def test_only_a_peer_that_cannot_be_meant_to_have_it_loses_it(self) -> None:
        self.assertIsNone(self.evidence())
        self.assertIsNone(self.evidence("master", "master", "master"))
        self.assertIsNone(self.evidence("reachable", "reachable", "reachable"))
        self.assertEqual(self.evidence("master", "not master"), "lb2 is BACKUP")
        self.assertIsNone(self.evidence("not master", "master"))

    def test_silence_counts_three_times_in_a_row(self) -> None:
        self.assertIsNone(self.evidence("gone", "gone"))
        self.assertEqual(self.evidence("gone", "gone", "gone"), "lb2 answers nowhere")
        self.assertIsNone(self.evidence("gone", "gone", "reachable", "gone"))
        self.assertEqual(
            self.evidence("master", "unready master", "unready master", "unready master"), "lb2 is MASTER but not ready"
        )

    def test_what_was_asked_before_it_had_the_address_does_not_count(self) -> None:
        self.assertIsNone(self.evidence("not master", since=0.5))
        self.assertIsNone(self.evidence("gone", "gone", "gone", since=0.5))

    def test_old_answers_do_not_count(self) -> None:
        peer = Peer("lb2")
        peer.add(Answer(0.0, "not master", state="BACKUP"))
        self.assertIsNotNone(peer.evidence(0.0, 11.0))
        self.assertIsNone(peer.evidence(0.0, 13.0))

    def could(self, **changes: Any) -> bool:
        peer = Peer("lb2")
        peer.add(answer(0.0, self.told(**changes), True))
        return peer.could_do_better(20.0, 1.0)

    def test_who_could_do_better(self) -> None:
        self.assertTrue(self.could())
        ok = {"state": "ok"}
        for changes in (
            {"state": "FAULT"},
            {"state": "MASTER"},
            {"ready": False},
            {"hold": [{"kind": "drain"}]},
            {"mover": None},
            {"mover": {"api": {"state": "failing"}, "age": 3.0}},
            {"mover": {"api": {"state": "denied"}, "age": 3.0}},
            {"mover": {"api": {"state": "unknown"}, "age": None}},
            {"mover": {"api": ok, "age": None}},
            # From before this node's own failures.
            {"mover": {"api": ok, "age": 25.0}},
        ):
            with self.subTest(changes=changes):
                self.assertFalse(self.could(**changes))


class CloudsAnswers(unittest.TestCase):
    def test_the_worst_counts(self) -> None:
        done, failing, denied = Outcome(DONE), Outcome(TRY_AGAIN, code="503"), Outcome(DENIED, code="401")
        self.assertEqual(worst_of([]), ("unknown", None))
        self.assertEqual(worst_of([done]), ("ok", None))
        self.assertEqual(worst_of([done, failing]), ("failing", failing))
        self.assertEqual(worst_of([failing, denied, done]), ("denied", denied))

    def test_since_when_is_since_the_last_change(self) -> None:
        api = Api(0, {}, 1.0)
        self.assertTrue(api.judge([Outcome(TRY_AGAIN, code="503", message="m")], 5.0))
        self.assertFalse(api.judge([Outcome(TRY_AGAIN, code="timeout", message="n")], 9.0))
        self.assertEqual((api.since, api.problem), (5.0, "timeout n"))
        self.assertTrue(api.judge([Outcome(DONE)], 11.0))
        self.assertEqual((api.since, api.problem), (11.0, ""))


class PairMemory(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        patch = mock.patch.object(pair, "FILE", Path(directory.name) / "pair")
        patch.start()
        self.addCleanup(patch.stop)

    def test_a_pair_is_new_until_it_is_remembered(self) -> None:
        self.assertFalse(pair.is_remembered(ON_CLOUD))
        pair.remember(ON_CLOUD)
        self.assertTrue(pair.is_remembered(ON_CLOUD))

    def test_both_nodes_are_the_same_pair_and_another_machine_or_address_is_another(self) -> None:
        def of(node: str, peer: str, *ids: str) -> str:
            shared = tuple(SharedAddress(f"a{number}", "203.0.113.1", text) for number, text in enumerate(ids))
            mover = Mover(node, peer, {}, "198.51.100.1", ())
            return pair.pair_id(dataclasses.replace(ON_CLOUD, mover=mover, addresses=shared))

        self.assertEqual(of("1", "2", "a", "b"), of("2", "1", "b", "a"))
        self.assertEqual(len({of("1", "2", "a"), of("1", "3", "a"), of("1", "2", "b"), of("1", "2", "a", "b")}), 4)


class Marker(unittest.TestCase):
    def test_the_kernel_tells_which_addresses_are_here(self) -> None:
        self.assertTrue(marker.is_here("127.0.0.1/32"))
        self.assertFalse(marker.is_here("169.254.255.51/32"))
        self.assertFalse(marker.is_here("fd68:616c:6221::1/128"))


class AskingThePeer(unittest.TestCase):
    def asked(self, told: Any, *, connects: bool = True) -> Standing:
        answered = threading.Event()
        questions = PeerQuestions(ON_CLOUD, answered.set)
        refused = None if connects else ConnectionRefusedError
        with (
            mock.patch("ha_lb.status.of_peer", return_value=told),
            mock.patch("socket.create_connection", side_effect=refused) as connected,
            contextlib.redirect_stdout(io.StringIO()),
        ):
            questions.ask()
            self.assertTrue(answered.wait(5))
        for call in connected.call_args_list:
            self.assertEqual(call.args[0], ("198.51.100.32", 80))
        [found] = questions.answers()
        return found.standing

    def test_a_silent_peer_is_asked_in_public_as_well(self) -> None:
        self.assertEqual(self.asked(None), "reachable")
        self.assertEqual(self.asked(None, connects=False), "gone")

    def test_one_that_tells_its_state_is_not(self) -> None:
        self.assertEqual(self.asked({"state": "MASTER", "ready": True}, connects=False), "master")

    def test_one_that_tells_nonsense_is_there_and_may_be_asked_again(self) -> None:
        self.assertEqual(self.asked({"state": "MASTER", "ready": True, "mover": 7}, connects=False), "reachable")
