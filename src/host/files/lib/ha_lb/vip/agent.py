"""The event loop of the agent: everything that it hears and does. What to do is decided in convergence.py."""

from __future__ import annotations

import contextlib
import os
import random
import selectors
import signal
import time
from collections.abc import Callable
from types import FrameType

from .. import holds, systemd
from ..settings import RUN, Settings
from . import marker, pair, report
from .actions import Abandon, Action, AskPeer, Remember, Start, StepDown
from .asking import PeerQuestions
from .convergence import Convergence
from .model import Clock
from .movers import Movers
from .role import LOWER_PRIORITY, event

FIFO = RUN / "vip.fifo"
HOLD_DOWN_SECONDS = 60
# A third of WatchdogSec in the unit.
ALIVE_SECONDS = 5.0


class Agent:
    def __init__(self, settings: Settings) -> None:
        assert settings.mover
        self._settings = settings
        self._movers = Movers(settings.mover)
        self._reporter = report.Reporter()
        self._fifo = _open_fifo()
        self._pending = b""
        self._awake, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._questions = PeerQuestions(settings, self._wake_up)
        self._alive_from = 0.0
        self._ends = False
        # What Keepalived told while there was no agent is over; what is true is asked for.
        events = any(told != LOWER_PRIORITY for told in self._heard())
        known = report.before(
            remembered=pair.is_remembered(settings),
            master=marker.is_here(settings.marker),
            events=events,
            epoch=time.time(),
        )
        self._convergence = Convergence(settings, known, _clock(), random.random, _say)

    def run(self) -> None:
        self._catch_signals()
        _say(f"starts, this node is {'MASTER' if self._convergence.master else 'not MASTER'}")
        # What the agent before this one reported is no longer to be read once this one is ready.
        self._reporter.write(self._convergence, time.monotonic())
        systemd.ready()
        with selectors.DefaultSelector() as selector:
            selector.register(self._fifo, selectors.EVENT_READ)
            selector.register(self._awake, selectors.EVENT_READ)
            while not self._ends:
                selector.select(self._turn())
                _drain(self._awake)
        self._movers.abandon_all()
        holds.lift(holds.STEP_DOWN)

    def _turn(self) -> float:
        """Does what is due, and returns for how long nothing is."""
        for told in self._heard():
            self._convergence.heard(told, _clock())
        self._convergence.seen(marker.is_here(self._settings.marker), _clock())
        for answer in self._questions.answers():
            self._convergence.peer_answered(answer)
        for call, outcome in self._movers.ended(time.monotonic()):
            self._convergence.ended(call, outcome, _clock())
        for action in self._convergence.actions(_clock()):
            self._do(action)
        if holds.lift_expired(holds.STEP_DOWN):
            _say("may become MASTER again")
        now = time.monotonic()
        self._reporter.write(self._convergence, now)
        if now >= self._alive_from:
            systemd.alive()
            self._alive_from = now + ALIVE_SECONDS
        due = min(self._convergence.wakes_at(now), self._movers.next_deadline() or now + ALIVE_SECONDS)
        return max(0.0, due - time.monotonic())

    def _do(self, action: Action) -> None:
        if isinstance(action, Start):
            outcome = self._movers.start(action.call, time.monotonic())
            if outcome:
                self._convergence.ended(action.call, outcome, _clock())
        elif isinstance(action, Abandon):
            self._movers.abandon(action.call)
        elif isinstance(action, AskPeer):
            self._questions.ask()
        elif isinstance(action, StepDown):
            _say(f"steps down for {HOLD_DOWN_SECONDS} s: {action.reason}")
            _try("step down", holds.place, holds.STEP_DOWN, action.reason, HOLD_DOWN_SECONDS)
        elif isinstance(action, Remember):
            _try("remember this pair", pair.remember, self._settings)

    def _heard(self) -> list[str]:
        received = self._pending
        with contextlib.suppress(BlockingIOError):
            while part := os.read(self._fifo, 4096):
                received += part
        *lines, self._pending = received.split(b"\n")
        return [told for line in lines if (told := event(line.decode("ascii", "replace")))]

    def _catch_signals(self) -> None:
        def ends(*_: object) -> None:
            self._ends = True

        def nothing(_signal: int, _frame: FrameType | None) -> None:
            """Only for the wake-up."""

        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, ends)
        signal.signal(signal.SIGINT, ends)
        signal.signal(signal.SIGCHLD, nothing)

    def _wake_up(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, b"\0")


def _try(what: str, function: Callable[..., None], *arguments: object) -> None:
    """For what the addresses do not depend on."""
    try:
        function(*arguments)
    except OSError as error:
        _say(f"cannot {what}: {error}")


def _open_fifo() -> int:
    if not FIFO.exists():
        os.mkfifo(FIFO, 0o600)
    # Open for writing too: a FIFO whose last writer is gone would otherwise end.
    return os.open(FIFO, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _drain(descriptor: int) -> None:
    with contextlib.suppress(BlockingIOError):
        while os.read(descriptor, 4096):
            pass


def _clock() -> Clock:
    return Clock(time.monotonic(), time.time())


def _say(text: str) -> None:
    print(text, flush=True)
