"""Looks for what is wrong on this node. Changes nothing; each finding says how to mend it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from . import certificate_status, draining, holds, network, readiness, settings, shared_addresses, status
from .bundle import changed_by_hand
from .checks import Refused, check
from .commands import run
from .services import misplaced
from .settings import BUNDLES, CURRENT, RUN, Settings
from .verdict import judge
from .vip import movers

APPLY_AGAIN = "give `revision` another value and run `pulumi up`"
LEAST_FREE_BYTES = 50 * 1024 * 1024
# Where `apply` puts bundles; where packages and the journal are.
WRITTEN_TO = (BUNDLES, Path("/var"))

Finding = str


def main() -> int:
    node = settings.load()
    found = 0
    for title, look in (*CHECKS, *(CLOUD_CHECKS if node.mover else ())):
        findings = look(node)
        found += len(findings)
        print(f"{'ok  ' if not findings else 'BAD '} {title}")
        for finding in findings:
            print(f"       {finding}")
    print("Nothing found." if found == 0 else f"{found} {'problem' if found == 1 else 'problems'} found.")
    return 0 if found == 0 else 1


def _services(node: Settings) -> list[Finding]:
    findings = []
    for service in node.services:
        if run("systemctl", "is-active", "--quiet", service).returncode != 0:
            findings.append(f"{service} does not run: `systemctl start {service}`, then `ha-lb logs --unit {service}`")
        if run("systemctl", "is-enabled", "--quiet", service).returncode != 0:
            findings.append(f"{service} does not start at boot: `systemctl enable {service}`")
    return findings


def _packages(node: Settings) -> list[Finding]:
    shown = run("dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\\n", *node.packages).stdout
    installed = {line.partition(" ")[0] for line in shown.splitlines() if line.endswith(" installed")}
    return [f"{name} is not installed: {APPLY_AGAIN}" for name in node.packages if name not in installed]


def _files(node: Settings) -> list[Finding]:
    changed = [f"{CURRENT / path} was changed by hand: {APPLY_AGAIN}" for path in changed_by_hand(CURRENT.resolve())]
    wrong = [f"{link} does not lead to the bundle: {APPLY_AGAIN}" for link in misplaced(node)]
    return changed + wrong


def _configuration(node: Settings) -> list[Finding]:
    try:
        check(CURRENT.resolve(), node)
    except Refused as refusal:
        return [str(refusal)]
    return []


def _haproxy_answers(node: Settings) -> list[Finding]:
    answer = readiness.answer(1)
    if answer is None:
        return [f"HAProxy does not answer: `systemctl restart {node.haproxy.service}`"]
    if answer != settings.config_id():
        mend = f"systemctl reload {node.haproxy.service}"
        return [f"HAProxy runs another configuration than the one in its file: `{mend}`"]
    return []


def _track_files(node: Settings) -> list[Finding]:
    return [
        f"{RUN / name} is missing, Keepalived would not notice a fault: `systemd-tmpfiles --create`"
        for name in ("haproxy", "ready", "hold", "vrrp.fifo", *(("vip.fifo",) if node.mover else ()))
        if not (RUN / name).exists()
    ]


def _hand_over(_: Settings) -> list[Finding]:
    if holds.SWITCHOVER in holds.placed():
        return []
    return [f"{text}: `ha-lb undrain`" for text in draining.left_behind()]


def _interfaces(node: Settings) -> list[Finding]:
    try:
        now = network.interface_definitions(node, network.addresses())
    except network.NoInterface as error:
        return [str(error)]
    return [] if now == (CURRENT / "interfaces.conf").read_text() else [f"network interfaces changed: {APPLY_AGAIN}"]


def _addresses(node: Settings) -> list[Finding]:
    present = {f"{entry.address}/{entry.prefix_length}" for entry in network.addresses()}
    master = network.is_master(node)
    wrong = [held.address for held in node.held_addresses if (held.address in present) != master]
    complaint = "not on this node, the MASTER" if master else "here, but this node is not MASTER"
    return [f"{address} is {complaint}" for address in wrong]


def _shared_addresses(node: Settings) -> list[Finding]:
    mend = "`systemctl restart ha-lb-vip`, then `ha-lb logs --unit ha-lb-vip`"
    findings = [f"{address} is not on lo: {mend}" for address in shared_addresses.missing(node, network.addresses())]
    if node.mover and node.mover.root_only and not shared_addresses.is_guarded():
        findings.append(f"any process may talk to {', '.join(node.mover.root_only)}: {mend}")
    return findings


def _cloud(node: Settings) -> list[Finding]:
    """Asks the cloud now, with the credentials of this node."""
    findings = []
    for shared, outcome in movers.ask_owners(node):
        if not outcome.done:
            findings.append(f"cannot read who has {shared.address}: {outcome.code} {outcome.message}")
        elif node.mover and outcome.holder not in (node.mover.node_id, node.mover.peer_id):
            findings.append(f"{shared.address} is on {outcome.holder or 'no machine'}, which is not of this pair")
    return findings


def _certificates(node: Settings) -> list[Finding]:
    return certificate_status.problems([{"node": node.node, "certificates": certificate_status.local(node)}])


def _peer(node: Settings) -> list[Finding]:
    peer = status.of_peer(node)
    if peer is None:
        asked = f"{node.peer_address} port {node.status_port}"
        return [f"{node.peer} does not answer on {asked}: is it up, is a firewall between?"]
    problems: list[Finding] = judge(status.local(node), peer)["problems"]
    return problems


def _disk(_: Settings) -> list[Finding]:
    free = {place: shutil.disk_usage(place).free for place in WRITTEN_TO}
    return [
        f"only {left // 1024} KiB are free below {place}: make room there, or the next `pulumi up` could fail"
        for place, left in free.items()
        if left < LEAST_FREE_BYTES
    ]


CHECKS: tuple[tuple[str, Callable[[Settings], list[Finding]]], ...] = (
    ("packages are installed", _packages),
    ("services run and start at boot", _services),
    ("files are what was delivered", _files),
    ("HAProxy and Keepalived accept their configuration", _configuration),
    ("HAProxy answers with this configuration", _haproxy_answers),
    ("track files exist", _track_files),
    ("nothing is left of a hand-over", _hand_over),
    ("network interfaces are what they were", _interfaces),
    ("addresses are where they belong", _addresses),
    ("the peer tells its state, and all is well together", _peer),
    ("certificates are there, and good for long enough", _certificates),
    ("there is room on the disk", _disk),
)
CLOUD_CHECKS: tuple[tuple[str, Callable[[Settings], list[Finding]]], ...] = (
    ("shared addresses of a cloud reach this host", _shared_addresses),
    ("the cloud's API tells who has the addresses", _cloud),
)
