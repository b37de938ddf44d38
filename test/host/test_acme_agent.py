"""The agent of certificates on a node where something else is wrong: it goes on, and forgets no order."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from test_acme_store import made

from ha_lb import runtime
from ha_lb.acme import agent, client, store
from ha_lb.acme.agent import Agent
from ha_lb.acme.decisions import Failure
from ha_lb.acme.wanted import Acme, Wanted
from node_settings import SETTINGS

NAMES = ("one", "two")
WANTED = [Wanted(name, (f"{name}.test",), "ec-256", "https://authority.test/dir") for name in NAMES]
FULL = OSError("No space left on device")


class AgentCase(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        places: Any = {name: self.root / name.lower() for name in ("CERTIFICATES", "TEMPORARY", "SERVED", "WORK")}
        patch = mock.patch.multiple(store, ROOT=self.root, NOTES=self.root / "notes", **places)
        patch.start()
        self.addCleanup(patch.stop)
        store.make_folders()
        acme = Acme(8407, tuple(WANTED))
        self.agent = Agent(dataclasses.replace(SETTINGS, acme=acme))
        silence = contextlib.redirect_stdout(io.StringIO())
        self.said = silence.__enter__()
        self.addCleanup(silence.__exit__, None, None, None)


class Troubles(AgentCase):
    def test_a_turn_that_fails_is_told_once_and_is_not_the_end(self) -> None:
        with mock.patch.object(self.agent, "_turn", side_effect=FULL):
            self.agent._turn_or_tell()
            self.agent._turn_or_tell()
        self.assertEqual(self.said.getvalue(), "this turn came to no end: No space left on device\n")

    def test_nothing_is_ordered_that_could_not_be_noted(self) -> None:
        with mock.patch.object(store, "note", side_effect=FULL), mock.patch.object(agent, "Order") as order:
            self.agent._get_on_with_orders()
            self.agent._get_on_with_orders()
            self.agent._get_on_with_orders()
        order.assert_not_called()
        self.assertEqual(self.said.getvalue().count("ordering certificate"), len(NAMES))

    def test_what_is_issued_and_cannot_be_kept_is_not_ordered_again_at_once(self) -> None:
        order = mock.Mock(wanted=WANTED[0])
        order.outcome.return_value = made("one.test")
        with mock.patch.object(store, "keep", side_effect=FULL):
            self.agent._finish(order)
        self.assertGreater(self.agent._attempts["one"].next, time.time() + 60)
        self.assertIn("what was issued cannot be kept: No space left", self.said.getvalue())

    def test_an_haproxy_that_hangs_is_asked_once_a_turn(self) -> None:
        for one in WANTED:
            store.serve(one)
        with mock.patch.object(runtime, "shown_certificate", side_effect=OSError("timed out")) as asked:
            self.agent._show()
        self.assertEqual(asked.call_count, 1)


class TooLongForTheRuntimeApi(AgentCase):
    def test_is_read_from_its_file_by_a_reload_once(self) -> None:
        store.serve(WANTED[0])
        self.agent._acme = dataclasses.replace(self.agent._acme, certificates=(WANTED[0],))
        done = subprocess.CompletedProcess((), 0, "", "")
        with (
            mock.patch.object(runtime, "shown_certificate", return_value="another"),
            mock.patch.object(runtime, "replace_certificate", side_effect=runtime.Refused("too long")),
            mock.patch.object(agent, "run", return_value=done) as run,
        ):
            self.agent._show()
            self.assertEqual(self.agent._refusals, {})
            self.agent._show()
        run.assert_called_once_with("systemctl", "reload", "haproxy")
        self.assertEqual(self.agent._refusals, {"one": "too long"})


class AnOrder(AgentCase):
    def setUp(self) -> None:
        super().setUp()
        self.bundle = self.root / "bundle"
        (self.bundle / "acme").mkdir(parents=True)
        (self.bundle / "acme/account.pem").write_text("secret")
        (self.bundle / "lib/ha_lb/acme").mkdir(parents=True)
        self.script = self.bundle / "lib/ha_lb/acme/order.sh"

    def outcome(self) -> client.Outcome:
        order = client.Order(WANTED[0], self.bundle)
        deadline = time.monotonic() + 10
        while (outcome := order.outcome()) is None:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        return outcome

    def test_runs_the_program_of_the_bundle_in_use_and_leaves_no_secret(self) -> None:
        self.script.write_text('echo "BEGIN CERTIFICATE" >"$1/chain.pem"\n')
        outcome = self.outcome()
        self.assertIsInstance(outcome, str)
        self.assertRegex(str(outcome), "^BEGIN CERTIFICATE\n-+BEGIN PRIVATE KEY")
        self.assertFalse((self.root / "work").exists())

    def test_that_fails_leaves_none_either(self) -> None:
        self.script.write_text("echo no; exit 1\n")
        self.assertIsInstance(self.outcome(), Failure)
        self.assertFalse((self.root / "work").exists())
