"""Giving the addresses to the peer by hand: when that is refused, and that nothing is left behind."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb import connections, draining, handover, holds, status
from ha_lb.handover import NotMoved, Refused, why_not_drain, why_not_switch_over
from ha_lb.settings import Settings
from ha_lb.verdict import judge
from node_settings import ON_CLOUD, SETTINGS
from node_states import GOOD_BACKUP, GOOD_MASTER, mover, node

DRAINED = node("lb2", "FAULT", None, hold=[{"kind": "drain", "reason": "x", "since": 1, "until": None}])


class WhenSwitchoverIsRefused(unittest.TestCase):
    def why(self, own: dict[str, Any], peer: dict[str, Any] | None) -> str | None:
        return why_not_switch_over(judge(own, peer), own)

    def test_not_on_the_master_of_a_redundant_pair(self) -> None:
        self.assertIsNone(self.why(GOOD_MASTER, GOOD_BACKUP))

    def test_on_the_standby_it_names_the_other_node(self) -> None:
        self.assertEqual(self.why(GOOD_BACKUP, GOOD_MASTER), "lb2 is not MASTER. Run `ha-lb switchover` on lb1.")

    def test_without_a_standby_that_could_take_over_it_says_what_is_wrong(self) -> None:
        for peer, problem in (
            (None, "the peer does not tell its state"),
            (node("lb2", "FAULT", None), "lb2: is in state FAULT"),
            (node("lb2", "BACKUP", mover("peer", "denied", "401")), "lb2: could not take over: 401 unauthorized"),
            (node("lb2", "BACKUP", None, ready=False), "a node is not ready"),
        ):
            self.assertIn(problem, str(self.why(GOOD_MASTER, peer)))


class WhenDrainIsRefused(unittest.TestCase):
    def why(self, own: dict[str, Any], peer: dict[str, Any] | None, force: bool = False) -> str | None:
        return why_not_drain("lb1", "lb2", own, peer, force=force)

    def test_not_while_the_other_node_is_good(self) -> None:
        self.assertIsNone(self.why(GOOD_MASTER, GOOD_BACKUP))
        self.assertIsNone(self.why(node("lb1", "BACKUP", None), node("lb2", "MASTER", None)))

    def test_both_nodes_are_never_drained(self) -> None:
        for force in (False, True):
            self.assertIn("lb2 is drained", str(self.why(GOOD_MASTER, DRAINED, force)))

    def test_a_node_that_serves_alone_is_drained_by_force_only(self) -> None:
        for peer in (None, node("lb2", "FAULT", None), node("lb2", "BACKUP", mover("peer", "denied", "401"))):
            self.assertIn("--force", str(self.why(GOOD_MASTER, peer)))
            self.assertIsNone(self.why(GOOD_MASTER, peer, force=True))

    def test_a_node_that_does_not_serve_anyway_may_be_drained(self) -> None:
        self.assertIsNone(self.why(node("lb1", "FAULT", None), None))


class HandingOver(unittest.TestCase):
    """With a Keepalived that takes the test's word."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        (self.root / "keepalived.conf").write_text("vrrp_instance x {\n    nopreempt\n}\n")
        self.was_held = False
        self.open: frozenset[str] = frozenset()
        self.order: list[str] = []
        self.peer: Callable[[bool], Any] = lambda held: node("lb2", "MASTER", mover("self")) if held else GOOD_BACKUP
        for patch in (
            mock.patch.object(holds, "FILE", self.root / "hold"),
            mock.patch.object(holds, "NOTE", self.root / "hold.json"),
            mock.patch.object(handover, "CURRENT", self.root),
            mock.patch.object(handover, "TAKE_OVER_SECONDS", -6.0),
            mock.patch.object(handover, "MOVE_SECONDS", 0.3),
            mock.patch.object(handover, "RETURN_SECONDS", 0.3),
            mock.patch.object(draining, "put_back", self.put_back),
            mock.patch.object(draining, "drain", self.drain),
            mock.patch.object(draining, "close", self.close),
            mock.patch.object(connections, "established", lambda _: self.open),
            mock.patch.object(status, "local", self.local),
            mock.patch.object(status, "of_peer", lambda _: self.peer(bool(holds.placed()))),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def local(self, _: Settings) -> dict[str, Any]:
        if holds.placed():
            self.was_held = True
            return node("lb1", "FAULT", mover("peer"), hold=holds.told())
        return node("lb1", "BACKUP", mover("peer")) if self.was_held else GOOD_MASTER

    def drain(self, _: Settings, seconds: float) -> None:
        self.assertEqual(holds.placed(), {})
        self.order.append(f"drain {seconds:g}")

    def close(self, _: Settings) -> int:
        self.assertEqual(holds.placed(), {})
        self.order.append("close")
        return len(self.open)

    def put_back(self, _: Settings) -> None:
        # By another process.
        (self.root / "put back").write_text(f"{sorted(holds.placed())}")

    def test_connections_end_before_the_addresses_move_and_those_that_do_not_are_told_and_counted(self) -> None:
        self.open = frozenset(("192.0.2.1:1", "192.0.2.1:2"))
        with contextlib.redirect_stderr(io.StringIO()) as said:
            self.assertIn("2 connections were still open when they moved", handover.switchover(SETTINGS, 7))
        self.assertEqual(self.order, ["drain 7", "close"])
        self.assertEqual(said.getvalue(), "lb1: 2 connections have 7 s to end.\n")
        self.assertEqual((self.root / "put back").read_text(), "['switchover']")

    def test_a_cloud_goes_on_bringing_requests_until_it_has_moved_the_addresses(self) -> None:
        self.open = frozenset(("192.0.2.1:1",))
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertIn("1 connection was still open", handover.drain(ON_CLOUD, "x", 7, force=False))
        self.assertEqual(self.order, ["drain 7"])
        self.assertEqual((self.root / "put back").read_text(), "['drain']")

    def test_no_time_to_end_is_no_draining(self) -> None:
        self.open = frozenset(("192.0.2.1:1",))
        handover.switchover(SETTINGS, 0)
        self.assertEqual(self.order, [])

    def test_a_peer_that_fails_meanwhile_gets_nothing(self) -> None:
        self.open = frozenset(("192.0.2.1:1",))

        def fail(_: Settings, __: float) -> None:
            self.peer = lambda _: None

        with mock.patch.object(draining, "drain", fail), contextlib.redirect_stderr(io.StringIO()):
            gives: list[Callable[[], str]] = [
                lambda: handover.switchover(SETTINGS, 7),
                lambda: handover.drain(SETTINGS, "x", 7, force=False),
            ]
            for give in gives:
                self.peer = lambda held: node("lb2", "MASTER" if held else "BACKUP", None)
                with self.assertRaisesRegex(Refused, "does not tell its state"):
                    give()
                self.assertEqual((self.order, holds.placed(), self.was_held), ([], {}, False))

    def test_a_switchover_ends_with_this_node_as_the_standby(self) -> None:
        said = handover.switchover(ON_CLOUD, 0)
        self.assertRegex(said, r"^lb2 is MASTER and has the addresses, after 0\.\d s\. lb1 stands by\.")
        self.assertTrue(said.endswith(" No connection was open any more when they moved."))
        self.assertEqual((holds.placed(), (self.root / "hold").read_text()), ({}, "0\n"))

    def test_a_preferred_node_says_that_it_comes_back(self) -> None:
        (self.root / "keepalived.conf").write_text("preempt_delay 5\n")
        self.assertIn("takes over again by itself", handover.switchover(ON_CLOUD, 0))

    def test_a_peer_that_does_not_become_master_leaves_everything_as_it_was(self) -> None:
        self.peer = lambda _: GOOD_BACKUP
        with self.assertRaisesRegex(Refused, "lb2 did not become MASTER"):
            handover.switchover(ON_CLOUD, 0)
        self.assertEqual(holds.placed(), {})

    def test_a_cloud_that_does_not_move_the_address_is_told(self) -> None:
        self.peer = lambda held: node("lb2", "MASTER", mover("peer", "failing", "503")) if held else GOOD_BACKUP
        with self.assertRaisesRegex(NotMoved, "does not have the address main.*503"):
            handover.switchover(ON_CLOUD, 0)
        self.assertEqual(holds.placed(), {})

    def test_without_a_mover_being_master_is_enough(self) -> None:
        self.peer = lambda held: node("lb2", "MASTER" if held else "BACKUP", None)
        handover.switchover(SETTINGS, 0)

    def test_the_hold_of_a_switchover_ends_with_the_command_even_when_that_is_killed(self) -> None:
        command = os.fork()
        if command == 0:
            with contextlib.suppress(BaseException), handover._undone_afterwards(SETTINGS, holds.SWITCHOVER):
                holds.place(holds.SWITCHOVER, "x")
                time.sleep(60)
            os._exit(0)
        self.until(lambda: holds.SWITCHOVER in holds.placed())
        os.kill(command, signal.SIGKILL)
        os.waitpid(command, 0)
        self.until(lambda: not holds.placed())

    def test_the_peer_serves_while_services_restart(self) -> None:
        with handover.aside(ON_CLOUD):
            self.assertIn(holds.SWITCHOVER, holds.placed())
        self.assertEqual(holds.placed(), {})

    def test_services_restart_in_place_where_the_peer_cannot_serve_or_does_not(self) -> None:
        for peer in (lambda _: None, lambda _: DRAINED, lambda _: GOOD_BACKUP):
            self.peer = peer
            said = io.StringIO()
            with contextlib.redirect_stdout(said), handover.aside(ON_CLOUD):
                pass
            self.assertRegex(said.getvalue(), "lb1 (does not hand over before its services restart|restarts)")
            self.assertEqual(holds.placed(), {})

    def test_nothing_keeps_clients_out_while_services_restart_for_which_nobody_else_serves(self) -> None:
        self.peer = lambda _: GOOD_BACKUP
        with contextlib.redirect_stdout(io.StringIO()), handover.aside(ON_CLOUD):
            self.assertEqual(holds.placed(), {})
            self.assertTrue((self.root / "put back").exists())

    def test_what_a_killed_switchover_left_is_ended_by_hand(self) -> None:
        holds.place(holds.SWITCHOVER, "x")
        self.assertEqual(handover.undrain(ON_CLOUD), "lb1 is no longer drained.")
        self.assertEqual(holds.placed(), {})

    def test_a_standby_restarts_its_services_without_a_word(self) -> None:
        self.was_held = True
        said = io.StringIO()
        with contextlib.redirect_stdout(said), handover.aside(ON_CLOUD):
            self.assertEqual(holds.placed(), {})
        self.assertEqual(said.getvalue(), "")

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not condition():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)

    def test_a_drain_lasts_until_it_is_ended(self) -> None:
        self.assertIn("lb1 is drained", handover.drain(ON_CLOUD, "kernel update", 0, force=False))
        self.assertEqual(holds.placed()[holds.DRAIN].reason, "kernel update")
        self.assertIn("already", handover.drain(ON_CLOUD, "again", 0, force=False))
        self.assertEqual(handover.undrain(ON_CLOUD), "lb1 is no longer drained.")
        self.assertEqual(holds.placed(), {})
        self.assertEqual(handover.undrain(ON_CLOUD), "lb1 is not drained.")

    def test_a_drain_that_nobody_takes_over_from_is_ended(self) -> None:
        self.peer = lambda _: GOOD_BACKUP
        with self.assertRaises(Refused):
            handover.drain(ON_CLOUD, "x", 0, force=False)
        self.assertEqual(holds.placed(), {})

    def test_a_drain_whose_address_comes_late_stays(self) -> None:
        self.peer = lambda held: node("lb2", "MASTER", mover("peer")) if held else GOOD_BACKUP
        with self.assertRaises(NotMoved):
            handover.drain(ON_CLOUD, "x", 0, force=False)
        self.assertIn(holds.DRAIN, holds.placed())

    def test_of_two_drains_at_the_same_time_this_one_gives_way(self) -> None:
        self.peer = lambda held: DRAINED if held else GOOD_BACKUP
        with self.assertRaisesRegex(Refused, "at the same time"):
            handover.drain(ON_CLOUD, "x", 0, force=False)
        self.assertEqual(holds.placed(), {})

    def test_force_does_not_wait_for_a_peer_that_is_gone(self) -> None:
        self.peer = lambda _: None
        handover.drain(ON_CLOUD, "x", 0, force=True)
        self.assertIn(holds.DRAIN, holds.placed())
