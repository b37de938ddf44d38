"""Whose bundle `pulumi destroy` takes off a host."""

from __future__ import annotations

import shutil
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from ha_lb import bundle, ownership, uninstalling
from node_settings import SETTINGS


class Removing(unittest.TestCase):
    def setUp(self) -> None:
        self.etc = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.etc, ignore_errors=True)
        self.bundles, self.current = self.etc / "bundles", self.etc / "current"
        self.services = mock.Mock(links=lambda _: {})
        self.in_use = self.delivered("in use", "c0ffee")
        self.current.symlink_to(self.in_use)
        bundles = {"BUNDLES": self.bundles}
        for target, values in (
            (bundle, bundles),
            (ownership, {"CLAIM": self.etc / "owner"}),
            (
                uninstalling,
                {
                    **bundles,
                    "CURRENT": self.current,
                    "services": self.services,
                    "settings": mock.Mock(load=lambda: SETTINGS),
                    "run": mock.Mock(),
                    **{name: self.etc / name for name in ("RUN", "RUN_VIP", "STATE")},
                },
            ),
        ):
            patch = mock.patch.multiple(target, **values)
            patch.start()
            self.addCleanup(patch.stop)

    def delivered(self, name: str, owner: str | None) -> Path:
        place = self.bundles / name
        place.mkdir(parents=True)
        if owner:
            (place / "owner").write_text(f"{owner}\n")
        return place

    def removed(self, owner: str | None = "c0ffee") -> bool:
        """Whether it serves no more when the resource of this owner goes."""
        incoming = Path(tempfile.mkdtemp(dir=self.etc))
        if owner:
            (incoming / "owner").write_text(f"{owner}\n")
        uninstalling.remove(incoming)
        return bool(self.services.stop_all.called)

    def test_what_the_owner_brought_last_goes_with_all_files(self) -> None:
        ownership.claim(self.in_use)
        self.assertTrue(self.removed())
        self.assertFalse(self.etc.exists())

    def test_what_is_another_owners_by_now_stays(self) -> None:
        ownership.claim(self.delivered("of another name", "decaf"))
        self.assertFalse(self.removed())
        self.assertTrue(self.current.exists())

    def test_so_does_what_another_owner_was_refused_with(self) -> None:
        ownership.claim(self.in_use)
        ownership.claim(self.delivered("refused", "decaf"))
        self.assertFalse(self.removed())
        self.assertTrue(self.removed("decaf"))

    def test_so_does_what_came_to_stay(self) -> None:
        ownership.claim(self.in_use)
        ownership.claim(self.delivered("without the option", None))
        self.assertFalse(self.removed())
        self.assertTrue(self.current.exists())

    def test_where_nothing_is_in_use_no_service_is_touched(self) -> None:
        self.current.unlink()
        self.assertFalse(self.removed())
        self.assertFalse(self.etc.exists())
