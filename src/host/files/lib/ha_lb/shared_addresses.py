"""What a host's network needs where a mover moves the addresses; see bin/prepare-network."""

from __future__ import annotations

import ipaddress
import sys

from . import files, network
from .commands import NO_SUCH_PROGRAM, run, said
from .settings import STATE, Settings

# What this puts on `lo`, one a line. Others' addresses are none of its business.
PUT = STATE / "addresses"
TABLE = "inet ha_load_balancer"
LOOPBACK = "lo"


class Failed(Exception):
    """The host's network is not as it has to be."""


def main(settings: Settings) -> int:
    exit_status = 0
    for part in (put_addresses, guard):
        try:
            part(settings)
        except (Failed, OSError) as error:
            print(f"prepare-network: {error}", file=sys.stderr)
            exit_status = 1
    return exit_status


def wanted(settings: Settings) -> set[str]:
    return {_plain(shared.on_host) for shared in settings.addresses} if settings.mover else set()


def missing(settings: Settings, present: list[network.InterfaceAddress]) -> list[str]:
    """Shared addresses that this host would not answer for."""
    return sorted(wanted(settings) - {_plain(entry.address) for entry in present})


def put_addresses(settings: Settings) -> None:
    present = network.addresses()
    there = {_plain(entry.address) for entry in present}
    on_loopback = {_plain(entry.address) for entry in present if entry.interface == LOOPBACK}
    put = set(PUT.read_text().split()) if PUT.exists() else set()
    PUT.parent.mkdir(parents=True, exist_ok=True)
    # Before it is done: what is not known to be there would never be removed.
    files.replace(PUT, "".join(f"{text}\n" for text in sorted((put | wanted(settings)) - (there - put))))
    for text in sorted(wanted(settings) - there):
        # As a deprecated one it is never what this host itself speaks from.
        ipv6 = ("preferred_lft", "0") if ":" in text else ()
        _do("ip", "address", "add", _prefixed(text), "dev", LOOPBACK, *ipv6)
    for text in sorted((put & on_loopback) - wanted(settings)):
        _do("ip", "address", "delete", _prefixed(text), "dev", LOOPBACK)
    files.replace(PUT, "".join(f"{text}\n" for text in sorted(wanted(settings) - (there - put))))


def guard(settings: Settings) -> None:
    """Restarted agents find it there already; it is replaced in one go."""
    addresses = settings.mover.root_only if settings.mover else ()
    if addresses or is_guarded():
        _do("nft", "-f", "-", stdin=rules(addresses))


def is_guarded() -> bool:
    return run("nft", "list", "table", *TABLE.split()).returncode == 0


def rules(root_only: tuple[str, ...]) -> str:
    # A table that is not there cannot be deleted, one that is there can be added.
    lines = [f"add table {TABLE}", f"delete table {TABLE}"]
    if root_only:
        lines += [f"add table {TABLE}", f"add chain {TABLE} output {{ type filter hook output priority 0; }}"]
    for text in root_only:
        family = "ip6" if ":" in text else "ip"
        lines.append(f"add rule {TABLE} output {family} daddr {_plain(text)} meta skuid != 0 drop")
    return "\n".join(lines) + "\n"


def _plain(address: str) -> str:
    return str(ipaddress.ip_address(address))


def _prefixed(address: str) -> str:
    return f"{address}/{ipaddress.ip_address(address).max_prefixlen}"


def _do(*command: str, stdin: str | None = None) -> None:
    process = run(*command, stdin=stdin)
    if process.returncode == NO_SUCH_PROGRAM:
        raise Failed(said(process))
    if process.returncode != 0:
        raise Failed(f"`{' '.join(command)}` failed: {said(process)}")
