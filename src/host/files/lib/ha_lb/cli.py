"""The commands of bin/ha-lb."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import NoReturn

from . import settings, status
from .verdict import judge

EXIT_STATUS = {"redundant": 0, "degraded": 1, "down": 2}
# Owners that are no nodes.
OWNERS = {
    "peer": "on the other node",
    "nobody": "on no machine",
    "other": "on a machine that is not of this pair",
    "unknown": "not known where",
}
# Where a certificate is from that clients get.
SOURCES = {
    "given": "the certificate that was given, good",
    "acme": "a certificate by ACME, good",
    "former": "the certificate before, good",
    "temporary": "a temporary certificate, replaced once ACME brings one, good",
}
EXIT_REFUSED, EXIT_NOT_MOVED, EXIT_INTERRUPTED = 1, 2, 130
LONGEST_DRAIN = 3600


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage()
        self.exit(64, f"ha-lb: {message}\n")


def main(arguments: list[str]) -> int:
    parser = _Parser(prog="ha-lb", description="The redundant load balancer, as seen from this node.")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("status", help="who holds the addresses, and whether the pair is redundant")
    show.add_argument("--json", action="store_true", help="for programs")
    commands.add_parser("metrics", help="what `status` says, and ends of certificates, in the format of Prometheus")
    moved = commands.add_parser(
        "switchover", help="give the addresses to the other node; run it on the one that has them"
    )
    drained = commands.add_parser("drain", help="keep this node from serving, until `undrain`")
    drained.add_argument("--reason", default="by an operator", help="what `status` shows as the reason")
    drained.add_argument("--force", action="store_true", help="even when the other node might not serve")
    for command in (moved, drained):
        command.add_argument(
            "--drain-seconds",
            type=_seconds,
            default=settings.DRAIN_SECONDS,
            metavar="N",
            help="that connections have to end before the addresses move; 0: none (default: %(default)g)",
        )
    commands.add_parser("undrain", help="let this node serve again")
    removed = commands.add_parser("uninstall", help="take everything but the packages off this host")
    removed.add_argument("--restore", action="store_true", help="have the load balancer serve that was here before")
    removed.add_argument("--force", action="store_true", help="even when nobody might serve then")
    commands.add_parser("doctor", help="look for what is wrong on this node, and say how to mend it")
    commands.add_parser("logs", help="the journal of all services; takes journalctl's options")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command == "logs":
        _logs(rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return _run(chosen, settings.load())


def _run(chosen: argparse.Namespace, node: settings.Settings) -> int:
    """Loads what the command needs alone: programs ask for the status every few seconds."""
    if chosen.command == "status":
        return _status(node, chosen.json)
    if chosen.command == "metrics":
        from . import metrics

        print(metrics.current(node), end="")
        return 0
    if chosen.command == "doctor":
        from . import doctor

        return doctor.main()
    return _hand_over(chosen, node)


def _hand_over(chosen: argparse.Namespace, node: settings.Settings) -> int:
    from . import adoption, handover, uninstalling

    try:
        if chosen.command == "switchover":
            print(handover.switchover(node, chosen.drain_seconds))
        elif chosen.command == "drain":
            print(handover.drain(node, chosen.reason, chosen.drain_seconds, force=chosen.force))
        elif chosen.command == "uninstall":
            print(uninstalling.uninstall(node, restore=chosen.restore, force=chosen.force))
        else:
            print(handover.undrain(node))
    except (handover.Refused, adoption.NotBack) as refusal:
        print(f"ha-lb {chosen.command}: {refusal}", file=sys.stderr)
        return EXIT_REFUSED
    except handover.NotMoved as problem:
        print(f"ha-lb {chosen.command}: {problem}", file=sys.stderr)
        return EXIT_NOT_MOVED
    except KeyboardInterrupt:
        print(f"ha-lb {chosen.command}: interrupted; nothing of it is left behind", file=sys.stderr)
        return EXIT_INTERRUPTED
    return 0


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= LONGEST_DRAIN:
        raise ValueError
    return seconds


def _logs(options: list[str]) -> NoReturn:
    units = [argument for service in settings.load().services for argument in ("--unit", service)]
    os.execvp("journalctl", ["journalctl", *units, *options])


def _status(node: settings.Settings, as_json: bool) -> int:
    verdict = judge(status.local(node), status.of_peer(node))
    print(json.dumps(verdict, indent=2) if as_json else _text(verdict))
    return EXIT_STATUS[verdict["redundancy"]]


def _text(verdict: status.Status) -> str:
    lines = [f"The pair is {verdict['redundancy']}. Addresses: {verdict['holder'] or 'no single holder'}."]
    for address in verdict["addresses"]:
        text = f"  {address['name']} {address['address']}: {OWNERS.get(address['owner'], 'on ' + address['owner'])}"
        if address["movedAt"] is not None:
            text += f", moved {_time(address['movedAt'])} in {address['moveSeconds']:.1f} s"
        lines.append(text)
    for node in verdict["nodes"]:
        since = f" since {_time(node['since'])}" if node["since"] else ""
        readiness = "ready" if node["ready"] else "not ready"
        lines.append(f"  {node['node']}: {node['state']}{since}, {readiness}, bundle {node['bundle']}")
    for one in verdict["nodes"][0]["certificates"]["shown"]:
        lines.append(f"  {', '.join(one['domains'])}: {SOURCES[one['source']]} until {_time(one['notAfter'])}")
    return "\n".join(lines + [f"  ! {problem}" for problem in (*verdict["problems"], *verdict["notices"])])


def _time(epoch: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(epoch))
