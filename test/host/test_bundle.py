"""What tells bundles apart, and what was changed by hand in one."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from ha_lb import bundle


class BundleTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)

    def made(self, name: str, **changes: str) -> Path:
        files = {"haproxy.cfg": "global", "units/a.conf": "a", "lib/ha_lb/x.py": "x", **changes}
        for path, text in files.items():
            file = self.root / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        bundle.seal(self.root / name)
        return self.root / name


class Differs(BundleTest):
    def test_equal_bundles_do_not_differ(self) -> None:
        self.assertFalse(bundle.Running(self.made("other")).differs(self.made("one"), "haproxy.cfg", "units", "lib"))

    def test_a_changed_file_differs_and_the_others_do_not(self) -> None:
        one, other = self.made("one"), self.made("other", **{"haproxy.cfg": "defaults"})
        self.assertTrue(bundle.Running(other).differs(one, "haproxy.cfg"))
        self.assertTrue(bundle.Running(other).differs(one, "units", "haproxy.cfg"))
        self.assertFalse(bundle.Running(other).differs(one, "units", "lib"))

    def test_a_folder_differs_when_a_file_deep_in_it_does(self) -> None:
        one, other = self.made("one"), self.made("other", **{"lib/ha_lb/x.py": "y"})
        self.assertTrue(bundle.Running(other).differs(one, "lib"))

    def test_a_file_that_only_one_of_them_has_differs(self) -> None:
        one, other = self.made("one"), self.made("other", **{"units/b.conf": ""})
        self.assertTrue(bundle.Running(other).differs(one, "units"))
        self.assertTrue(bundle.Running(one).differs(other, "units/b.conf"))

    def test_everything_differs_from_no_bundle(self) -> None:
        self.assertTrue(bundle.Running(None).differs(self.made("one"), "haproxy.cfg"))

    def test_what_neither_has_does_not_differ(self) -> None:
        self.assertFalse(bundle.Running(None).differs(self.made("one"), "missing"))

    def test_what_was_changed_by_hand_may_differ_even_from_itself(self) -> None:
        one, other = self.made("one"), self.made("other")
        (one / "units/a.conf").write_text("by hand")
        running = bundle.running(one)
        (one / "units/a.conf").write_text("a")
        self.assertTrue(running.differs(other, "units"))
        self.assertTrue(running.differs(other, "units/a.conf"))
        self.assertFalse(running.differs(other, "haproxy.cfg", "lib", "unit"))

    def test_without_a_manifest_nothing_is_certain(self) -> None:
        one = self.made("one")
        (one / bundle.MANIFEST).unlink()
        self.assertEqual(bundle.running(one), bundle.Running(None))
        self.assertEqual(bundle.running(None), bundle.Running(None))


class Identify(BundleTest):
    def test_the_same_content_has_the_same_name(self) -> None:
        self.assertEqual(bundle.identify(self.made("one")), bundle.identify(self.made("other")))

    def test_a_changed_content_and_a_moved_file_have_another_one(self) -> None:
        names = {
            bundle.identify(self.made("one")),
            bundle.identify(self.made("two", **{"haproxy.cfg": "defaults"})),
            bundle.identify(self.made("three", **{"units/b.conf": "a"})),
        }
        self.assertEqual(len(names), 3)


class ChangedByHand(BundleTest):
    def test_a_bundle_as_delivered_has_no_changes(self) -> None:
        self.assertEqual(bundle.changed_by_hand(self.made("one")), [])

    def test_changed_missing_and_added_files_are_named(self) -> None:
        one = self.made("one")
        (one / "haproxy.cfg").write_text("by hand")
        (one / "units/a.conf").unlink()
        (one / "added").touch()
        self.assertEqual(bundle.changed_by_hand(one), ["added", "haproxy.cfg", "units/a.conf"])

    def test_without_its_manifest_a_bundle_counts_as_changed(self) -> None:
        one = self.made("one")
        (one / bundle.MANIFEST).unlink()
        self.assertEqual(bundle.changed_by_hand(one), [bundle.MANIFEST])

    def test_a_broken_manifest_names_every_file_that_it_does_not_vouch_for(self) -> None:
        one = self.made("one")
        (one / bundle.MANIFEST).write_text("broken\n")
        self.assertIn("haproxy.cfg", bundle.changed_by_hand(one))
        (one / bundle.MANIFEST).write_bytes(b"\xff\xfe")
        self.assertEqual(bundle.changed_by_hand(one), [bundle.MANIFEST])
