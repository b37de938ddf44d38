"""What keeps a node from being MASTER: who wants it, until when, and what Keepalived reads."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from ha_lb import holds


class Holds(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.now = 1000.0
        for patch in (
            mock.patch.object(holds, "FILE", self.root / "hold"),
            mock.patch.object(holds, "NOTE", self.root / "hold.json"),
            mock.patch("time.time", lambda: self.now),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def file(self) -> str:
        return (self.root / "hold").read_text()

    def test_a_node_is_held_for_as_long_as_anybody_wants_it(self) -> None:
        holds.place(holds.DRAIN, "kernel update")
        holds.place(holds.SWITCHOVER, "asked for")
        self.assertEqual(self.file(), "1\n")
        self.assertTrue(holds.lift(holds.SWITCHOVER))
        self.assertEqual(self.file(), "1\n")
        self.assertTrue(holds.lift(holds.DRAIN))
        self.assertEqual(self.file(), "0\n")
        self.assertFalse((self.root / "hold.json").exists())

    def test_lifting_what_is_not_there_changes_nothing(self) -> None:
        self.assertFalse(holds.lift(holds.DRAIN))
        self.assertEqual(holds.placed(), {})

    def test_the_file_that_keepalived_watches_stays_the_same_file(self) -> None:
        holds.place(holds.DRAIN, "x")
        number = (self.root / "hold").stat().st_ino
        holds.lift(holds.DRAIN)
        self.assertEqual((self.root / "hold").stat().st_ino, number)

    def test_a_hold_for_a_time_ends_then_or_when_the_clock_was_set_back(self) -> None:
        for now, ends in ((1059.0, False), (1060.0, True), (999.0, True), (10**9, True)):
            self.now = 1000.0
            holds.place(holds.STEP_DOWN, "x", 60)
            self.now = now
            with self.subTest(now=now):
                self.assertEqual(holds.lift_expired(holds.STEP_DOWN), ends)
        holds.lift(holds.STEP_DOWN)

    def test_a_drain_does_not_end_by_itself(self) -> None:
        holds.place(holds.DRAIN, "x")
        self.now = 10**9
        self.assertFalse(holds.lift_expired(holds.DRAIN))

    def test_what_the_status_tells(self) -> None:
        self.assertIsNone(holds.told())
        holds.place(holds.DRAIN, "kernel update")
        self.assertEqual(holds.told(), [{"kind": "drain", "reason": "kernel update", "since": 1000, "until": None}])

    def test_a_file_that_somebody_wrote_by_hand_is_told_too(self) -> None:
        (self.root / "hold").write_text("1\n")
        self.assertEqual([hold["kind"] for hold in holds.told() or []], ["by hand"])

    def test_a_broken_note_is_no_note(self) -> None:
        for text in ("", "{", "[]", "null", '{"drain": {}}', '{"drain": 1}'):
            (self.root / "hold.json").write_text(text)
            with self.subTest(text=text):
                self.assertEqual(holds.placed(), {})

    def test_links_that_stand_in_the_way_are_not_followed(self) -> None:
        victim = self.root / "victim"
        victim.write_text("precious")
        (self.root / "hold.json.new").symlink_to(victim)
        holds.place(holds.DRAIN, "x")
        (self.root / "hold").unlink()
        (self.root / "hold").symlink_to(victim)
        with self.assertRaises(OSError):
            holds.place(holds.SWITCHOVER, "x")
        self.assertEqual(victim.read_text(), "precious")
