"""What `ha-lb status` knows, and until when certificates are good, as Prometheus reads it. Pure, but for asking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Union

from . import certificates, status
from .certificates import Certificate
from .settings import Settings
from .status import Status
from .verdict import judge

Labels = Mapping[str, str]
Sample = tuple[Labels, Union[float, int, bool]]
REDUNDANCY = ("redundant", "degraded", "down")
STATES = ("MASTER", "BACKUP", "FAULT", "STOPPED")
API_STATES = ("ok", "denied", "failing", "unknown")


def current(node: Settings) -> str:
    return text(judge(status.local(node), status.of_peer(node)), certificates.served())


def text(verdict: Status, served: Sequence[Certificate] = ()) -> str:
    return "".join([*_families(verdict), _expiry_family(served)])


def _families(verdict: Status) -> Iterator[str]:
    nodes = verdict["nodes"]
    movers = [({"node": node["node"]}, node["mover"]) for node in nodes if node.get("mover")]
    yield _family(
        "ha_lb_redundancy",
        "1 for what the pair is: redundant, degraded or down.",
        [({"redundancy": name}, verdict["redundancy"] == name) for name in REDUNDANCY],
    )
    yield _family("ha_lb_problems", "How many problems `ha-lb status` lists.", [({}, len(verdict["problems"]))])
    yield _family(
        "ha_lb_node_state",
        "1 for the state of a node.",
        [({"node": node["node"], "state": state}, node["state"] == state) for node in nodes for state in STATES],
    )
    yield _family(
        "ha_lb_node_ready",
        "1 while a node serves, or would when it becomes MASTER.",
        [({"node": node["node"]}, bool(node["ready"])) for node in nodes],
    )
    yield _family(
        "ha_lb_node_held",
        "1 while something keeps a node from being MASTER: drained, handing over, stepped down.",
        [({"node": node["node"]}, bool(node.get("hold"))) for node in nodes],
    )
    masters = [node["since"] for node in nodes if node["state"] == "MASTER" and node["since"] is not None]
    yield _family(
        "ha_lb_master_since_timestamp_seconds",
        "Since when the MASTER is it, in seconds since 1970.",
        [({}, since) for since in masters[-1:]],
    )
    yield from _address_families(verdict["addresses"])
    yield _family(
        "ha_lb_address_mismatch",
        "1 while a MASTER has been without an address for some seconds.",
        [(labels, bool(mover["mismatch"])) for labels, mover in movers],
    )
    yield _family(
        "ha_lb_superseded",
        "1 when a machine that is not of this pair has an address of it.",
        [(labels, bool(mover["superseded"])) for labels, mover in movers],
    )
    yield from _api_families(movers)
    yield from _certificate_families(nodes)


def _address_families(addresses: list[Status]) -> Iterator[str]:
    labelled = [({"address": one["address"], "name": one["name"]}, one) for one in addresses]
    yield _family(
        "ha_lb_address_owner",
        "1, with the node that has the address, or nobody, other, unknown.",
        [({**labels, "owner": one["owner"]}, 1) for labels, one in labelled],
    )
    moved = [(labels, one) for labels, one in labelled if one["movedAt"] is not None]
    yield _family(
        "ha_lb_address_last_move_seconds",
        "How long the last move took, from becoming MASTER until it was shown.",
        [(labels, one["moveSeconds"]) for labels, one in moved],
    )
    yield _family(
        "ha_lb_address_last_move_timestamp_seconds",
        "When the last move was shown, in seconds since 1970.",
        [(labels, one["movedAt"]) for labels, one in moved],
    )


def _certificate_families(nodes: list[Status]) -> Iterator[str]:
    shown = [
        ({"node": node["node"], "certificate": one["id"], "source": one["source"]}, one)
        for node in nodes
        for one in (node.get("certificates") or {"shown": []})["shown"]
    ]
    yield _family(
        "ha_lb_certificate_expiry_timestamp_seconds",
        "When what clients get expires, in seconds since 1970; source is given, acme, former or temporary.",
        [(labels, one["notAfter"]) for labels, one in shown],
    )
    yield _family(
        "ha_lb_certificate_expires_in_seconds",
        "The same from now on, by the node's own clock.",
        [(labels, one["secondsLeft"]) for labels, one in shown],
    )
    yield _family(
        "ha_lb_certificate_lifetime_seconds",
        "How long it is good for in all.",
        [(labels, one["notAfter"] - one["notBefore"]) for labels, one in shown],
    )
    yield _family(
        "ha_lb_certificate_failed_orders",
        "Orders that have failed since the last one that did not.",
        [
            ({"node": labels["node"], "certificate": labels["certificate"]}, one["failures"])
            for labels, one in shown
            if one["source"] != "given"
        ],
    )


def _api_families(movers: Sequence[tuple[Labels, Status]]) -> Iterator[str]:
    yield _family(
        "ha_lb_api_state",
        "1 for how the cloud's API answers a node.",
        [
            ({**labels, "state": state}, mover["api"]["state"] == state)
            for labels, mover in movers
            for state in API_STATES
        ],
    )
    yield _family(
        "ha_lb_api_proof_age_seconds",
        "Since when a node last read who has the addresses, which proves that it could take over.",
        [(labels, mover["age"]) for labels, mover in movers if mover["age"] is not None],
    )
    yield _family(
        "ha_lb_api_calls_total",
        "Calls of the mover.",
        [(labels, mover["calls"]) for labels, mover in movers],
        "counter",
    )
    # That one is there before the first failure, too, so that it can be seen to grow.
    yield _family(
        "ha_lb_api_failed_calls_total",
        "Calls of the mover that failed.",
        [(labels, sum(mover["errors"].values())) for labels, mover in movers],
        "counter",
    )
    yield _family(
        "ha_lb_api_errors_total",
        "Calls of the mover that failed, by code.",
        [
            ({**labels, "code": code}, count)
            for labels, mover in movers
            for code, count in sorted(mover["errors"].items())
        ],
        "counter",
    )


def _expiry_family(served: Sequence[Certificate]) -> str:
    return _family(
        "ha_lb_loaded_certificate_expiry_timestamp_seconds",
        "Until when a certificate that HAProxy works with is good, in seconds since 1970.",
        [({"file": one.file, "name": one.name}, one.expires) for one in served],
    )


def _family(name: str, meaning: str, samples: list[Sample], kind: str = "gauge") -> str:
    if not samples:
        return ""
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"{name}{{{pairs}}} {float(value):.15g}" if pairs else f"{name} {float(value):.15g}")
    return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
