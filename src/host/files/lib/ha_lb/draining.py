"""Lets what clients have under way on this node end before its addresses move, and puts everything back afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable

from . import connections, runtime
from .commands import run
from .settings import Settings

KEPT_SECONDS = 2.0
# With the doors closed: what is under way then adds to the time without the address.
CLOSED_SECONDS = 0.05
# A check of the configuration asks name servers first, which may be away.
REOPEN_SECONDS = 60.0
# Of the longest names, as many as fit into one command.
FRONTENDS_AT_A_TIME = 100
MAP = "haproxy/maps/draining.map"
TABLE = "inet ha_lb_handover"


def drain(node: Settings, seconds: float) -> None:
    """Returns once what is under way now has ended, or when the time is over.

    This node goes on serving: each answer by HTTP/1.1 says that its connection closes, and new ones are accepted. What
    merely is kept has only as long as a busy client leaves a connection unused: all others pay with handshakes.
    """
    connected, under_way = connections.established(node), set(_under_way(0))
    if not connected or seconds <= 0:
        return
    _keep(False)
    started = time.monotonic()

    def has_ended() -> bool:
        elapsed = time.monotonic() - started
        if under_way & set(_under_way(int(elapsed))):
            return False
        return elapsed > KEPT_SECONDS or not connected & connections.established(node)

    until(has_ended, seconds)


def close(node: Settings) -> int:
    """The last moment before Keepalived takes the addresses away: nothing new begins, and what is under way ends.

    A new connection is not refused but left without an answer: its client tries again, and comes to the peer. How many
    did not end: these are reset, so that their clients do not wait.
    """
    try:
        frontends = list(runtime.frontends())
        if run("nft", "-f", "-", stdin=closed_doors(node.ports)).returncode == 0:
            # HTTP/2 is told to go elsewhere by nothing less.
            for at in range(0, len(frontends), FRONTENDS_AT_A_TIME):
                some = frontends[at : at + FRONTENDS_AT_A_TIME]
                runtime.ask("; ".join(f"shutdown frontend {name}" for name in some))
    except OSError:
        # Without HAProxy nothing is under way.
        pass
    deadline = time.monotonic() + CLOSED_SECONDS
    while (left := connections.established(node)) and time.monotonic() < deadline:
        time.sleep(CLOSED_SECONDS / 10)
    if left:
        connections.reset(node)
    return len(left)


def put_back(node: Settings) -> None:
    """Whatever of all this has come to pass. HAProxy takes up frontends that were shut only by a new process."""
    try:
        _keep(True)
        # Whatever a restart did meanwhile, it has opened them, too.
        if _are_shut():
            run("systemctl", "--no-block", "reload", node.haproxy.service)
            if not until(lambda: not _are_shut(), REOPEN_SECONDS):
                run("systemctl", "--no-block", "restart", node.haproxy.service)
                until(lambda: not _are_shut(), REOPEN_SECONDS)
    finally:
        run("nft", "delete", "table", *TABLE.split())


def left_behind() -> list[str]:
    """What would keep clients out if this node became MASTER now; while it hands over, that is meant."""
    found = []
    if _are_shut():
        found.append("HAProxy has shut frontends")
    if run("nft", "list", "table", *TABLE.split()).returncode == 0:
        found.append("the packet filter drops new connections")
    return found


def closed_doors(ports: tuple[int, ...]) -> str:
    # A table that is not there cannot be deleted, one that is there can be added.
    return "\n".join(
        (
            f"add table {TABLE}",
            f"delete table {TABLE}",
            f"add table {TABLE}",
            f"add chain {TABLE} input {{ type filter hook input priority -300; }}",
            f"add rule {TABLE} input tcp dport {{ {', '.join(map(str, ports))} }} tcp flags & (syn | ack) == syn drop",
            "",
        )
    )


def until(is_true: Callable[[], bool], seconds: float) -> bool:
    """Looks often where there is little time, as each look costs some."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(max(0.0, min(0.1, seconds / 10)))
    return True


def _under_way(age: int) -> list[str]:
    """Requests and TCP connections that HAProxy serves, of at least so many seconds."""
    try:
        return [stream.id for stream in runtime.streams() if stream.age >= age]
    except OSError:
        return []


def _are_shut() -> bool:
    try:
        return "STOP" in runtime.frontends().values()
    except OSError:
        return False


def _keep(kept: bool) -> None:
    """An HAProxy that has no such table, or does not run, closes no connection by this."""
    try:
        runtime.ask(f"set map {MAP} kept {'yes' if kept else 'no'}")
    except OSError:
        return
