"""What the states of the two nodes mean together. Pure, but for the time."""

from __future__ import annotations

import time

from . import certificate_status, mover_status
from .status import Status

OUT_OF_ORDER = ("FAULT", "STOPPED")
HOLDS = {"drain": "is drained", "switchover": "hands over to its peer", "step-down": "has stepped down"}


def judge(own: Status, peer: Status | None) -> Status:
    """Whether the pair is redundant, degraded or down, who holds the addresses, and what is wrong."""
    nodes = [own] + ([peer] if peer else [])
    holders = [node["node"] for node in nodes if node["state"] == "MASTER"]
    problems = _problems(own, peer)
    # A BACKUP stays one only while it hears a MASTER.
    heard = own["state"] == "BACKUP" and peer is None
    if not holders and not heard:
        problems.append("no node holds the addresses")
        redundancy = "down"
    else:
        all_well = len(holders) == 1 and len(nodes) == 2 and all(node["ready"] for node in nodes) and not problems
        redundancy = "redundant" if all_well else "degraded"
    return {
        "redundancy": redundancy,
        "holder": holders[0] if len(holders) == 1 else None,
        "addresses": mover_status.addresses(nodes),
        "problems": problems,
        # Of the certificates: a pair that lacks one is redundant all the same.
        "notices": certificate_status.problems(nodes),
        "nodes": nodes,
        "at": int(time.time()),
    }


def _problems(own: Status, peer: Status | None) -> list[str]:
    nodes = [own] + ([peer] if peer else [])
    problems = [f"{node['node']}: {text}" for node in nodes for text in node["problems"]]
    if peer is None:
        problems.append("the peer does not tell its state")
    elif peer["release"] != own["release"]:
        problems.append(f"the nodes run different releases: {own['release']} and {peer['release']}")
    if len([node for node in nodes if node["state"] == "MASTER"]) > 1:
        problems.append("both nodes are MASTER: they do not hear each other's adverts")
    for node in nodes:
        if node.get("hold"):
            problems += [
                f"{node['node']}: {HOLDS.get(hold['kind'], 'is held')}: {hold['reason']}" for hold in node["hold"]
            ]
        elif node["state"] in OUT_OF_ORDER:
            problems.append(f"{node['node']}: is in state {node['state']}")
    return problems + mover_status.problems(nodes)
