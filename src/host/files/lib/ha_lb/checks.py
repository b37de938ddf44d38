"""What has to hold before a bundle is put in use. Changes nothing."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from subprocess import CompletedProcess

from .commands import run, said, start
from .origins import with_origins
from .settings import Settings

ROUTER_ID = re.compile(r"^\s*virtual_router_id (\d+)$", re.MULTILINE)
# What HAProxy is called among the owners of ports: one edition may be about to take over from another.
HAPROXY_PROGRAMS = {"haproxy", "hapee-lb"}


class Refused(Exception):
    """The bundle is not in use; the message says why."""


def check_change(previous: Path, bundle: Path, wanted: Settings) -> None:
    """What must not change between two bundles without a word of the user's."""
    before, after = _router_id(previous), _router_id(bundle)
    if before and after and before != after and before != str(wanted.former_router_id):
        raise Refused(
            f"the virtual router id of this pair is {before}, and {after} is wanted. Nothing was changed. Nodes of "
            "different ids do not hear each other: the address would be away, or with both, until the second one has "
            f"the new id, too. Leave failover.virtualRouterId at {before}, or accept that by "
            f"failover.changeVirtualRouterIdFrom: {before}."
        )


def _router_id(bundle: Path) -> str | None:
    """None where somebody has removed the file: then nothing runs with it that could be told apart."""
    try:
        found = ROUTER_ID.search((bundle / "keepalived.conf").read_text())
    except FileNotFoundError:
        return None
    return found[1] if found else None


def check(bundle: Path, wanted: Settings) -> None:
    _is_there(wanted)
    _is_of_branch(wanted)
    keepalived = start("keepalived", "--config-test", f"--use-file={bundle / 'keepalived.conf'}")
    haproxy = run(wanted.haproxy.binary, "-c", "-C", str(bundle), "-f", "haproxy.cfg")
    said_by = {"HAProxy": haproxy, "Keepalived": keepalived()}
    for program, process in said_by.items():
        _accepted(program, process, bundle)
    _ports_are_free(wanted)


def _is_there(wanted: Settings) -> None:
    missing = [program for program in (wanted.haproxy.binary, "keepalived", "ip") if not shutil.which(program)]
    if missing:
        raise Refused(
            f"{', '.join(missing)} is not installed any more. Nothing was changed. "
            "Give `revision` another value and run `pulumi up`: it installs what is missing."
        )


def _is_of_branch(wanted: Settings) -> None:
    branch = wanted.haproxy.branch
    if branch is None:
        return
    installed = said(run(wanted.haproxy.binary, "-v")).partition("\n")[0]
    if f"version {branch}." not in installed:
        raise Refused(f"HAProxy {branch} is wanted, but the installed one says: {installed}. Nothing was changed.")


def _accepted(program: str, process: CompletedProcess[str], bundle: Path) -> None:
    # Keepalived's check prints warnings about settings that it would ignore, and still exits 0.
    if process.returncode != 0:
        text = with_origins(said(process), (bundle / "haproxy.cfg").read_text()) or f"exit status {process.returncode}"
        raise Refused(f"{program} refuses its configuration. Nothing was changed. It said:\n{text}")


def _ports_are_free(wanted: Settings) -> None:
    taken = []
    agents = {wanted.status_port: "statusPort", **({wanted.acme.port: "certificatesPort"} if wanted.acme else {})}
    for line in run("ss", "-Hltnp").stdout.splitlines():
        columns = line.split()
        port = int(columns[3].rpartition(":")[2])
        owners = set(re.findall(r'"([^"]+)"', line))
        if port in wanted.ports and not (owners and owners <= HAPROXY_PROGRAMS):
            taken.append(f"port {port} is used by {', '.join(sorted(owners)) or 'another program'}")
        name = agents.get(port)
        if name and owners and not owners <= {"agent", "acme-agent", "python3"}:
            taken.append(f"port {port}, failover.{name}, is used by {', '.join(sorted(owners))}")
    if taken:
        reason = "; ".join(sorted(set(taken)))
        raise Refused(f"{reason}. Nothing was changed. Stop that program or use another port.")
