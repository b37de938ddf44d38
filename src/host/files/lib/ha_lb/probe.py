"""Finds out that HAProxy hangs, and tells Keepalived through a track file: 0 answers, 1 does not."""

from __future__ import annotations

import time
from collections.abc import Callable

from . import readiness
from .settings import RUN, Settings

TRACK_FILE = RUN / "ready"


class Probe:
    def __init__(self, settings: Settings) -> None:
        self._interval = settings.probe_interval_seconds
        self._limit = settings.probe_failures
        self._failures = self._limit
        self._written: str | None = None

    def run_forever(self, on_ready: Callable[[], None], on_alive: Callable[[], None]) -> None:
        self._check()
        on_ready()
        while True:
            started = time.monotonic()
            self._check()
            on_alive()
            time.sleep(max(0.0, self._interval - (time.monotonic() - started)))

    def _check(self) -> None:
        started = time.monotonic()
        if readiness.answer(self._interval) is not None:
            self._failures = 0
        elif time.monotonic() - started < 2 * self._interval:
            self._failures += 1
        # A question that took far longer than its time-out says that this machine stood still, not HAProxy.
        self._tell("1" if self._failures >= self._limit else "0")

    def _tell(self, value: str) -> None:
        if value != self._written:
            TRACK_FILE.write_text(value + "\n")
            print(f"HAProxy {'answers' if value == '0' else 'does not answer'}", flush=True)
            self._written = value
