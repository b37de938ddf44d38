"""Gives the addresses to the peer because an operator says so: `ha-lb switchover`, `drain` and `undrain`."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator

from . import holds, mover_status, status
from .settings import CURRENT, Settings
from .status import Status
from .verdict import judge

# Until the peer is MASTER, beside what its timers take; until a cloud has moved the addresses; until this node is back.
TAKE_OVER_SECONDS = 10.0
MOVE_SECONDS = 45.0
RETURN_SECONDS = 10.0


class Refused(Exception):
    """Nothing was changed, or it was changed back; the message says why."""


class NotMoved(Exception):
    """The peer is MASTER, but does not have the addresses yet."""


def switchover(node: Settings) -> str:
    own = status.local(node)
    refusal = why_not_switch_over(judge(own, status.of_peer(node)), own)
    if refusal:
        raise Refused(refusal)
    started = time.monotonic()
    with _held_by_this_command("asked for by an operator"):
        _wait_for_peer(node)
        seconds = time.monotonic() - started
    _wait(lambda: status.local(node)["state"] in ("BACKUP", "MASTER"), RETURN_SECONDS)
    text = f"{node.peer} is MASTER and has the addresses, after {seconds:.1f} s. {node.node} stands by."
    if _comes_back():
        text += f" {node.node} is the preferred node and takes over again by itself; `ha-lb drain` keeps it from that."
    return text


def drain(node: Settings, reason: str, *, force: bool) -> str:
    if holds.DRAIN in holds.placed():
        return f"{node.node} is drained already. `ha-lb undrain` ends that."
    own, peer = status.local(node), status.of_peer(node)
    refusal = why_not_drain(node.node, node.peer, own, peer, force=force)
    if refusal:
        raise Refused(refusal)
    holds.place(holds.DRAIN, reason)
    try:
        peer = status.of_peer(node)
        if peer and _is_drained(peer):
            raise Refused(f"{node.peer} was drained at the same time. One of the two has to serve.")
        if own["state"] == "MASTER" and not force:
            _wait_for_peer(node)
    except NotMoved:
        raise
    except BaseException:
        # Interrupted, too: half a drain is worse than none.
        holds.lift(holds.DRAIN)
        raise
    return f"{node.node} is drained until `ha-lb undrain`, or until it is started anew. {node.peer} serves alone."


def undrain(node: Settings) -> str:
    if not holds.lift(holds.DRAIN):
        return f"{node.node} is not drained."
    if not _wait(lambda: status.local(node)["state"] in ("BACKUP", "MASTER"), RETURN_SECONDS):
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
    with _held_by_this_command("its services restart"):
        try:
            _wait_for_peer(node)
        except (Refused, NotMoved) as problem:
            print(f"{node.node} restarts its services all the same: {problem}")
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


def _is_drained(peer: Status) -> bool:
    return any(hold["kind"] == holds.DRAIN for hold in peer.get("hold") or [])


def _comes_back() -> bool:
    return "nopreempt" not in (CURRENT / "keepalived.conf").read_text()


def _wait_for_peer(node: Settings) -> None:
    """Returns once the peer is MASTER and has the addresses."""
    if not _wait(lambda: _is_master(status.of_peer(node)), TAKE_OVER_SECONDS + 2 * node.take_over_seconds):
        raise Refused(f"{node.peer} did not become MASTER, so {node.node} may be it again. `ha-lb logs` says more.")
    if node.mover and not _wait(lambda: _not_moved(node) is None, MOVE_SECONDS):
        raise NotMoved(f"{_not_moved(node)}. Its agent goes on trying.")


def _not_moved(node: Settings) -> str | None:
    peer = status.of_peer(node)
    if not _is_master(peer) or peer is None:
        return f"{node.peer} is no longer MASTER"
    return mover_status.not_held(peer, [shared.name for shared in node.addresses])


def _is_master(peer: Status | None) -> bool:
    return peer is not None and peer["state"] == "MASTER"


@contextlib.contextmanager
def _held_by_this_command(reason: str) -> Iterator[None]:
    """Lifted when this command ends, even when it is killed: by a child that waits for nothing else."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writer)
        os.setsid()
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        os.read(reader, 1)
        holds.lift(holds.SWITCHOVER)
        os._exit(0)
    os.close(reader)
    try:
        holds.place(holds.SWITCHOVER, reason)
        yield
    finally:
        os.close(writer)
        os.waitpid(child, 0)


def _wait(is_true: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
