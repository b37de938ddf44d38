"""The commands of bin/ha-lb."""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import NoReturn

from . import doctor, settings, status

EXIT_STATUS = {"redundant": 0, "degraded": 1, "down": 2}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage()
        self.exit(64, f"ha-lb: {message}\n")


def main(arguments: list[str]) -> int:
    parser = _Parser(prog="ha-lb", description="The redundant load balancer, as seen from this node.")
    commands = parser.add_subparsers(dest="command", required=True)
    show = commands.add_parser("status", help="who holds the addresses, and whether the pair is redundant")
    show.add_argument("--json", action="store_true", help="for programs")
    commands.add_parser("doctor", help="look for what is wrong on this node, and say how to mend it")
    commands.add_parser("logs", help="the journal of all services; takes journalctl's options")
    chosen, rest = parser.parse_known_args(arguments)
    if chosen.command == "logs":
        _logs(rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return _status(chosen.json) if chosen.command == "status" else doctor.main()


def _logs(options: list[str]) -> NoReturn:
    units = [argument for service in settings.load().services for argument in ("--unit", service)]
    os.execvp("journalctl", ["journalctl", *units, *options])


def _status(as_json: bool) -> int:
    node = settings.load()
    verdict = status.judge(status.local(node), status.of_peer(node))
    print(json.dumps(verdict, indent=2) if as_json else _text(verdict))
    return EXIT_STATUS[verdict["redundancy"]]


def _text(verdict: status.Status) -> str:
    lines = [f"The pair is {verdict['redundancy']}. Addresses: {verdict['holder'] or 'no single holder'}."]
    for node in verdict["nodes"]:
        since = f" since {time.strftime('%Y-%m-%d %H:%M:%S', time.localtime(node['since']))}" if node["since"] else ""
        readiness = "ready" if node["ready"] else "not ready"
        lines.append(f"  {node['node']}: {node['state']}{since}, {readiness}, bundle {node['bundle']}")
    return "\n".join(lines + [f"  ! {problem}" for problem in verdict["problems"]])
