"""When certificates expire, what the agent tells that gets them, and what that means. Pure, but for reading it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

from .acme.decisions import CLOCK_DIFFERENCE
from .settings import RUN, Settings

Status = dict[str, Any]
FILE = RUN / "acme.json"
# A turn takes seconds; an agent that has said nothing for so long does not run, or hangs.
SILENT_SECONDS = 120.0
# Nodes ask each other every few seconds; an update of both takes a minute or two.
PEER_SILENT_SECONDS = 600.0
# Renewal begins when a third is left; by then it has failed for a while.
LATE_SHARE = 0.25
DAY = 86_400.0


def local(settings: Settings) -> Status:
    """What clients are shown, with what the agent has to say where one gets certificates."""
    given = [
        {
            "id": one.id,
            "domains": one.domains,
            "source": "given",
            "notBefore": one.not_before,
            "notAfter": one.not_after,
            "failures": 0,
            "error": None,
            "refusal": None,
        }
        for one in settings.certificates
    ]
    told = _told() if settings.acme else None
    shown = [{**one, "secondsLeft": one["notAfter"] - time.time()} for one in (*given, *(told or {}).get("shown", []))]
    return {"shown": shown, "agent": told and told["agent"]}


def _told() -> Status:
    try:
        told = json.loads(FILE.read_text())
        # In seconds, because two nodes have two clocks.
        agent = {"age": max(0.0, time.time() - told["at"]), **told["agent"]}
        return {"shown": told["certificates"], "agent": agent}
    except (OSError, ValueError, TypeError, KeyError):
        return {"agent": {"age": None}}


def problems(nodes: Iterable[Status]) -> list[str]:
    return [
        f"{node['node']}: {text}"
        for node in nodes
        if node.get("certificates")
        for text in _problems(node["certificates"])
    ]


def _problems(told: Status) -> list[str]:
    return [text for one in told["shown"] for text in _problems_of(one)] + _problems_of_agent(told["agent"])


def _problems_of_agent(agent: Status | None) -> list[str]:
    if agent is None:
        return []
    if agent["age"] is None or agent["age"] > SILENT_SECONDS:
        return ["the agent of certificates does not tell what it has: see `ha-lb logs --unit ha-lb-acme`"]
    found = []
    if agent["peerSilentFor"] > PEER_SILENT_SECONDS:
        found.append(
            f"the other node has given no certificates for {agent['peerSilentFor'] / 60:.0f} minutes: does ha-lb-acme "
            "run there, is a firewall between (failover.certificatesPort)?"
        )
    differs_by = agent["clockDiffersBy"]
    if differs_by:
        found.append(
            f"its clock is {abs(differs_by):.0f} s {'behind' if differs_by > 0 else 'ahead of'} the other node's: "
            "one of them is wrong, and certificates are renewed by it. See `timedatectl`"
        )
    return found


def _problems_of(one: Status) -> list[str]:
    what, left = f"certificate for {', '.join(one['domains'])}", one["secondsLeft"]
    lifetime = one["notAfter"] - one["notBefore"]
    because = f": {one['error']}" if one["error"] else ""
    if one["source"] == "given":
        because = ": give a new one in tls.certificates, and run `pulumi up`"
    found = []
    if one["source"] == "temporary":
        found.append(f"there is no {what} from ACME yet, clients get a temporary one{because}")
    elif one["source"] == "former":
        found.append(f"there is no {what} from ACME yet, clients get the one before{because}")
    elif left < 0:
        found.append(f"the {what} has expired{because}")
    elif left < lifetime * LATE_SHARE:
        found.append(f"the {what} expires in {_span(left)}{because}")
    elif left > lifetime + CLOCK_DIFFERENCE:
        found.append(f"the {what} is not valid yet by this node's clock: see `timedatectl`")
    elif one["error"] and not one["failures"]:
        found.append(f"the {what}{because}")
    if one["refusal"]:
        found.append(f"HAProxy does not take the new {what}: {one['refusal']}")
    return found


def _span(seconds: float) -> str:
    return f"{seconds / DAY:.0f} days" if seconds >= 2 * DAY else f"{seconds / 3600:.1f} hours"
