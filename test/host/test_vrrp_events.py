"""What the agent notes of Keepalived's transitions."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb import status, vrrp_events


class Notes(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.note = Path(directory.name) / "vrrp.json"
        self.now = 1000.0
        for patch in (
            mock.patch.object(vrrp_events, "NOTE", self.note),
            mock.patch.object(status, "RUN", self.note.parent),
            mock.patch("time.time", lambda: self.now),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def noted(self, *lines: str) -> Any:
        with contextlib.redirect_stdout(io.StringIO()):
            for line in lines:
                vrrp_events._note(line.split())
                self.now += 10
        return json.loads(self.note.read_text()) if self.note.exists() else None

    def test_a_transition_is_noted_with_its_time(self) -> None:
        self.assertEqual(self.noted('INSTANCE "ha-load-balancer" MASTER 200'), {"state": "MASTER", "since": 1000})

    def test_the_last_transition_stays(self) -> None:
        lines = [f'INSTANCE "ha-load-balancer" {state} 200' for state in ("BACKUP", "MASTER", "FAULT")]
        self.assertEqual(self.noted(*lines), {"state": "FAULT", "since": 1020})

    def test_the_same_state_told_again_keeps_its_time(self) -> None:
        line = 'INSTANCE "ha-load-balancer" BACKUP 190'
        self.assertEqual(self.noted(line, line), {"state": "BACKUP", "since": 1000})

    def test_adverts_of_lower_priority_are_no_transition(self) -> None:
        lines = ['INSTANCE "ha-load-balancer" MASTER 200', 'INSTANCE "ha-load-balancer" MASTER_RX_LOWER_PRI 200']
        self.assertEqual(self.noted(*lines), {"state": "MASTER", "since": 1000})

    def test_anything_else_is_left_out(self) -> None:
        self.assertIsNone(self.noted("", "INSTANCE", 'GROUP "g" MASTER 200', 'INSTANCE "ha-load-balancer" NONSENSE 1'))

    def test_a_broken_note_is_replaced(self) -> None:
        for broken in ("{", "[]", "null"):
            self.note.write_text(broken)
            with self.subTest(broken=broken):
                self.assertEqual(self.noted('INSTANCE "x" BACKUP 190')["state"], "BACKUP")
