"""What the agent of the addresses tells, and what that means. Pure, but for reading it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from .settings import RUN, Settings

Status = dict[str, Any]
FILE = RUN / "vip.json"
# A call that fails once is made again at once.
FAILING_SECONDS = 5.0
# A standby reads every minute, and less often only while it spares the API.
OLD_PROOF_SECONDS = 300.0
PLACES = {
    "self": "not shown to be moved",
    "peer": "on the other node",
    "nobody": "on no machine",
    "other": "on a machine that is not of this pair",
    "unknown": "nobody knows where",
}
NOTHING_YET: Status = {
    "master": False,
    "addresses": {},
    "api": {"state": "unknown", "code": None, "message": None, "since": None},
    "errors": {},
    "calls": 0,
    "mismatch": False,
    "superseded": False,
}


def local(settings: Settings, epoch: float) -> Status | None:
    """None where Keepalived itself holds the addresses."""
    if settings.mover is None:
        return None
    told = _told()
    since = told["api"]["since"]
    checked = [address["checkedAt"] for address in told["addresses"].values()]
    return {
        **told,
        # In seconds, because two nodes have two clocks.
        "age": None if None in checked or not checked else max(0.0, round(epoch - min(checked), 1)),
        "api": {**told["api"], "seconds": None if since is None else max(0.0, round(epoch - since, 1))},
    }


def _told() -> Status:
    try:
        told = json.loads(FILE.read_text())
    except (OSError, ValueError):
        return NOTHING_YET
    return told if isinstance(told, dict) and told.keys() >= NOTHING_YET.keys() else NOTHING_YET


def problems(nodes: Iterable[Status]) -> list[str]:
    return [text for node in nodes if node.get("mover") for text in _problems_of(node, node["mover"])]


def _problems_of(node: Status, mover: Status) -> list[str]:
    name, api = node["node"], mover["api"]
    found = []
    if api["state"] == "unknown":
        found.append(f"{name}: has not asked the cloud's API yet")
    elif api["state"] == "denied" or (api["state"] == "failing" and (api.get("seconds") or 0) >= FAILING_SECONDS):
        what = "the cloud's API fails" if node["state"] == "MASTER" else "could not take over"
        found.append(f"{name}: {what}: {api['code']} {api['message']}")
    elif (mover["age"] or 0) >= OLD_PROOF_SECONDS:
        found.append(f"{name}: has heard nothing from the cloud's API for {mover['age']:.0f} s")
    if mover["superseded"]:
        taken = [address["address"] for address in mover["addresses"].values() if address["owner"] == "other"]
        found.append(f"{name}: was replaced, a machine that is not of this pair has {', '.join(taken)}")
    elif mover["mismatch"] and node["state"] == "MASTER":
        found += [
            f"{address['address']} is {PLACES.get(address['owner'], 'elsewhere')}, but {name} is MASTER"
            for address in mover["addresses"].values()
            if address["owner"] != "self" or not address["verified"]
        ]
    return found


def not_held(node: Status, names: Sequence[str]) -> str | None:
    """Why this MASTER does not have all of these addresses; None: it has."""
    mover = node.get("mover") or NOTHING_YET
    missing = [
        name for name in names if (address := mover["addresses"].get(name)) is None or address["owner"] != "self"
    ]
    if not missing and mover["master"]:
        return None
    api = mover["api"]
    told = f"{api['code']} {api['message']}" if api["code"] else f"nothing wrong ({api['state']})"
    return f"{node['node']} is MASTER, but does not have the address {', '.join(missing)}. The cloud's API says: {told}"


def denied_for(node: Status | None) -> float:
    """Seconds; 0 where the cloud denies nothing."""
    api = ((node or {}).get("mover") or NOTHING_YET)["api"]
    return float(api.get("seconds") or 0) if api["state"] == "denied" else 0.0


def addresses(nodes: Sequence[Status]) -> list[Status]:
    """Each shared address: the node that has it, and its last move. The MASTER looks more often, and knows best."""
    by_knowledge = sorted([node for node in nodes if node.get("mover")], key=lambda node: node["state"] != "MASTER")
    found: dict[str, Status] = {}
    for node in by_knowledge:
        for name, address in node["mover"]["addresses"].items():
            others = [other["node"] for other in nodes if other is not node]
            known = found.setdefault(
                name,
                {
                    "name": name,
                    "address": address["address"],
                    "owner": _owner(address["owner"], node["node"], others),
                    "checkedAt": address["checkedAt"],
                    "movedAt": None,
                    "moveSeconds": None,
                },
            )
            if (address["movedAt"] or 0) > (known["movedAt"] or 0):
                known.update(movedAt=address["movedAt"], moveSeconds=address["moveSeconds"])
    return list(found.values())


def _owner(owner: str, name: str, others: Sequence[str]) -> str:
    """The name of a node, or "peer" where the other node does not tell its name; "nobody", "other", "unknown"."""
    if owner == "self":
        return name
    return others[0] if owner == "peer" and others else owner
