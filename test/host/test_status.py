"""What `ha-lb status` concludes from what the two nodes tell."""

from __future__ import annotations

import json
import unittest
from unittest import mock

from ha_lb import network, status
from ha_lb.settings import Settings
from ha_lb.verdict import judge
from node_settings import ON_CLOUD, SETTINGS


def told(node: str, state: str, **changes: object) -> status.Status:
    ready = state in ("MASTER", "BACKUP")
    told = {"node": node, "state": state, "since": 1, "ready": ready, "bundle": "b", "release": "r", "problems": []}
    return {**told, **changes}


class Judge(unittest.TestCase):
    def judged(self, own: status.Status, peer: status.Status | None, redundancy: str, holder: str | None) -> list[str]:
        verdict = judge(own, peer)
        self.assertEqual((verdict["redundancy"], verdict["holder"]), (redundancy, holder))
        problems: list[str] = verdict["problems"]
        return problems

    def test_a_master_and_a_ready_backup_are_redundant(self) -> None:
        self.assertEqual(self.judged(told("lb1", "MASTER"), told("lb2", "BACKUP"), "redundant", "lb1"), [])

    def test_the_backup_says_the_same_as_the_master(self) -> None:
        self.assertEqual(self.judged(told("lb2", "BACKUP"), told("lb1", "MASTER"), "redundant", "lb1"), [])

    def test_a_master_whose_peer_is_silent_is_degraded(self) -> None:
        problems = self.judged(told("lb1", "MASTER"), None, "degraded", "lb1")
        self.assertEqual(problems, ["the peer does not tell its state"])

    def test_a_backup_whose_peer_is_silent_hears_a_master_all_the_same(self) -> None:
        problems = self.judged(told("lb2", "BACKUP"), None, "degraded", None)
        self.assertEqual(problems, ["the peer does not tell its state"])

    def test_a_faulty_backup_is_degraded(self) -> None:
        problems = self.judged(told("lb1", "MASTER"), told("lb2", "FAULT"), "degraded", "lb1")
        self.assertEqual(problems, ["lb2: is in state FAULT"])

    def test_a_stopped_backup_is_degraded(self) -> None:
        problems = self.judged(told("lb1", "MASTER"), told("lb2", "STOPPED"), "degraded", "lb1")
        self.assertEqual(problems, ["lb2: is in state STOPPED"])

    def test_a_backup_that_is_not_ready_is_degraded(self) -> None:
        unready = told("lb2", "BACKUP", ready=False, problems=["haproxy.service does not run"])
        problems = self.judged(told("lb1", "MASTER"), unready, "degraded", "lb1")
        self.assertEqual(problems, ["lb2: haproxy.service does not run"])

    def test_a_master_that_is_not_ready_is_degraded(self) -> None:
        self.judged(told("lb1", "MASTER", ready=False), told("lb2", "BACKUP"), "degraded", "lb1")

    def test_two_masters_are_degraded_and_have_no_single_holder(self) -> None:
        problems = self.judged(told("lb1", "MASTER"), told("lb2", "MASTER"), "degraded", None)
        self.assertEqual(problems, ["both nodes are MASTER: they do not hear each other's adverts"])

    def test_different_releases_are_degraded(self) -> None:
        problems = self.judged(told("lb1", "MASTER"), told("lb2", "BACKUP", release="s"), "degraded", "lb1")
        self.assertEqual(problems, ["the nodes run different releases: r and s"])

    def test_two_backups_are_down(self) -> None:
        problems = self.judged(told("lb1", "BACKUP"), told("lb2", "BACKUP"), "down", None)
        self.assertEqual(problems, ["no node holds the addresses"])

    def test_two_faulty_nodes_are_down(self) -> None:
        self.assertIn(
            "no node holds the addresses", self.judged(told("lb1", "FAULT"), told("lb2", "FAULT"), "down", None)
        )

    def test_a_stopped_node_whose_peer_is_silent_is_down(self) -> None:
        problems = self.judged(told("lb1", "STOPPED"), None, "down", None)
        self.assertEqual(problems[-1], "no node holds the addresses")

    def test_only_all_is_well_has_no_problems(self) -> None:
        states = ("MASTER", "BACKUP", "FAULT", "STOPPED")
        peers = [told("lb2", state) for state in states]
        for own in (told("lb1", state) for state in states):
            for peer in [*peers, None]:
                verdict = judge(own, peer)
                with self.subTest(own=own["state"], peer=peer and peer["state"]):
                    self.assertEqual(verdict["redundancy"] == "redundant", verdict["problems"] == [])


class Local(unittest.TestCase):
    def local(
        self, services: list[bool], tracked: bool, master: bool, noted: status.Status, settings: Settings = SETTINGS
    ) -> status.Status:
        with (
            mock.patch.object(network, "addresses", return_value=[]),
            mock.patch.object(status, "is_active", return_value=services),
            mock.patch.object(status, "_tracked", return_value=tracked),
            mock.patch.object(status, "vrrp_note", return_value=noted),
            mock.patch("ha_lb.network.is_master", return_value=master),
        ):
            return status.local(settings)

    def test_a_node_with_the_marker_is_master_since_it_was_noted(self) -> None:
        own = self.local([True, True, True], False, True, {"state": "MASTER", "since": 7})
        self.assertEqual((own["state"], own["since"], own["ready"], own["problems"]), ("MASTER", 7, True, []))

    def test_a_note_of_another_state_says_nothing_about_since_when(self) -> None:
        self.assertIsNone(self.local([True, True, True], False, True, {"state": "BACKUP", "since": 7})["since"])

    def test_what_tells_its_peer_is_enough_for_its_peer(self) -> None:
        self.assertGreaterEqual(self.local([True, True, True], False, False, {}).keys(), status.TOLD)

    def test_a_node_without_keepalived_is_stopped_even_with_the_marker(self) -> None:
        own = self.local([True, False, True], False, True, {})
        self.assertEqual((own["state"], own["ready"]), ("STOPPED", False))
        self.assertEqual(own["problems"], ["keepalived.service does not run"])

    def test_a_hung_haproxy_is_a_fault(self) -> None:
        own = self.local([True, True, True], True, False, {})
        self.assertEqual((own["state"], own["ready"]), ("FAULT", False))
        self.assertEqual(own["problems"], ["HAProxy runs but does not answer"])

    def test_a_held_node_is_not_ready_and_says_why(self) -> None:
        hold = [{"kind": "drain", "reason": "x", "since": 1, "until": None}]
        with mock.patch("ha_lb.holds.told", return_value=hold):
            own = self.local([True, True, True], False, False, {})
        self.assertEqual((own["state"], own["ready"], own["hold"], own["problems"]), ("FAULT", False, hold, []))

    def test_on_a_cloud_the_address_has_to_be_on_this_host_and_its_agent_has_to_run(self) -> None:
        own = self.local([True, True, True, False], False, True, {}, ON_CLOUD)
        self.assertEqual(own["problems"], ["ha-lb-vip.service does not run", "203.0.113.100 is not on this host"])
        self.assertEqual((own["ready"], own["mover"]["api"]["state"]), (False, "unknown"))

    def test_a_dead_agent_makes_a_node_unready(self) -> None:
        self.assertFalse(self.local([True, True, False], False, False, {})["ready"])


class OfPeer(unittest.TestCase):
    def answered(self, *parts: bytes) -> status.Status | None:
        connection = mock.MagicMock()
        connection.__enter__.return_value.recv.side_effect = [*parts, b""]
        with mock.patch("socket.create_connection", return_value=connection):
            return status.of_peer(SETTINGS)

    def test_an_answer_in_pieces_is_put_together(self) -> None:
        whole = told("lb2", "BACKUP")
        text = json.dumps(whole).encode()
        self.assertEqual(self.answered(text[:10], text[10:]), whole)

    def test_anything_else_counts_as_silence(self) -> None:
        for answer in (b"", b"{", b"\xff", b"[]", b"null", b'"MASTER"', b'{"state": "MASTER"}'):
            with self.subTest(answer=answer):
                self.assertIsNone(self.answered(answer))

    def test_a_peer_that_does_not_answer_is_silent(self) -> None:
        with mock.patch("socket.create_connection", side_effect=TimeoutError):
            self.assertIsNone(status.of_peer(SETTINGS))
