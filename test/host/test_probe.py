"""When an unanswered question makes a node step down, and when it does not."""

from __future__ import annotations

import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from ha_lb import probe
from ha_lb.probe import Probe
from node_settings import SETTINGS


class Counting(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = Path(directory.name) / "ready"
        self.now = 0.0
        for patch in (
            mock.patch.object(probe, "TRACK_FILE", self.file),
            mock.patch("time.monotonic", lambda: self.now),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            self.entered(patch)
        self.probe = Probe(SETTINGS)

    def entered(self, context: contextlib.AbstractContextManager[object]) -> None:
        context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def asked(self, answer: str | None, took: float = 0.0) -> str:
        def answered(_: float) -> str | None:
            self.now += took
            return answer

        with mock.patch("ha_lb.readiness.answer", answered):
            self.probe._check()
        return self.file.read_text().strip()

    def test_until_the_first_answer_a_node_is_not_ready(self) -> None:
        self.assertEqual(self.asked(None), "1")

    def test_one_answer_makes_it_ready(self) -> None:
        self.assertEqual(self.asked("c0ffee"), "0")

    def test_only_the_third_unanswered_question_in_a_row_counts(self) -> None:
        self.asked("c0ffee")
        self.assertEqual([self.asked(None) for _ in range(4)], ["0", "0", "1", "1"])

    def test_an_answer_between_them_starts_the_count_again(self) -> None:
        self.asked("c0ffee")
        answers = [None, None, "c0ffee", None, None, "c0ffee"]
        self.assertEqual([self.asked(answer) for answer in answers], ["0"] * 6)

    def test_a_question_that_took_its_whole_time_counts(self) -> None:
        self.asked("c0ffee")
        self.assertEqual([self.asked(None, took=0.6) for _ in range(3)], ["0", "0", "1"])

    def test_a_machine_that_stood_still_does_not_blame_haproxy(self) -> None:
        self.asked("c0ffee")
        self.assertEqual([self.asked(None, took=2.8) for _ in range(5)], ["0"] * 5)

    def test_the_file_is_written_only_when_its_content_changes(self) -> None:
        self.asked("c0ffee")
        self.file.write_text("written by someone else")
        self.assertEqual(self.asked("c0ffee"), "written by someone else")
