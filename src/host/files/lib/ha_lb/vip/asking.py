"""Asks the peer how it is, beside everything else: on the network between the two, and whether it answers in public."""

from __future__ import annotations

import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from .. import status
from ..settings import Settings
from .peer import Answer, answer

ANSWER_SECONDS = 1.0


class PeerQuestions:
    def __init__(self, settings: Settings, on_answer: Callable[[], None]) -> None:
        self._settings = settings
        self._on_answer = on_answer
        self._answers: deque[Answer] = deque()

    def ask(self) -> None:
        threading.Thread(target=self._ask, daemon=True).start()

    def answers(self) -> list[Answer]:
        found = []
        while self._answers:
            found.append(self._answers.popleft())
        return found

    def _ask(self) -> None:
        asked_at = time.monotonic()
        # Whatever it tells, it is there, and may be asked again.
        found = answer(asked_at, None, True)
        try:
            told = status.of_peer(self._settings, ANSWER_SECONDS)
            found = answer(asked_at, told, told is not None or self._answers_in_public())
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            print(f"the peer tells something odd: {error!r}", flush=True)
        self._answers.append(found)
        self._on_answer()

    def _answers_in_public(self) -> bool:
        """Never asked at a shared address: that one is on this host, too."""
        assert self._settings.mover
        for port in self._settings.ports[:1]:
            try:
                socket.create_connection((self._settings.mover.peer_public_address, port), ANSWER_SECONDS).close()
            except OSError:
                return False
        return bool(self._settings.ports)
