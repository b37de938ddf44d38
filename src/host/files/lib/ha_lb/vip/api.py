"""How the cloud's API is, from how the last calls ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from .model import Outcome

ApiState = Literal["ok", "denied", "failing", "unknown"]


class Api:
    def __init__(self, calls: int, errors: Mapping[str, int], epoch: float) -> None:
        self.calls = calls
        self.errors = dict(errors)
        self.state: ApiState = "unknown"
        self.since = epoch
        self.worst: Outcome | None = None

    def count_error(self, outcome: Outcome) -> None:
        self.errors[outcome.code] = self.errors.get(outcome.code, 0) + 1

    def judge(self, last: Iterable[Outcome], epoch: float) -> bool:
        """From the last outcome of each kind of call; whether that is news."""
        state, self.worst = worst_of(list(last))
        if state == self.state:
            return False
        self.state, self.since = state, epoch
        return True

    @property
    def problem(self) -> str:
        return f"{self.worst.code} {self.worst.message}".strip() if self.worst else ""


def worst_of(outcomes: list[Outcome]) -> tuple[ApiState, Outcome | None]:
    for outcome in outcomes:
        if outcome.denied:
            return "denied", outcome
    for outcome in outcomes:
        if not outcome.done:
            return "failing", outcome
    return ("ok", None) if outcomes else ("unknown", None)
