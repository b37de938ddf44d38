"""Starts, reloads and stops the services of a node, and waits until they serve."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

from . import mover_status, readiness, runtime, settings, shared_addresses, status
from .bundle import differs
from .commands import is_active, run, said
from .settings import CURRENT, VIP_AGENT, Settings

SYSTEM = Path("/etc/systemd/system")
TMPFILES = Path("/etc/tmpfiles.d/ha-load-balancer.conf")
DROP_IN = "ha-load-balancer.conf"
VIP_UNIT = SYSTEM / f"{VIP_AGENT}.service"
AGENT_FILES = ("bin/agent", "lib", "node.json", "units/ha-lb-agent.service")
VIP_AGENT_FILES = (
    "bin/vip-agent",
    "bin/prepare-network",
    "bin/mover",
    "lib",
    "node.json",
    "secrets",
    "units/ha-lb-vip.service",
)
START_SECONDS = 20
# A cloud may take a while for its first move, and be asked again when it fails.
FIRST_MOVE_SECONDS = 60
# Longer than that, credentials that are denied do not become good by themselves.
DENIED_SECONDS = 10


class Failed(Exception):
    """A service did not do what was asked of it."""


def links(node: Settings) -> dict[Path, str]:
    """Where systemd and operators look, and the file of the bundle that they find there."""
    return {
        SYSTEM / f"{node.haproxy.service}.service.d" / DROP_IN: "units/haproxy.conf",
        SYSTEM / "keepalived.service.d" / DROP_IN: "units/keepalived.conf",
        SYSTEM / "ha-lb-agent.service": "units/ha-lb-agent.service",
        TMPFILES: "units/tmpfiles.conf",
        Path("/usr/local/sbin/ha-lb"): "bin/ha-lb",
        **({VIP_UNIT: f"units/{VIP_UNIT.name}"} if node.mover else {}),
    }


def make_run_files(bundle: Path) -> None:
    """Keepalived's check wants track files to exist, from 2.3 on. Those that are there already stay as they are."""
    _do("systemd-tmpfiles", "--create", str(bundle / "units/tmpfiles.conf"))


def use(bundle: Path, previous: Path | None) -> None:
    """Makes all services run with the bundle that `current` points to; touches only what changed."""
    node = settings.load(bundle)
    _retire_other_services(node)
    _retire_vip_agent(node)
    _link(node)
    if differs(bundle, previous, "units"):
        _systemctl("daemon-reload")
    _systemctl("enable", "--quiet", *node.services)
    restart = differs(bundle, previous, "units/haproxy.conf") or _runs_another_program(node)
    _bring(node.haproxy.service, restart=restart, reload=not restart and not _runs_with(bundle, previous))
    _bring("ha-lb-agent", restart=differs(bundle, previous, *AGENT_FILES), reload=False)
    if node.mover:
        # Before Keepalived makes this node MASTER.
        _bring(VIP_AGENT, restart=differs(bundle, previous, *VIP_AGENT_FILES), reload=False)
    _bring(
        "keepalived",
        restart=differs(bundle, previous, "units/keepalived.conf"),
        reload=differs(bundle, previous, "keepalived.conf", "interfaces.conf"),
    )


def _runs_with(bundle: Path, previous: Path | None) -> bool:
    """Whether HAProxy does what the bundle says, if need be because it was just told what changed.

    What it runs with is asked, not assumed: an `apply` before this one may have been cut off.
    """
    if previous is None:
        return False
    running = readiness.answer(1)
    if running == settings.config_id(bundle):
        return True
    return running == settings.config_id(previous) and runtime.bring_in_line(previous, bundle)


def stop_all(node: Settings) -> None:
    """For a node that has nothing to go back to: none of the services runs, now or after a reboot."""
    run("systemctl", "disable", "--now", "--quiet", *node.services)
    for link in links(node):
        link.unlink(missing_ok=True)
    run("systemctl", "daemon-reload")
    if node.mover:
        _leave_network(node)


def wait_until_serving(wanted: Settings, *, pair_is_new: bool) -> None:
    """Returns once HAProxy answers with this configuration and the pair has a MASTER.

    Of a new pair the MASTER has to have the addresses, too; later the cloud may be out of order for as long as it is.
    """
    _wait(
        lambda: readiness.answer(1) == wanted.config_id,
        START_SECONDS,
        lambda: f"HAProxy does not serve with the new configuration. It said:\n{_journal(wanted.haproxy.service)}",
    )
    _wait(
        lambda: _pair_has_master(wanted),
        START_SECONDS + 2 * wanted.take_over_seconds,
        lambda: f"neither this node nor its peer became MASTER. Keepalived said:\n{_journal('keepalived')}",
    )

    if pair_is_new:
        _wait_for_first_move(wanted)


def _pair_has_master(wanted: Settings) -> bool:
    own = status.local(wanted)
    if own["state"] == "MASTER":
        return True
    stands_by = own["state"] == "BACKUP" or own["hold"] is not None
    peer = status.of_peer(wanted) if stands_by else None
    return peer is not None and peer["state"] == "MASTER"


def _wait_for_first_move(wanted: Settings) -> None:
    deadline = time.monotonic() + FIRST_MOVE_SECONDS
    names = [shared.name for shared in wanted.addresses]
    while True:
        nodes = [status.local(wanted), status.of_peer(wanted)]
        master = next((node for node in nodes if node and node["state"] == "MASTER"), None)
        problem = mover_status.not_held(master, names) if master else "neither this node nor its peer is MASTER"
        # A peer with another bundle may not know of all these addresses, and gets its own turn.
        if problem is None or (master and master["release"] != wanted.release):
            return
        if time.monotonic() > deadline or mover_status.denied_for(master) >= DENIED_SECONDS:
            raise Failed(problem)
        time.sleep(0.05)


def _retire_other_services(node: Settings) -> None:
    """Another edition's HAProxy would hold the ports."""
    wanted = links(node)
    for drop_in in SYSTEM.glob(f"*.service.d/{DROP_IN}"):
        if drop_in not in wanted:
            run("systemctl", "disable", "--now", "--quiet", drop_in.parent.name.removesuffix(".service.d"))
            drop_in.unlink()


def _retire_vip_agent(node: Settings) -> None:
    """A pair that moved from a cloud to hosts of its own has nothing to move."""
    if node.mover is None and VIP_UNIT.is_symlink():
        run("systemctl", "disable", "--now", "--quiet", VIP_AGENT)
        VIP_UNIT.unlink(missing_ok=True)
        _leave_network(node)


def _leave_network(node: Settings) -> None:
    shared_addresses.main(dataclasses.replace(node, mover=None))


def _runs_another_program(node: Settings) -> bool:
    """Whether HAProxy was replaced on the disk since it was started."""
    pid = run("systemctl", "show", "--property", "MainPID", "--value", node.haproxy.service).stdout.strip()
    try:
        return not Path(f"/proc/{pid}/exe").samefile(node.haproxy.binary)
    except OSError:
        return False


def _link(node: Settings) -> None:
    for link, path in links(node).items():
        target = CURRENT / path
        if not (link.is_symlink() and link.readlink() == target):
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(target)


def _bring(service: str, *, restart: bool, reload: bool) -> None:
    [runs] = is_active(service)
    if not runs or restart:
        _systemctl("restart", service)
    elif reload:
        _systemctl("reload", service)


def _systemctl(*arguments: str) -> None:
    _do("systemctl", *arguments)


def _do(*command: str) -> None:
    process = run(*command)
    if process.returncode != 0:
        service = command[-1]
        raise Failed(f"`{' '.join(command)}` failed: {said(process)}\n{_journal(service)}")


def _journal(service: str) -> str:
    # HAProxy logs requests as another facility; a hundred of them would hide the one line that says what is wrong.
    only = ("--facility", "daemon", "--lines", "15")
    return run("journalctl", "--unit", service, *only, "--no-pager", "--output", "cat").stdout.strip()


def _wait(is_true: Callable[[], bool], seconds: float, problem: Callable[[], str]) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise Failed(problem())
        time.sleep(0.05)
