"""Takes everything but packages and logs off this host, and has it be what it was before, if that is wanted."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from . import adoption, ownership, services, settings, status
from .bundle import alone
from .commands import run
from .handover import Refused
from .settings import BUNDLES, CURRENT, RUN, RUN_VIP, STATE, Settings
from .status import Status


def uninstall(node: Settings, *, restore: bool, force: bool) -> str:
    adopted = adoption.are_there()
    if restore and not adopted:
        raise Refused(f"{adoption.ORIGINALS} is not there: nothing was taken over on this host. Leave out `--restore`.")
    refusal = None if force else why_not(status.local(node), status.of_peer(node), node.peer)
    if refusal:
        raise Refused(refusal)
    # It goes with the bundle.
    undo_install = (CURRENT / "bin/undo-install").read_text()
    if restore:
        adoption.copy_back()
    services.stop_all(node)
    problem: adoption.NotBack | None = None
    try:
        # First of all, as clients wait for that.
        left = _what_serves_now(node, adopted, restore)
    except adoption.NotBack as error:
        problem = error
    _remove_files(node)
    run("sh", stdin=undo_install)
    gone = f"{node.node} has nothing of this library any more but packages and logs."
    if problem:
        raise adoption.NotBack(f"{gone} But {problem}")
    return f"{gone} {left}"


def remove(incoming: Path) -> str:
    """What the owner of this bundle has in use goes, and nothing of anybody else's. Says what was done."""
    with alone():
        owner = ownership.claimed_by()
        if owner not in (None, ownership.owner_of(incoming)):
            return "Another component has this host by now, and keeps it."
        if not CURRENT.exists():
            shutil.rmtree(BUNDLES.parent)
            return "Nothing of this component is in use here."
        node = settings.load()
        if owner is None:
            return f"{node.node} goes on serving: what it has in use came to stay."
        services.stop_all(node)
        left = _what_serves_now(node, adoption.are_there(), False)
        _remove_files(node)
        return f"{node.node} does not serve any more. {left}"


def why_not(own: Status, peer: Status | None, peer_name: str) -> str | None:
    """Whoever serves is the last to go, unless somebody else can."""
    if own["state"] != "MASTER" or (peer and peer["ready"]):
        return None
    able = "is not ready" if peer else "does not tell its state"
    return f"{own['node']} serves, and {peer_name} {able}: nobody might serve then. `--force` does it all the same."


def _what_serves_now(node: Settings, adopted: bool, restore: bool) -> str:
    if restore:
        said = adoption.bring_back(node)
        shutil.rmtree(adoption.ORIGINALS)
        with contextlib.suppress(OSError):
            adoption.ORIGINALS.parent.rmdir()
        return said
    if adopted:
        return f"HAProxy and Keepalived are off; what was here before is where it was, and in {adoption.ORIGINALS}."
    # As after `apt-get install`: its own configuration serves nobody.
    programs = (node.haproxy.service, "keepalived")
    run("systemctl", "preset", "--quiet", *programs)
    run("systemctl", "start", *programs)
    return "HAProxy and Keepalived are as their packages have them."


def _remove_files(node: Settings) -> None:
    run("systemctl", "reset-failed", *node.services)
    for link in services.links(node):
        # The directory of a drop-in, which may have others.
        if link.parent.name.endswith(".service.d"):
            with contextlib.suppress(OSError):
                link.parent.rmdir()
    for directory in (RUN, RUN_VIP, STATE, BUNDLES.parent):
        shutil.rmtree(directory, ignore_errors=True)
