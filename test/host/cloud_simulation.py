"""Two nodes, their agents' decisions, a cloud and the network between them, on a clock that runs as fast as it can."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ha_lb.settings import Mover, Settings
from ha_lb.vip.actions import Abandon, Action, AskPeer, Remember, Start, StepDown
from ha_lb.vip.convergence import Before, Convergence
from ha_lb.vip.model import DENIED, DONE, TRY_AGAIN, Call, Clock, Outcome
from ha_lb.vip.peer import answer
from node_settings import ON_CLOUD

IDS = {"lb1": "1001", "lb2": "1002"}
CALL_SECONDS = 0.03


@dataclass
class Cloud:
    """Holds one address. `failure` says how a call of a node fails; None: it does not."""

    holder: str = "1001"
    move_seconds: float = 0.0
    failure: Callable[[str, str], Outcome | None] = lambda _node, _verb: None
    # What reads say instead of the truth.
    stale: list[str] = field(default_factory=list)
    calls: list[tuple[float, str, str]] = field(default_factory=list)
    moves: list[tuple[float, str]] = field(default_factory=list)

    def claims(self, node: str) -> int:
        return sum(1 for _, who, verb in self.calls if (who, verb) == (node, "claim"))


class Node:
    def __init__(self, world: World, name: str, before: Before) -> None:
        peer = "lb2" if name == "lb1" else "lb1"
        mover = Mover(IDS[name], IDS[peer], {}, "198.51.100.9", ())
        self.settings: Settings = replace(ON_CLOUD, node=name, peer=peer, mover=mover)
        self.world = world
        self.name = name
        self.peer = peer
        self.state = "MASTER" if before.master else "BACKUP"
        self.ready = True
        self.alive = True
        self.marker = before.master
        self.stepped_down: list[float] = []
        self.remembered = before.remembered
        self.said: list[str] = []
        self.running: dict[int, Call] = {}
        self.convergence = self.started(before)

    def started(self, before: Before) -> Convergence:
        return Convergence(self.settings, before, self.world.clock(), lambda: 0.5, self.said.append)

    def restarted(self, *, verified: bool) -> None:
        """The agent alone: its calls end with it."""
        self.running.clear()
        known = frozenset(["main"]) if verified else frozenset[str]()
        self.convergence = self.started(Before(self.remembered, self.marker, known))

    def becomes(self, state: str, *, told: bool = True) -> None:
        self.state = state
        self.marker = state == "MASTER"
        self.ready = state in ("MASTER", "BACKUP")
        if told:
            self.hears(state)

    def hears(self, event: str) -> None:
        self.convergence.heard(event, self.world.clock())
        self.turn()

    def turn(self) -> None:
        if not self.alive:
            return
        self.convergence.seen(self.marker, self.world.clock())
        for action in self.convergence.actions(self.world.clock()):
            self.do(action)

    def do(self, action: Action) -> None:
        if isinstance(action, Start):
            self.world.call(self, action.call)
        elif isinstance(action, Abandon):
            self.running = {key: call for key, call in self.running.items() if call != action.call}
        elif isinstance(action, AskPeer):
            asked_at = self.world.now
            self.world.at(0.01, lambda: self.answered(asked_at))
        elif isinstance(action, StepDown):
            self.stepped_down.append(self.world.now)
        elif isinstance(action, Remember):
            self.remembered = True

    def answered(self, asked_at: float) -> None:
        told = self.world.status_of(self.peer) if self.world.peers_talk else None
        self.convergence.peer_answered(answer(asked_at, told, self.world.nodes[self.peer].alive))
        self.turn()

    @property
    def address(self) -> Any:
        return self.convergence.addresses[0]


class World:
    def __init__(self, *, remembered: bool = True, masters: tuple[str, ...] = (), holder: str = "1001") -> None:
        self.now = 1000.0
        self.cloud = Cloud(holder)
        self.peers_talk = True
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        known = frozenset(["main"])
        self.nodes = {name: Node(self, name, Before(remembered, name in masters, known)) for name in IDS}
        self.one, self.two = self.nodes["lb1"], self.nodes["lb2"]
        self.one.turn()
        self.two.turn()

    def clock(self) -> Clock:
        return Clock(self.now, self.now + 1e9)

    def at(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + seconds, next(self._numbers), what))

    def run(self, seconds: float) -> None:
        """Everything that happens until then, and a turn of each agent whenever it wants one."""
        end = self.now + seconds
        while True:
            wakes = [node.convergence.wakes_at(self.now) for node in self.nodes.values() if node.alive]
            due = min([*wakes, *(event[0] for event in self._events[:1]), end])
            self.now = max(due, self.now + 0.001) if due < end else end
            while self._events and self._events[0][0] <= self.now:
                heapq.heappop(self._events)[2]()
            for node in self.nodes.values():
                node.turn()
            if self.now >= end:
                return

    def status_of(self, name: str) -> dict[str, Any] | None:
        node = self.nodes[name]
        if not node.alive:
            return None
        read_at = node.address.read_at
        mover = {
            "api": {"state": node.convergence.api.state},
            "age": None if read_at is None else self.now - read_at,
        }
        return {"state": node.state, "ready": node.ready, "mover": mover}

    def call(self, node: Node, call: Call) -> None:
        key = next(self._numbers)
        node.running[key] = call
        self.cloud.calls.append((self.now, node.name, call.verb))
        failure = self.cloud.failure(node.name, call.verb)
        if call.verb == "claim" and (failure is None or failure.code == "lost"):
            # The order is given: it is carried out whatever becomes of the one who gave it.
            self.at(CALL_SECONDS + self.cloud.move_seconds, lambda: self.moved(node.name))
        took = CALL_SECONDS + (self.cloud.move_seconds + 0.05 if call.verb == "claim" and failure is None else 0)
        self.at(took, lambda: self.ended(node, key, failure))

    def moved(self, name: str) -> None:
        self.cloud.holder = IDS[name]
        self.cloud.moves.append((self.now, name))

    def ended(self, node: Node, key: int, failure: Outcome | None) -> None:
        call = node.running.pop(key, None)
        if call is None or not node.alive:
            return
        holder = self.cloud.stale.pop(0) if call.verb == "owner" and self.cloud.stale else self.cloud.holder
        node.convergence.ended(call, failure or Outcome(DONE, holder), self.clock())
        node.turn()


def denied(code: str = "401") -> Outcome:
    return Outcome(DENIED, code=code, message="denied")


def failing(code: str = "503") -> Outcome:
    return Outcome(TRY_AGAIN, code=code, message="out of order")


def failed_over(**settings: object) -> World:
    """lb1 had the address and is gone; lb2 has just been told that it is MASTER."""
    world = World(masters=("lb1",))
    world.run(60)
    for name, value in settings.items():
        setattr(world.cloud, name, value)
    world.one.alive = False
    world.two.becomes("MASTER")
    return world
