"""How movers are run: what they are told, how long they may take, and that nothing of them is left."""

from __future__ import annotations

import dataclasses
import os
import tempfile
import time
import unittest
from pathlib import Path

from ha_lb.settings import SharedAddress
from ha_lb.vip import movers
from ha_lb.vip.model import DENIED, DONE, TRY_AGAIN, Call, Outcome, Verb
from ha_lb.vip.movers import Movers
from node_settings import ON_CLOUD

SECRET = "s3cr3t-t0ken"


class MoverTest(unittest.TestCase):
    local: str | None = None

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.bundle = Path(directory.name)
        (self.bundle / "bin").mkdir()
        (self.bundle / "secrets").mkdir()
        (self.bundle / "secrets/token").write_text(SECRET)
        assert ON_CLOUD.mover
        mover = dataclasses.replace(ON_CLOUD.mover, env={"REGION": "fsn1", "PATH": "/nowhere"})
        self.movers = Movers(mover, self.bundle)
        self.addCleanup(self.movers.abandon_all)

    def script(self, text: str) -> None:
        path = self.bundle / "bin/mover"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def call(self, verb: Verb = "owner") -> Call:
        return Call(verb, SharedAddress("main", "203.0.113.100", "4711", self.local), "a test", 0.0)

    def outcome(self, text: str, verb: Verb = "owner") -> Outcome:
        self.script(text)
        call = self.call(verb)
        self.assertIsNone(self.movers.start(call, time.monotonic()))
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for ended, outcome in self.movers.ended(time.monotonic()):
                self.assertEqual(ended, call)
                return outcome
            time.sleep(0.01)
        raise AssertionError("it did not end")


class Outcomes(MoverTest):
    def test_what_owner_prints_is_the_holder(self) -> None:
        self.assertEqual(self.outcome("echo 1002"), Outcome(DONE, holder="1002"))
        self.assertEqual(self.outcome(":"), Outcome(DONE))

    def test_it_is_told_everything_by_its_arguments_and_its_environment(self) -> None:
        expected = (
            "owner 203.0.113.100 1001 1002 4711 203.0.113.100 "
            f"{self.bundle}/secrets /run/ha-lb-vip fsn1 C /usr/sbin:/usr/bin:/sbin:/bin"
        )
        names = ("NODE_ID", "PEER_ID", "ADDRESS_ID", "LOCAL_ADDRESS", "SECRETS", "RUN")
        told = self.outcome(f'echo "$@" {" ".join(f"$HA_LB_{name}" for name in names)} $REGION $LC_ALL $PATH')
        self.assertEqual(told.holder, expected)

    def test_it_is_told_what_the_cloud_translates_the_address_to(self) -> None:
        self.local = "10.77.1.21"
        self.assertEqual(self.outcome("echo $HA_LB_LOCAL_ADDRESS").holder, "10.77.1.21")

    def test_nothing_else_of_the_agents_environment_reaches_it(self) -> None:
        os.environ["HA_LB_TEST_ONLY"] = "1"
        self.addCleanup(os.environ.pop, "HA_LB_TEST_ONLY")
        self.assertEqual(self.outcome("echo ${HA_LB_TEST_ONLY-unset}").holder, "unset")

    def test_its_exit_status_and_last_line_say_how_it_failed(self) -> None:
        for status, expected in ((75, TRY_AGAIN), (77, DENIED), (1, TRY_AGAIN), (127, TRY_AGAIN)):
            with self.subTest(status=status):
                outcome = self.outcome(f"echo noise >&2; echo '503 out of order' >&2; exit {status}")
                self.assertEqual(outcome, Outcome(expected, code="503", message="out of order"))

    def test_how_long_to_wait_is_part_of_the_message(self) -> None:
        outcome = self.outcome("echo '429 retry-after=12 slow down' >&2; exit 75")
        self.assertEqual((outcome.code, outcome.retry_after), ("429", 12.0))

    def test_a_failure_without_a_code_is_unknown(self) -> None:
        self.assertEqual(self.outcome("exit 3"), Outcome(TRY_AGAIN, code="unknown", message="exit status 3"))
        self.assertEqual(self.outcome("kill -9 $$").message, "ended by signal 9")
        self.assertEqual(self.outcome("echo '<html> oops' >&2; exit 75").code, "unknown")

    def test_secrets_and_control_characters_do_not_pass(self) -> None:
        outcome = self.outcome(f"printf '401 not {SECRET}\\033[31m red\\n' >&2; exit 77")
        self.assertEqual(outcome.message, "not [secret] [31m red")

    def test_much_output_is_cut(self) -> None:
        outcome = self.outcome(
            "yes x | head -c 100000 >&2; echo; echo \"503 $(yes y | head -c 5000 | tr -d '\\n')\" >&2; exit 75"
        )
        self.assertEqual((outcome.code, len(outcome.message)), ("503", movers.LONGEST_MESSAGE))

    def test_one_that_cannot_be_started_fails_at_once(self) -> None:
        for problem in ("missing", "not executable"):
            with self.subTest(problem=problem):
                outcome = self.movers.start(self.call(), 0.0)
                self.assertEqual(outcome and (outcome.status, outcome.code), (TRY_AGAIN, "mover"))
                (self.bundle / "bin/mover").write_text("#!/bin/sh\n")
                (self.bundle / "bin/mover").chmod(0o644)


class Ends(MoverTest):
    def started(self, verb: Verb = "claim") -> int:
        """A mover with a child of its own, which it waits for; the number of that child."""
        note = self.bundle / "child"
        self.script(f"sleep 60 & echo $! >{note}.new; mv {note}.new {note}; wait")
        self.movers.start(self.call(verb), time.monotonic())
        while not note.exists():
            time.sleep(0.01)
        return int(note.read_text())

    def assert_gone(self, process: int) -> None:
        """Its parent is gone, so whoever is the first process here has to bury it; until then it is a zombie."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
            except FileNotFoundError:
                return
            if state == "Z":
                return
            time.sleep(0.01)
        self.fail(f"process {process} is still there")

    def test_an_abandoned_one_is_gone_with_all_its_children(self) -> None:
        child = self.started()
        self.movers.abandon(self.call("claim"))
        self.assert_gone(child)
        self.assertEqual(self.movers.ended(time.monotonic()), [])
        self.assertIsNone(self.movers.next_deadline())

    def test_one_that_hangs_is_ended_after_its_time(self) -> None:
        child = self.started()
        self.assertEqual(self.movers.ended(time.monotonic()), [])
        deadline = self.movers.next_deadline()
        assert deadline
        [(call, outcome)] = self.movers.ended(deadline)
        self.assertEqual((call.verb, outcome.status, outcome.code), ("claim", TRY_AGAIN, "timeout"))
        self.assert_gone(child)

    def test_a_child_that_outlives_its_mover_is_ended_with_it(self) -> None:
        note = self.bundle / "child"
        self.outcome(f"sleep 60 & echo $! >{note}")
        self.assert_gone(int(note.read_text()))

    def test_only_the_abandoned_call_ends(self) -> None:
        self.started()
        self.movers.abandon(self.call("owner"))
        self.assertIsNotNone(self.movers.next_deadline())
