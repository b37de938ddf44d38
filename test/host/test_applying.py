"""What becomes of a bundle, and of the one before it, when something goes wrong halfway."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb import applying, bundle, network, ownership, services
from node_settings import SETTINGS


class Applying(unittest.TestCase):
    def setUp(self) -> None:
        folder = Path(tempfile.mkdtemp()).resolve()
        self.addCleanup(shutil.rmtree, folder)
        self.bundles, self.current = folder / "bundles", folder / "current"
        self.bundles.mkdir()
        self.services = mock.Mock(Failed=services.Failed)
        settings = mock.Mock()
        settings.load.return_value = SETTINGS
        no_network = mock.Mock(NoInterface=network.NoInterface)
        no_network.interface_definitions.return_value = ""
        self.check = mock.Mock()
        replaced: dict[str, Any] = {
            "BUNDLES": self.bundles,
            "CURRENT": self.current,
            "services": self.services,
            "settings": settings,
            "network": no_network,
            "check": self.check,
        }
        patches = [
            mock.patch.multiple(applying, **replaced),
            mock.patch.object(bundle, "BUNDLES", self.bundles),
            mock.patch.object(ownership, "CLAIM", folder / "owner"),
        ]
        for patch in patches:
            patch.start()
            self.addCleanup(patch.stop)

    def apply(self, content: str) -> str:
        """What `apply` prints about a bundle with this in it."""
        incoming = Path(tempfile.mkdtemp(prefix=".incoming.", dir=self.bundles))
        (incoming / "haproxy.cfg").write_text(content)
        (incoming / "END").touch()
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            applying.apply(incoming)
        return said.getvalue()

    def in_use(self) -> str:
        return (self.current / "haproxy.cfg").read_text()

    def test_a_good_bundle_is_in_use(self) -> None:
        self.assertRegex(self.apply("new"), r"^lb1 serves with bundle [0-9a-f]{12}\n$")
        self.assertEqual(self.in_use(), "new")

    def test_a_bundle_that_is_refused_leaves_the_other_in_use(self) -> None:
        self.apply("old")
        self.check.side_effect = applying.Refused("no")
        with self.assertRaisesRegex(applying.Refused, "^no$"):
            self.apply("new")
        self.assertEqual(self.in_use(), "old")

    def test_a_bundle_that_does_not_serve_gives_way_to_the_one_before(self) -> None:
        self.apply("old")
        self.services.wait_until_serving.side_effect = [services.Failed("HAProxy is silent"), None]
        with self.assertRaisesRegex(applying.Refused, r"^HAProxy is silent\nBundle [0-9a-f]{12} serves again\.$"):
            self.apply("new")
        self.assertEqual(self.in_use(), "old")
        self.assertEqual(len([entry for entry in self.bundles.iterdir() if not entry.name.startswith(".")]), 1)

    def test_a_first_bundle_that_does_not_serve_is_stopped(self) -> None:
        self.services.wait_until_serving.side_effect = services.Failed("HAProxy is silent")
        with self.assertRaisesRegex(applying.Refused, "nothing of this one runs"):
            self.apply("new")
        self.services.stop_all.assert_called_once()
        self.assertFalse(self.current.is_symlink())

    def test_a_failure_while_going_back_is_told_with_what_is_in_use(self) -> None:
        self.apply("old")
        self.services.use.side_effect = [OSError("the disk is gone"), OSError("and stays so")]
        with self.assertRaisesRegex(
            applying.Refused, r"^the disk is gone\nBundle \w+ is in use again, but does not serve: and stays so$"
        ):
            self.apply("new")

    def test_a_first_bundle_that_cannot_be_stopped_is_told(self) -> None:
        self.services.use.side_effect = OSError("the disk is gone")
        self.services.stop_all.side_effect = OSError("and stays so")
        with self.assertRaisesRegex(applying.Refused, "this one could not be stopped: and stays so"):
            self.apply("new")

    def known(self) -> bundle.Running:
        """What the last bundle was told to take over from."""
        now = self.services.use.call_args.args[1]
        assert isinstance(now, bundle.Running)
        return now

    def test_services_are_told_what_they_run_with(self) -> None:
        self.apply("old")
        self.assertEqual(self.known(), bundle.Running(None))
        old = self.current.resolve()
        self.apply("new")
        self.assertEqual(self.known(), bundle.Running(old))

    def test_after_one_that_was_cut_off_nobody_knows_what_they_run_with(self) -> None:
        self.apply("old")
        self.services.use.side_effect = KeyboardInterrupt
        with self.assertRaises(KeyboardInterrupt):
            self.apply("new")
        self.services.use.side_effect = None
        for known in (bundle.Running(None), bundle.Running(self.current.resolve())):
            self.apply("new")
            self.assertEqual(self.known(), known)

    def test_after_one_that_gave_way_it_is_known_again(self) -> None:
        self.apply("old")
        self.services.wait_until_serving.side_effect = [services.Failed("HAProxy is silent"), None, None]
        with self.assertRaises(applying.Refused):
            self.apply("new")
        self.apply("newer")
        self.assertIsNotNone(self.known().place)

    def test_an_error_before_the_swap_is_not_taken_for_one_after_it(self) -> None:
        self.apply("old")
        self.check.side_effect = OSError("no space left")
        with self.assertRaises(OSError):
            self.apply("new")
        self.assertEqual(self.in_use(), "old")

    def test_an_old_bundle_that_cannot_be_removed_does_not_make_the_new_one_a_failure(self) -> None:
        for content in ("1", "2", "3"):
            self.apply(content)

        def refuse(_: Path, ignore_errors: bool = False) -> None:
            if not ignore_errors:
                raise PermissionError("not permitted")

        with mock.patch.object(shutil, "rmtree", side_effect=refuse):
            said = self.apply("new")
        self.assertRegex(said, r"^lb1 serves with bundle \w+\nAn old bundle could not be removed: not permitted\n$")
        self.assertEqual(self.in_use(), "new")
