"""Which services start anew, are reloaded or are left alone when a bundle is put in use."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb import bundle, handover, readiness, services, settings
from ha_lb.commands import Unit
from ha_lb.settings import Settings
from node_settings import SETTINGS

FILES = {
    "haproxy.cfg": "global",
    "haproxy/maps/identity.map": "id c0ffee",
    "keepalived.conf": "vrrp",
    "interfaces.conf": "eth0",
    "lib/x.py": "x",
    "node.json": "{}",
    "units/haproxy.conf": "drop-in",
    "units/keepalived.conf": "drop-in",
    "revision": "1",
}

NEW_WORKER = "kill --kill-who=main --signal=USR2 haproxy"


class Using(unittest.TestCase):
    def setUp(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        self.asked: list[str] = []
        self.replaced_programs: set[str] = set()
        self.misplaced: dict[Path, str] = {}
        self.enabled = "enabled"
        for target, name, value in (
            (settings, "load", lambda *_: SETTINGS),
            (settings, "config_id", lambda *_: "c0ffee"),
            (services, "run", self.run_as_asked),
            (services, "misplaced", lambda _: self.misplaced),
            (services, "_link", lambda _: None),
            (services, "_retire_other_services", lambda _: None),
            (services, "units", lambda *asked: {unit: Unit(unit, True, "1") for unit in asked}),
            (services, "_systemctl", lambda *arguments: self.asked.append(" ".join(arguments))),
            (services, "_runs_another", lambda program, _: program.service in self.replaced_programs),
            (readiness, "answer", lambda _: "c0ffee"),
            (handover, "aside", self.aside),
        ):
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def run_as_asked(self, *command: str) -> subprocess.CompletedProcess[str]:
        self.assertEqual(command[:2], ("systemctl", "is-enabled"))
        return subprocess.CompletedProcess(command, 0, f"{self.enabled}\n" * len(command[2:]), "")

    @contextlib.contextmanager
    def aside(self, _: Settings) -> Iterator[None]:
        self.asked.append("hand over")
        yield

    def made(self, name: str, **changes: Any) -> Path:
        for path, text in {**FILES, **changes}.items():
            file = self.root / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        bundle.seal(self.root / name)
        return self.root / name

    def use(self, now: bundle.Running, **changes: str) -> list[str]:
        services.use(self.made("wanted", **changes), now)
        return self.asked

    def test_nothing_is_touched_where_nothing_changed(self) -> None:
        self.assertEqual(self.use(bundle.Running(self.made("old"))), [])

    def test_what_would_not_start_by_itself_is_enabled(self) -> None:
        self.enabled = "disabled"
        self.assertEqual(self.use(bundle.Running(self.made("old"))), ["enable --quiet haproxy keepalived ha-lb-agent"])

    def test_another_configuration_of_haproxy_does_not_concern_the_agents(self) -> None:
        changes = {"haproxy.cfg": "global\nmaxconn 1", "haproxy/maps/identity.map": "id decaf"}
        old = self.made("old")
        with (
            mock.patch.object(settings, "config_id", lambda place: "c0ffee" if place == old else "decaf"),
            mock.patch("ha_lb.runtime.bring_in_line", return_value=False),
        ):
            self.assertEqual(self.use(bundle.Running(old), **changes), [NEW_WORKER])

    def test_keepalived_is_not_reloaded_for_haproxy_nor_the_other_way_round(self) -> None:
        self.assertEqual(self.use(bundle.Running(self.made("old")), **{"keepalived.conf": "x"}), ["reload keepalived"])

    def test_another_revision_brings_everything_in_use_anew_without_a_restart_of_what_serves(self) -> None:
        self.assertEqual(
            self.use(bundle.Running(self.made("old")), revision="2"),
            ["daemon-reload", NEW_WORKER, "restart ha-lb-agent", "reload keepalived"],
        )

    def test_a_file_that_was_changed_by_hand_concerns_those_who_read_it(self) -> None:
        old = self.made("old")
        (old / "haproxy.cfg").write_text("by hand")
        self.assertEqual(self.use(bundle.running(old)), [NEW_WORKER])

    def test_a_restart_comes_after_handing_over(self) -> None:
        for program in ("haproxy", "keepalived"):
            self.asked, self.replaced_programs = [], {program}
            self.assertEqual(self.use(bundle.Running(self.made("old"))), ["hand over", f"restart {program}"])

    def test_a_link_that_somebody_has_changed_is_put_back_and_its_service_starts_anew(self) -> None:
        self.misplaced = {Path("/etc/systemd/system/keepalived.service.d/x.conf"): "units/keepalived.conf"}
        self.assertEqual(
            self.use(bundle.Running(self.made("old"))), ["hand over", "daemon-reload", "restart keepalived"]
        )
