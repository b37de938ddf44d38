"""Starts, reloads and stops the services of a node, and waits until they serve."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from . import adoption, handover, mover_status, readiness, runtime, settings, shared_addresses, status
from .acme import store
from .bundle import REVISION, Running
from .commands import Unit, run, said, units
from .settings import ACME_AGENT, ADOPTING, CURRENT, KEEPALIVED, VIP_AGENT, Program, Settings

SYSTEM = Path("/etc/systemd/system")
TMPFILES = Path("/etc/tmpfiles.d/ha-load-balancer.conf")
DROP_IN = "ha-load-balancer.conf"
KEEPALIVED_DROP_IN = SYSTEM / "keepalived.service.d" / DROP_IN
VIP_UNIT = SYSTEM / f"{VIP_AGENT}.service"
ACME_UNIT = SYSTEM / f"{ACME_AGENT}.service"
HAPROXY_FILES = ("haproxy.cfg", "haproxy")
KEEPALIVED_FILES = ("keepalived.conf", "interfaces.conf")
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
ACME_AGENT_FILES = ("bin/acme-agent", "lib", "node.json", "acme", "units/ha-lb-acme.service")
# It runs before this library comes where somebody made it by hand, whatever edition is to follow.
DEBIAN_HAPROXY = "haproxy"
# `systemctl reload` would check once more what was checked a moment ago: 0.1 s, most of it for a sandbox of its own.
# What that alone keeps HAProxy from is noticed by its not serving.
NEW_WORKER = ("kill", "--kill-who=main", "--signal=USR2")
START_SECONDS = 20
# A BACKUP that hears nobody is MASTER after its timers; on a busy machine a little later.
HEARING_FACTOR = 1.5
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
        KEEPALIVED_DROP_IN: "units/keepalived.conf",
        SYSTEM / "ha-lb-agent.service": "units/ha-lb-agent.service",
        TMPFILES: "units/tmpfiles.conf",
        Path("/usr/local/sbin/ha-lb"): "bin/ha-lb",
        **({VIP_UNIT: f"units/{VIP_UNIT.name}"} if node.mover else {}),
        **({ACME_UNIT: f"units/{ACME_UNIT.name}"} if node.acme else {}),
    }


def make_run_files(bundle: Path) -> None:
    """Keepalived's check wants track files to exist, from 2.3 on. Those that are there already stay as they are."""
    _do("systemd-tmpfiles", "--create", str(bundle / "units/tmpfiles.conf"))


def use(bundle: Path, now: Running) -> None:
    """Makes all services run with the bundle that `current` points to; touches only what changed."""
    node = settings.load(bundle)
    wrong = misplaced(node)
    # Another revision: whatever seems to run already is told again.
    anew = now.differs(bundle, REVISION)
    found = units(*node.services)

    def restarts(program: Program, unit: str) -> bool:
        return unit in wrong.values() or now.differs(bundle, unit) or _runs_another(program, found[program.service])

    haproxy = restarts(node.haproxy, "units/haproxy.conf")
    keepalived = restarts(KEEPALIVED, "units/keepalived.conf")
    others = KEEPALIVED_DROP_IN in wrong and found["keepalived"].runs
    with handover.aside(node) if haproxy or keepalived else contextlib.nullcontext():
        _retire_other_services(node)
        _retire_agents(node)
        _link(wrong)
        if wrong or anew or now.differs(bundle, "units"):
            _systemctl("daemon-reload")
        _enable(node.services)
        if others:
            _take_over(node)
            return
        told = haproxy or (not anew and _runs_with(bundle, now))
        _bring(found[node.haproxy.service], restart=haproxy, reload=() if told else NEW_WORKER)
        _bring(found["ha-lb-agent"], restart=anew or now.differs(bundle, *AGENT_FILES))
        if node.mover:
            # Before Keepalived makes this node MASTER.
            _bring(found[VIP_AGENT], restart=anew or now.differs(bundle, *VIP_AGENT_FILES))
        if node.acme:
            _bring(found[ACME_AGENT], restart=anew or now.differs(bundle, *ACME_AGENT_FILES))
        differs = anew or now.differs(bundle, *KEEPALIVED_FILES)
        _bring(found["keepalived"], restart=keepalived, reload=("reload",) if differs else ())


def _take_over(node: Settings) -> None:
    """From services that run with somebody else's configuration: in one go, so that there is one gap.

    Keepalived goes first of all: a peer that waits takes an agent that answers for its end.
    """
    _systemctl("stop", "keepalived")
    _systemctl("restart", *_without_waiting(), *node.services)


def _without_waiting() -> tuple[str, ...]:
    """Where Keepalived may start only later."""
    return ("--no-block",) if ADOPTING.exists() else ()


def _runs_with(bundle: Path, now: Running) -> bool:
    """Whether HAProxy does what the bundle says, if need be because it was just told what changed.

    What it runs with is asked, not assumed: an `apply` before this one may have been cut off.
    """
    if now.place is None or now.doubts(*HAPROXY_FILES):
        return False
    answer = readiness.answer(1)
    if answer == settings.config_id(bundle):
        return True
    return answer == settings.config_id(now.place) and runtime.bring_in_line(now.place, bundle)


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
    config_id = settings.config_id()
    _wait(
        lambda: readiness.answer(1) == config_id,
        START_SECONDS,
        lambda: f"HAProxy does not serve with the new configuration. It said:\n{_journal(wanted.haproxy.service)}",
    )
    master = _Master(wanted)
    _wait(
        lambda: adoption.waits(wanted) or master.is_known(),
        START_SECONDS + 2 * wanted.take_over_seconds,
        lambda: f"neither this node nor its peer became MASTER. Keepalived said:\n{_journal('keepalived')}",
    )

    if pair_is_new:
        _wait_for_first_move(wanted)


class _Master:
    """Whether the pair has one: the nodes say so, or this one stays BACKUP, which it only does while it hears a MASTER.

    A peer whose agent does not run must not keep this node from its bundle: it is next in turn to be mended.
    """

    def __init__(self, wanted: Settings) -> None:
        self._wanted = wanted
        self._hears_since: float | None = None

    def is_known(self) -> bool:
        own = status.local(self._wanted)
        if own["state"] == "MASTER":
            return True
        stands_by = own["state"] == "BACKUP" or own["hold"] is not None
        peer = status.of_peer(self._wanted) if stands_by else None
        if peer is not None or own["state"] != "BACKUP":
            self._hears_since = None
            return peer is not None and peer["state"] == "MASTER"
        self._hears_since = self._hears_since or time.monotonic()
        return time.monotonic() - self._hears_since > HEARING_FACTOR * self._wanted.take_over_seconds


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
    if node.haproxy.service != DEBIAN_HAPROXY:
        run("systemctl", "disable", "--now", "--quiet", DEBIAN_HAPROXY)
    for drop_in in SYSTEM.glob(f"*.service.d/{DROP_IN}"):
        if drop_in not in wanted:
            run("systemctl", "disable", "--now", "--quiet", drop_in.parent.name.removesuffix(".service.d"))
            drop_in.unlink()


def _retire_agents(node: Settings) -> None:
    """A pair that moved from a cloud to hosts of its own has nothing to move; one without ACME nothing to order."""
    agents: tuple[tuple[Path, object, Callable[[], None]], ...] = (
        (VIP_UNIT, node.mover, lambda: _leave_network(node)),
        (ACME_UNIT, node.acme, store.forget_work),
    )
    for unit, task, clear_up in agents:
        if task is None and unit.is_symlink():
            run("systemctl", "disable", "--now", "--quiet", unit.stem)
            unit.unlink(missing_ok=True)
            clear_up()


def _leave_network(node: Settings) -> None:
    shared_addresses.main(dataclasses.replace(node, mover=None))


def _runs_another(program: Program, unit: Unit) -> bool:
    """Whether the program was replaced on the disk since it was started."""
    try:
        return not Path(f"/proc/{unit.main_pid}/exe").samefile(program.binary)
    except OSError:
        return False


def misplaced(node: Settings) -> dict[Path, str]:
    """Of the links those that do not lead to the bundle, because they are new or because somebody changed them."""
    return {
        link: path
        for link, path in links(node).items()
        if not (link.is_symlink() and link.readlink() == CURRENT / path)
    }


def _link(wrong: Mapping[Path, str]) -> None:
    for link, path in wrong.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(CURRENT / path)


def _enable(names: tuple[str, ...]) -> None:
    """Only where it is needed: it takes longer than all else here, as systemd then reads every unit anew.

    What systemd notes of a unit of ours leads to the bundle of that day; it looks at the name of that link alone.
    """
    if run("systemctl", "is-enabled", *names).stdout.split() != ["enabled"] * len(names):
        _systemctl("enable", "--quiet", *names)


def _bring(unit: Unit, *, restart: bool, reload: tuple[str, ...] = ()) -> None:
    if restart or not unit.runs:
        _systemctl("restart", *_without_waiting(), unit.name)
    elif reload:
        _systemctl(*reload, unit.name)


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
