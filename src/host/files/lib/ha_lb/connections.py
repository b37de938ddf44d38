"""Clients' connections to the shared addresses, as the kernel knows them."""

from __future__ import annotations

from .commands import run
from .settings import Settings


def established(node: Settings) -> frozenset[str]:
    """Address and port of each client."""
    return clients(run("ss", "--no-header", "--numeric", "--tcp", "state", "established", which(node)).stdout)


def reset(node: Settings) -> None:
    """Tells each client that its connection is over; without that it would wait, or ask on and be refused."""
    run("ss", "--kill", "--no-header", "--numeric", "--tcp", "state", "established", which(node))


def which(node: Settings) -> str:
    """What `ss` picks them by."""
    addresses = (f"[{text}]" if ":" in text else text for text in node.shared_on_host)
    ours = " or ".join(f"src {address}" for address in addresses)
    ports = " or ".join(f"sport = :{port}" for port in node.ports)
    return f"( {ours} ) and ( {ports} )"


def clients(lines: str) -> frozenset[str]:
    """From lines of `ss`: two queues, the address here, the client's."""
    return frozenset(line.split()[3] for line in lines.splitlines() if len(line.split()) >= 4)
