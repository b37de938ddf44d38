"""The agent as it runs: a real FIFO, a real mover, real files; only the marker and the peer are a test's."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb import holds
from ha_lb.vip import agent, asking, marker, movers, pair, report
from ha_lb.vip.actions import StepDown
from ha_lb.vip.agent import Agent
from node_settings import ON_CLOUD

# A cloud in a directory: who holds the address, and a line for each call.
MOVER = """#!/bin/sh
cloud=$(dirname "$0")/../cloud
echo "$1" >>"$cloud/calls"
if [ -e "$cloud/failure" ]; then
  cat "$cloud/failure" >&2
  exit 75
fi
if [ "$1" = owner ]; then
  cat "$cloud/holder"
else
  echo "$HA_LB_NODE_ID" >"$cloud/holder"
fi
"""


class AgentTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        for name in ("bin", "secrets", "cloud", "run"):
            (self.root / name).mkdir()
        (self.root / "bin/mover").write_text(MOVER)
        (self.root / "bin/mover").chmod(0o755)
        self.cloud = self.root / "cloud"
        (self.cloud / "holder").write_text("1002\n")
        self.marker = False
        self.log = io.StringIO()
        run = self.root / "run"
        for patch in (
            mock.patch.object(agent, "FIFO", run / "vip.fifo"),
            mock.patch.object(report, "FILE", run / "vip.json"),
            mock.patch.object(pair, "FILE", self.root / "pair"),
            mock.patch.object(holds, "FILE", run / "hold"),
            mock.patch.object(holds, "NOTE", run / "hold.json"),
            mock.patch.object(marker, "is_here", lambda _: self.marker),
            mock.patch.object(asking.PeerQuestions, "ask", lambda _: None),
            mock.patch.object(agent, "Movers", lambda mover: movers.Movers(mover, self.root)),
            contextlib.redirect_stdout(self.log),
        ):
            patch.__enter__()
            self.addCleanup(patch.__exit__, None, None, None)

    def started(self) -> Agent:
        started = Agent(ON_CLOUD)
        self.addCleanup(started._movers.abandon_all)
        return started

    def runs_until(self, running: Agent, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 10
        while not condition():
            self.assertLess(time.monotonic(), deadline, self.log.getvalue())
            running._turn()
            time.sleep(0.005)

    def told(self) -> Any:
        return json.loads((self.root / "run/vip.json").read_text())

    def owner(self) -> str:
        return str(self.told()["addresses"]["main"]["owner"])

    def calls(self) -> list[str]:
        path = self.cloud / "calls"
        return path.read_text().split() if path.exists() else []

    def keepalived_says(self, *states: str, told: bool = True) -> None:
        self.marker = states[-1] == "MASTER"
        if told:
            with (self.root / "run/vip.fifo").open("w") as fifo:
                fifo.write("".join(f'INSTANCE "ha-load-balancer" {state} 200\n' for state in states))


class Running(AgentTest):
    def test_a_standby_reads_and_remembers_its_pair(self) -> None:
        running = self.started()
        self.runs_until(running, lambda: (self.root / "run/vip.json").exists() and self.owner() == "peer")
        self.assertEqual(self.told()["api"]["state"], "ok")
        self.assertTrue(pair.is_remembered(ON_CLOUD))
        self.assertEqual(self.calls(), ["owner"])

    def test_becoming_master_claims_and_verifies(self) -> None:
        running = self.started()
        self.runs_until(running, lambda: self.calls() == ["owner"])
        self.keepalived_says("MASTER")
        self.runs_until(running, lambda: self.owner() == "self")
        self.assertEqual(self.calls(), ["owner", "claim", "owner"])
        told = self.told()["addresses"]["main"]
        self.assertLess(told["moveSeconds"], 5)
        self.assertAlmostEqual(told["movedAt"], time.time(), delta=20)
        self.assertIn("203.0.113.100: claims it, this node is MASTER", self.log.getvalue())

    def test_events_count_in_their_order_and_the_last_one_wins(self) -> None:
        running = self.started()
        self.runs_until(running, lambda: self.calls() == ["owner"])
        self.keepalived_says("MASTER", "BACKUP")
        running._turn()
        self.assertEqual(running._movers.next_deadline(), None)
        self.assertNotIn("claim", self.calls())
        self.assertFalse(self.told()["master"])

    def test_half_a_line_waits_for_its_other_half(self) -> None:
        running = self.started()
        fifo = os.open(self.root / "run/vip.fifo", os.O_WRONLY)
        self.addCleanup(os.close, fifo)
        os.write(fifo, b'INSTANCE "x" MAS')
        self.assertEqual(running._heard(), [])
        os.write(fifo, b'TER 200\nGROUP "x" MASTER 1\nINSTANCE "x" MASTER_RX_LOWER_PRI 200\n\n\xff\n')
        self.assertEqual(running._heard(), ["MASTER", "MASTER_RX_LOWER_PRI"])

    def test_a_failure_is_told_with_its_code(self) -> None:
        (self.cloud / "failure").write_text("503 out of order\n")
        running = self.started()
        self.runs_until(running, lambda: self.calls() == ["owner"] and running._movers.next_deadline() is None)
        told = self.told()
        self.assertEqual((told["api"]["state"], told["api"]["code"]), ("failing", "503"))
        self.assertEqual((told["api"]["message"], told["errors"]), ("out of order", {"503": 1}))

    def test_stepping_down_holds_this_node_with_the_reason_and_for_a_time(self) -> None:
        self.started()._do(StepDown("could not claim for 20 s: 503"))
        self.assertEqual((self.root / "run/hold").read_text(), "1\n")
        hold = holds.placed()[holds.STEP_DOWN]
        self.assertEqual((hold.reason, hold.until), ("could not claim for 20 s: 503", hold.since + 60))


class StartingAgain(AgentTest):
    def test_it_knows_what_the_agent_before_it_had_shown(self) -> None:
        running = self.started()
        self.keepalived_says("MASTER")
        self.runs_until(running, lambda: bool(self.calls()) and self.owner() == "self")
        moved_at = self.told()["addresses"]["main"]["movedAt"]
        calls = self.told()["calls"]
        (self.cloud / "holder").write_text("1002\n")
        again = self.started()
        self.assertTrue(again._convergence.addresses[0].period.verified)
        self.runs_until(again, lambda: self.owner() == "peer")
        for _ in range(20):
            again._turn()
        self.assertEqual(self.calls().count("claim"), 1)
        self.assertEqual(self.told()["addresses"]["main"]["movedAt"], moved_at)
        self.assertGreater(self.told()["calls"], calls)
        self.assertAlmostEqual(self.told()["budget"]["left"], 120 - self.told()["calls"] - 2, delta=1.0)

    def test_a_change_that_it_missed_makes_it_claim(self) -> None:
        running = self.started()
        self.keepalived_says("MASTER")
        self.runs_until(running, lambda: bool(self.calls()) and self.owner() == "self")
        (self.cloud / "holder").write_text("1002\n")
        self.keepalived_says("BACKUP", "MASTER")
        again = self.started()
        self.runs_until(again, lambda: self.calls()[-4:] == ["owner", "owner", "claim", "owner"])
        self.runs_until(again, lambda: self.owner() == "self")

    def test_without_a_report_it_claims_after_it_has_compared(self) -> None:
        pair.remember(ON_CLOUD)
        running = self.started()
        self.keepalived_says("MASTER", told=False)
        self.runs_until(running, lambda: self.calls() == ["owner", "claim", "owner"])

    def test_a_broken_report_is_no_report(self) -> None:
        for text in ("", "{", "[]", "null", '{"addresses": []}', '{"addresses": {"main": {}}, "master": true}'):
            (self.root / "run/vip.json").write_text(text)
            with self.subTest(text=text):
                known = report.before(remembered=True, master=True, events=False, epoch=0.0)
                self.assertEqual((known.verified, known.moves), (frozenset(), {}))
