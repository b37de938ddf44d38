"""What the peer's answers mean. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..status import Status

# "reachable": it does not tell its state, but answers in public.
Standing = Literal["not master", "master", "unready master", "reachable", "gone"]
# Answers in a row, about a second apart, after which a peer counts as gone or as unable.
IN_A_ROW = 3
# What the peer said longer ago is of no use any more.
FRESH_SECONDS = 12.0


@dataclass(frozen=True)
class Answer:
    asked_at: float
    standing: Standing
    state: str = ""
    # BACKUP, ready, not held back: it would become MASTER at once.
    stands_by: bool = False
    api: str = "unknown"
    # How long ago the cloud last answered the peer.
    proof_age: float | None = None


def answer(asked_at: float, status: Status | None, reachable: bool) -> Answer:
    if status is None:
        return Answer(asked_at, "reachable" if reachable else "gone")
    mover = status.get("mover") or {}
    state = str(status["state"])
    ready = bool(status["ready"])
    standing: Standing = "not master" if state != "MASTER" else "master" if ready else "unready master"
    stands_by = state == "BACKUP" and ready and not status.get("hold")
    return Answer(asked_at, standing, state, stands_by, mover.get("api", {}).get("state", "unknown"), mover.get("age"))


class Peer:
    """The last answers."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._answers: list[Answer] = []

    def add(self, answered: Answer) -> None:
        self._answers = [*self._answers[-(IN_A_ROW - 1) :], answered]

    def latest(self, now: float) -> Answer | None:
        last = self._answers[-1] if self._answers else None
        return last if last and now - last.asked_at <= FRESH_SECONDS else None

    def evidence(self, since: float, now: float) -> str | None:
        """Why the peer, which has had the address since then, is not meant to keep it; None: it may be meant to."""
        last = self.latest(now)
        answers = [answered.standing for answered in self._answers if answered.asked_at >= since]
        if last is None or not answers:
            return None
        if last.standing == "not master":
            return f"{self._name} is {last.state}"
        if answers == ["gone"] * IN_A_ROW:
            return f"{self._name} answers nowhere"
        if answers == ["unready master"] * IN_A_ROW:
            return f"{self._name} is MASTER but not ready"
        return None

    def seems_unable(self, now: float) -> bool:
        last = self.latest(now)
        return last is not None and last.standing in ("gone", "unready master")

    def could_do_better(self, failing_for: float, now: float) -> bool:
        """Whether it would become MASTER, and the cloud has answered it while this node could not claim."""
        last = self.latest(now)
        return (
            last is not None
            and last.stands_by
            and last.api == "ok"
            and last.proof_age is not None
            and last.proof_age < failing_for
        )
