"""Who waits for whom while a hand-made pair is taken over, and when its Keepalived may run again."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import node_states
from ha_lb import adoption, uninstalling
from node_settings import SETTINGS

OURS = node_states.node("lb2", "MASTER", None, waits=False)
STARTING = node_states.node("lb2", "BACKUP", None, waits=False)
WAITING = node_states.node("lb2", "STOPPED", None, waits=True)


class Adopting(unittest.TestCase):
    def setUp(self) -> None:
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        self.marker, self.services = folder / "adopting", folder / "services"
        self.services.write_text("haproxy enabled active\nkeepalived enabled active\n")
        self.peer = mock.Mock(return_value=None)
        self.commands: list[str] = []
        self.broken: set[str] = set()
        for name, value in {
            "ADOPTING": self.marker,
            "SERVICES": self.services,
            "status": mock.Mock(of_peer=self.peer),
            "run": self.run_command,
            "is_active": self.has_started,
            "POLL_SECONDS": 0,
        }.items():
            patch = mock.patch.object(adoption, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def has_started(self, *units: str) -> list[bool]:
        return [unit not in self.broken for unit in units]

    def run_command(self, *command: str) -> subprocess.CompletedProcess[str]:
        self.commands.append(" ".join(command))
        return subprocess.CompletedProcess(command, 0, "", "")

    def test_a_standby_waits_for_as_long_as_its_peer_has_no_agent(self) -> None:
        self.marker.touch()
        self.peer.side_effect = [None, None, OURS]
        adoption.await_peer(SETTINGS)
        self.assertEqual(self.peer.call_count, 3)
        self.assertFalse(self.marker.exists())

    def test_it_lets_the_one_that_served_become_master_first(self) -> None:
        self.marker.touch()
        self.peer.side_effect = [STARTING, STARTING, OURS]
        adoption.await_peer(SETTINGS)
        self.assertEqual(self.peer.call_count, 3)

    def test_it_does_not_wait_for_ever_for_one_that_does_not_become_master(self) -> None:
        self.marker.touch()
        self.peer.return_value = STARTING
        with mock.patch("time.monotonic", side_effect=[100, 100, 112]):
            adoption.await_peer(SETTINGS)
        self.assertEqual(self.peer.call_count, 2)

    def test_one_that_falls_silent_again_may_have_gone_back(self) -> None:
        self.marker.touch()
        self.peer.side_effect = [STARTING, None, STARTING, OURS]
        with mock.patch("time.monotonic", side_effect=[100, 100, 200, 200]):
            adoption.await_peer(SETTINGS)
        self.assertEqual(self.peer.call_count, 4)

    def test_of_two_that_wait_for_each_other_one_goes_first(self) -> None:
        self.marker.touch()
        self.peer.return_value = WAITING
        adoption.await_peer(SETTINGS)
        self.marker.touch()
        self.peer.side_effect = [WAITING, WAITING, OURS]
        turned = dataclasses.replace(SETTINGS, own_address="10.0.0.12", peer_address="10.0.0.11")
        adoption.await_peer(turned)
        self.assertEqual(self.peer.call_count, 4)

    def test_an_operator_ends_the_wait_by_removing_the_mark(self) -> None:
        self.marker.touch()

        def remove(_: object) -> None:
            self.marker.unlink()

        self.peer.side_effect = remove
        adoption.await_peer(SETTINGS)

    def test_nobody_waits_without_the_mark(self) -> None:
        adoption.await_peer(SETTINGS)
        self.peer.assert_not_called()

    def started_again(self, peer: dict[str, Any] | None) -> list[str]:
        self.peer.return_value = peer
        adoption.bring_back(SETTINGS)
        [start] = [command for command in self.commands if command.startswith("systemctl start ")]
        return start.split()[2:]

    def test_all_that_ran_runs_again_while_the_peer_is_not_ours(self) -> None:
        self.assertEqual(self.started_again(None), ["haproxy", "keepalived"])

    def test_keepalived_stays_off_beside_a_peer_that_is_ours(self) -> None:
        self.assertEqual(self.started_again(OURS), ["haproxy"])

    def test_keepalived_runs_again_beside_a_peer_that_goes_on_waiting(self) -> None:
        self.assertEqual(self.started_again(WAITING), ["haproxy", "keepalived"])

    def test_what_did_not_run_before_does_not_run_after(self) -> None:
        self.services.write_text("haproxy enabled active\nkeepalived disabled inactive\n")
        self.assertEqual(self.started_again(None), ["haproxy"])
        self.assertNotIn("systemctl enable --quiet keepalived", self.commands)

    def test_what_does_not_run_again_is_told(self) -> None:
        self.broken = {"haproxy"}
        with self.assertRaisesRegex(adoption.NotBack, "haproxy of what was here before does not run: `journalctl"):
            adoption.bring_back(SETTINGS)


class CopyingBack(unittest.TestCase):
    def test_links_that_are_still_there_are_no_obstacle(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            originals, etc = Path(name) / "originals", Path(name) / "etc"
            for folder in (originals / "etc/haproxy", etc / "haproxy"):
                folder.mkdir(parents=True)
                (folder / "site.pem").symlink_to("/etc/live/site.pem")
            (originals / "etc/haproxy/haproxy.cfg").write_text("theirs")
            (etc / "haproxy/haproxy.cfg").write_text("changed")
            with mock.patch.object(adoption, "ORIGINALS", originals), mock.patch.object(adoption, "ETC", etc):
                adoption.copy_back()
            self.assertEqual((etc / "haproxy/haproxy.cfg").read_text(), "theirs")
            self.assertTrue((etc / "haproxy/site.pem").is_symlink())

    def test_a_copy_that_fails_is_told(self) -> None:
        with mock.patch.object(adoption, "ORIGINALS", Path("/nowhere")):
            self.assertRaisesRegex(adoption.NotBack, "/nowhere cannot be put back", adoption.copy_back)


class Uninstalling(unittest.TestCase):
    def test_whoever_serves_is_the_last_to_go(self) -> None:
        master, backup = node_states.node("lb1", "MASTER", None), node_states.node("lb2", "BACKUP", None)
        fault = node_states.node("lb2", "FAULT", None)
        self.assertIsNone(uninstalling.why_not(backup, master, "lb1"))
        self.assertIsNone(uninstalling.why_not(backup, None, "lb1"))
        self.assertIsNone(uninstalling.why_not(master, backup, "lb2"))
        for peer, complaint in ((None, "does not tell its state"), (fault, "is not ready")):
            refusal = uninstalling.why_not(master, peer, "lb2") or ""
            self.assertRegex(refusal, f"^lb1 serves, and lb2 {complaint}: .*--force")
