"""Gives the addresses to the peer because an operator says so: `ha-lb switchover`, `drain` and `undrain`."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator

from . import connections, draining, holds, mover_status, status
from .settings import CURRENT, DRAIN_SECONDS, Settings
from .status import Status
from .verdict import judge

# Until the peer is MASTER, beside what its timers take; until a cloud has moved the addresses; until this node is back.
TAKE_OVER_SECONDS = 10.0
MOVE_SECONDS = 45.0
RETURN_SECONDS = 10.0
KEEP_HOLD = b"k"


class Refused(Exception):
    """Nothing was changed, or it was changed back; the message says why."""


class NotMoved(Exception):
    """The peer is MASTER, but does not have the addresses yet."""


def switchover(node: Settings, drain_seconds: float) -> str:
    _check_switchover(node)
    with _undone_afterwards(node, holds.SWITCHOVER):
        _drain(node, drain_seconds)
        # The peer had time to fail.
        _check_switchover(node)
        started = time.monotonic()
        open_still = _give_away(node, holds.SWITCHOVER, "asked for by an operator", drain_seconds)
        seconds = time.monotonic() - started
    back = draining.until(lambda: _stands_by(node), RETURN_SECONDS)
    text = f"{node.peer} is MASTER and has the addresses, after {seconds:.1f} s."
    text += f" {node.node} stands by." if back else f" {node.node} does not stand by yet: `ha-lb status` says why."
    text += f" {_counted(open_still)} when they moved."
    if _comes_back():
        text += f" {node.node} is the preferred node and takes over again by itself; `ha-lb drain` keeps it from that."
    return text


def drain(node: Settings, reason: str, drain_seconds: float, *, force: bool) -> str:
    if holds.DRAIN in holds.placed():
        return f"{node.node} is drained already. `ha-lb undrain` ends that."
    own = _check_drain(node, force=force)
    moved = ""
    # Interrupted, too: half a drain is worse than none.
    with _undone_afterwards(node, holds.DRAIN) as undone:
        if own["state"] == "MASTER":
            _drain(node, drain_seconds)
            _check_drain(node, force=force)
            try:
                open_still = _give_away(node, holds.DRAIN, reason, drain_seconds, wait=not force)
            except NotMoved:
                undone.but_for_the_hold()
                raise
            moved = f" {_counted(open_still)} when the addresses moved."
        else:
            holds.place(holds.DRAIN, reason)
            _check_peer_is_not_drained(node)
        undone.but_for_the_hold()
    return (
        f"{node.node} is drained until `ha-lb undrain`, or until it is started anew. {node.peer} serves alone.{moved}"
    )


def undrain(node: Settings) -> str:
    # A switchover that was killed with all that it had started leaves the same behind.
    draining.put_back(node)
    lifted = [kind for kind in (holds.DRAIN, holds.SWITCHOVER) if holds.lift(kind)]
    if not lifted:
        return f"{node.node} is not drained."
    if not draining.until(lambda: _stands_by(node), RETURN_SECONDS):
        return f"{node.node} is no longer drained, but does not stand by yet: `ha-lb status` says why."
    return f"{node.node} is no longer drained."


@contextlib.contextmanager
def aside(node: Settings) -> Iterator[None]:
    """Around a restart of services: if this node is the one that serves, its peer does so meanwhile, where it can."""
    own = status.local(node)
    if own["state"] != "MASTER":
        yield
        return
    reason = why_not_drain(node.node, node.peer, own, status.of_peer(node), force=False)
    if reason:
        print(f"{node.node} does not hand over before its services restart: {reason.partition('. ')[0]}.")
        yield
        return
    with _undone_afterwards(node, holds.SWITCHOVER) as undone:
        try:
            _drain(node, DRAIN_SECONDS)
            _check_drain(node, force=False)
            _give_away(node, holds.SWITCHOVER, "its services restart", DRAIN_SECONDS)
        except (Refused, NotMoved) as problem:
            print(f"{node.node} restarts its services all the same: {problem}")
            if isinstance(problem, Refused):
                # Nobody else serves.
                undone.now()
        yield


def why_not_switch_over(verdict: Status, own: Status) -> str | None:
    if own["state"] != "MASTER" and verdict["redundancy"] == "redundant":
        return f"{own['node']} is not MASTER. Run `ha-lb switchover` on {verdict['holder']}."
    if verdict["redundancy"] != "redundant":
        found = "\n".join(f"  ! {text}" for text in verdict["problems"]) or "  ! a node is not ready"
        return f"the pair is {verdict['redundancy']}, so {own['node']} keeps the addresses:\n{found}"
    return None


def why_not_drain(name: str, peer_name: str, own: Status, peer: Status | None, *, force: bool) -> str | None:
    if peer and _is_drained(peer):
        return f"{peer_name} is drained, and one of the two has to serve. Run `ha-lb undrain` there first."
    if force or own["state"] not in ("MASTER", "BACKUP"):
        return None
    if peer is None:
        able = "does not tell its state"
    elif not peer["ready"]:
        able = f"is in state {peer['state']} and not ready"
    else:
        problems = mover_status.problems([peer])
        able = f"is not able to take over: {problems[0]}" if problems and own["state"] == "MASTER" else ""
    return (
        f"{peer_name} {able}. Without {name}, nobody might serve; `--force` drains it all the same." if able else None
    )


def _check_switchover(node: Settings) -> None:
    own = status.local(node)
    refusal = why_not_switch_over(judge(own, status.of_peer(node)), own)
    if refusal:
        raise Refused(refusal)


def _check_drain(node: Settings, *, force: bool) -> Status:
    own = status.local(node)
    refusal = why_not_drain(node.node, node.peer, own, status.of_peer(node), force=force)
    if refusal:
        raise Refused(refusal)
    return own


def _check_peer_is_not_drained(node: Settings) -> None:
    peer = status.of_peer(node)
    if peer and _is_drained(peer):
        raise Refused(f"{node.peer} was drained at the same time. One of the two has to serve.")


def _drain(node: Settings, seconds: float) -> None:
    count = len(connections.established(node))
    if count and seconds > 0:
        print(f"{node.node}: {count} connections have {seconds:g} s to end.", file=sys.stderr, flush=True)
        draining.drain(node, seconds)


def _give_away(node: Settings, hold: str, reason: str, drain_seconds: float, *, wait: bool = True) -> int:
    """How many connections to this node were open when the peer got the addresses."""
    # A cloud leaves the addresses here until it has moved them; Keepalived does not.
    closes = drain_seconds > 0 and node.mover is None
    open_still = draining.close(node) if closes else len(connections.established(node))
    holds.place(hold, reason)
    if hold == holds.DRAIN:
        _check_peer_is_not_drained(node)
    if wait:
        _wait_for_peer(node)
    return open_still if node.mover is None else len(connections.established(node))


def _counted(connections: int) -> str:
    if connections == 0:
        return "No connection was open any more"
    return f"{connections} connection{'s were' if connections > 1 else ' was'} still open"


def _stands_by(node: Settings) -> bool:
    return status.local(node)["state"] in ("BACKUP", "MASTER")


def _is_drained(peer: Status) -> bool:
    return any(hold["kind"] == holds.DRAIN for hold in peer.get("hold") or [])


def _comes_back() -> bool:
    return "nopreempt" not in (CURRENT / "keepalived.conf").read_text()


def _wait_for_peer(node: Settings) -> None:
    """Returns once the peer is MASTER and has the addresses."""
    if not draining.until(lambda: _is_master(status.of_peer(node)), TAKE_OVER_SECONDS + 2 * node.take_over_seconds):
        raise Refused(f"{node.peer} did not become MASTER, so {node.node} may be it again. `ha-lb logs` says more.")
    if node.mover and not draining.until(lambda: _not_moved(node) is None, MOVE_SECONDS):
        raise NotMoved(f"{_not_moved(node)}. Its agent goes on trying.")


def _not_moved(node: Settings) -> str | None:
    peer = status.of_peer(node)
    if not _is_master(peer) or peer is None:
        return f"{node.peer} is no longer MASTER"
    return mover_status.not_held(peer, [shared.name for shared in node.addresses])


def _is_master(peer: Status | None) -> bool:
    return peer is not None and peer["state"] == "MASTER"


class _Undoing:
    def __init__(self, child: int, writer: int) -> None:
        self._child = child
        self._writer = writer
        self._order = b""
        self._done = False

    def but_for_the_hold(self) -> None:
        self._order = KEEP_HOLD

    def now(self) -> None:
        """Returns when it is done."""
        if not self._done:
            self._done = True
            os.write(self._writer, self._order)
            os.close(self._writer)
            os.waitpid(self._child, 0)


@contextlib.contextmanager
def _undone_afterwards(node: Settings, hold: str) -> Iterator[_Undoing]:
    """All that a hand-over does here, when this command ends, even when it is killed: by a child that waits."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.setsid()
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        keeps_hold = os.read(reader, 1) == KEEP_HOLD
        try:
            draining.put_back(node)
        except Exception as error:
            print(f"what the hand-over changed is not undone, `ha-lb undrain` tries again: {error}", file=sys.stderr)
        finally:
            if not keeps_hold:
                holds.lift(hold)
            sys.stderr.flush()
            os._exit(0)
    os.close(reader)
    undoing = _Undoing(child, writer)
    try:
        yield undoing
    finally:
        undoing.now()
