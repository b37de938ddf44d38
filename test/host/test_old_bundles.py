"""What is left of older bundles, and what is linked where, once a bundle is in use."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb import applying, bundle, services, status
from ha_lb.services import Failed
from node_settings import ON_CLOUD, SETTINGS
from node_states import GOOD_BACKUP, GOOD_MASTER, mover, node


class Bundles(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name).resolve()
        self.current = self.root.parent / f"{self.root.name}.current"
        for patch in (
            mock.patch.object(applying, "BUNDLES", self.root),
            mock.patch.object(applying, "CURRENT", self.current),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(self.current.unlink, missing_ok=True)

    def made(self, name: str, token: str) -> Path:
        made = self.root / name
        (made / "secrets").mkdir(parents=True)
        (made / "secrets/token").write_text(token)
        (made / "haproxy.cfg").write_text("global")
        bundle.seal(made)
        return made

    def secrets(self) -> list[str]:
        return sorted(path.read_text() for path in self.root.rglob("token"))

    def test_credentials_stand_in_the_bundle_in_use_alone(self) -> None:
        self.made("one", "old")
        applying._point_to(self.made("two", "new"))
        applying._forget_old_secrets()
        self.assertEqual(self.secrets(), ["new"])

    def test_one_that_is_arriving_keeps_its_own(self) -> None:
        applying._point_to(self.made("one", "new"))
        self.made(".incoming.x", "next")
        applying._forget_old_secrets()
        self.assertEqual(self.secrets(), ["new", "next"])

    def test_an_older_bundle_comes_back_with_its_credentials_as_often_as_it_likes(self) -> None:
        for token in ("one", "two", "one", "two", "one"):
            incoming = self.made(".incoming.arriving", token)
            applying._point_to(applying._store(incoming))
            applying._forget_old_secrets()
            self.assertEqual(self.secrets(), [token])
            self.assertEqual(bundle.changed_by_hand(self.current.resolve()), [])

    def test_the_digests_are_for_root_alone(self) -> None:
        self.assertEqual((self.made("one", "x") / bundle.MANIFEST).stat().st_mode & 0o777, 0o600)


class Links(unittest.TestCase):
    def test_only_a_node_with_a_mover_has_the_agent_that_moves_addresses(self) -> None:
        unit = Path("/etc/systemd/system/ha-lb-vip.service")
        self.assertEqual(services.links(ON_CLOUD)[unit], "units/ha-lb-vip.service")
        self.assertNotIn(unit, services.links(SETTINGS))
        self.assertEqual(ON_CLOUD.services, (*SETTINGS.services, "ha-lb-vip"))


class Waiting(unittest.TestCase):
    def wait(self, own: dict[str, Any], peer: dict[str, Any] | None, pair_is_new: bool) -> None:
        with (
            mock.patch("ha_lb.readiness.answer", return_value="c0ffee"),
            mock.patch("ha_lb.settings.config_id", return_value="c0ffee"),
            mock.patch.object(status, "local", return_value=own),
            mock.patch.object(status, "of_peer", return_value=peer),
            mock.patch.object(services, "START_SECONDS", -7.0),
            mock.patch.object(services, "_journal", return_value="the journal"),
        ):
            services.wait_until_serving(ON_CLOUD, pair_is_new=pair_is_new)

    def test_a_new_pair_serves_once_its_master_has_the_addresses(self) -> None:
        self.wait(GOOD_MASTER, None, pair_is_new=True)
        self.wait(GOOD_BACKUP, GOOD_MASTER, pair_is_new=True)

    def test_otherwise_the_error_has_the_words_of_the_api(self) -> None:
        denied = node("lb1", "MASTER", mover("nobody", "denied", "401"))
        situations: list[tuple[dict[str, Any], dict[str, Any] | None]] = [(denied, None), (GOOD_BACKUP, denied)]
        for own, peer in situations:
            with self.assertRaisesRegex(Failed, "does not have the address main.* says: 401 unauthorized"):
                self.wait(own, peer, pair_is_new=True)

    def test_a_peer_with_another_bundle_need_not_have_the_addresses_of_this_one(self) -> None:
        self.wait(GOOD_BACKUP, node("lb1", "MASTER", mover("peer"), release="older"), pair_is_new=True)

    def test_credentials_that_stay_denied_are_not_waited_for(self) -> None:
        denied = node("lb1", "MASTER", mover("nobody", "denied", "401"))
        with mock.patch.object(services, "FIRST_MOVE_SECONDS", 3600.0), self.assertRaises(Failed):
            self.wait(denied, None, pair_is_new=True)

    def test_a_known_pair_does_not_wait_for_the_cloud(self) -> None:
        self.wait(node("lb1", "MASTER", mover("peer", "failing", "503")), None, pair_is_new=False)

    def test_a_drained_node_serves_when_its_peer_does(self) -> None:
        hold = [{"kind": "drain", "reason": "x", "since": 1, "until": None}]
        drained = node("lb2", "FAULT", mover("peer"), hold=hold)
        self.wait(drained, GOOD_MASTER, pair_is_new=False)
        with self.assertRaisesRegex(Failed, "neither this node nor its peer became MASTER"):
            self.wait(drained, None, pair_is_new=False)

    def test_a_standby_that_goes_on_standing_by_hears_a_master_even_when_that_one_does_not_tell(self) -> None:
        quick = dataclasses.replace(ON_CLOUD, take_over_seconds=0.05)
        for own, is_enough in ((GOOD_BACKUP, True), (node("lb1", "FAULT", None), False)):
            with (
                mock.patch("ha_lb.readiness.answer", return_value="c0ffee"),
                mock.patch("ha_lb.settings.config_id", return_value="c0ffee"),
                mock.patch.object(status, "local", return_value=own),
                mock.patch.object(status, "of_peer", return_value=None),
                mock.patch.object(services, "START_SECONDS", 0.2),
                mock.patch.object(services, "_journal", return_value="the journal"),
                contextlib.nullcontext() if is_enough else self.assertRaises(Failed),
            ):
                services.wait_until_serving(quick, pair_is_new=False)
