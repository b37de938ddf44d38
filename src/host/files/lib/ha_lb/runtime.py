"""Tells the running HAProxy what has changed, by its runtime API, so that it need not be loaded anew."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import unix_socket
from .changes import Configuration, NeedsReload, Remove, ReplaceTable, Step, Tell, steps

SOCKET = Path("/run/haproxy/admin.sock")
ANSWER_SECONDS = 5
# What HAProxy takes at once is its buffer, of 16 KiB as a rule.
LARGEST_COMMAND = 12_000
# Frontends that are no user's.
OWN = "ha-lb-"
STREAM = re.compile(rf"(?P<at>\S+): .*\bsrc=(?P<source>\S+) fe=(?!GLOBAL |{OWN})\S+ .*\bage=(?P<age>\S+) ")
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
# For the last requests of servers that go; longer ones are for the old process of a reload to end.
REMOVAL_SECONDS = 10


class Refused(Exception):
    """HAProxy did not do what it was told. Part of the changes may be there; a reload brings all of them."""


def bring_in_line(old: Path, new: Path) -> bool:
    """Whether HAProxy, which runs with the bundle `old`, now does what it would do with the bundle `new`."""
    try:
        for step in steps(_configuration(old), _configuration(new)):
            _take(step)
    except (NeedsReload, Refused, OSError) as error:
        print(f"HAProxy is reloaded: {error or 'not all of this can be changed where it runs'}")
        return False
    return True


def _configuration(bundle: Path) -> Configuration:
    files = [path for path in (bundle / "haproxy").rglob("*") if path.is_file()]
    return Configuration(
        (bundle / "haproxy.cfg").read_text(), {str(path.relative_to(bundle)): path.read_text() for path in files}
    )


def _take(step: Step) -> None:
    if isinstance(step, Tell):
        _tell(step.command, step.answer)
    elif isinstance(step, Remove):
        _remove(step)
    elif isinstance(step, ReplaceTable):
        _replace_table(step)
    else:
        replace_certificate(step.path, step.pem)


def replace_certificate(path: str, pem: str) -> None:
    """Without empty lines, which would end it. Raises Refused or OSError."""
    _tell(f"set ssl cert {path} <<\n{pem}", r"Transaction (created|updated) for certificate .*!")
    try:
        _tell(f"commit ssl cert {path}", r"Committing .*Success!")
    except Refused:
        # One that is left open keeps all others from being replaced.
        ask(f"abort ssl cert {path}")
        raise


def shown_certificate(path: str) -> str | None:
    """The SHA-1 fingerprint of what HAProxy shows, in hexadecimal; None where it knows of none. Raises OSError."""
    found = re.search(r"^SHA1 FingerPrint: ([0-9A-Fa-f]{40})$", ask(f"show ssl cert {path}"), re.MULTILINE)
    return found[1].lower() if found else None


def _remove(step: Remove) -> None:
    for server in step.with_agent:
        _tell(f"disable agent {server}", "")
    for server in step.servers:
        _tell(f"set server {server} state maint", "")
    deadline = time.monotonic() + REMOVAL_SECONDS
    for server in step.servers:
        while (answer := ask(f"del server {server}")) != "Server deleted.":
            if "connections" not in answer or time.monotonic() > deadline:
                raise Refused(f"it cannot remove {server} now: {answer}")
            time.sleep(0.05)


def _replace_table(step: ReplaceTable) -> None:
    version = _tell(f"prepare map {step.path}", r"New version created: (\d+)")[1]
    for batch in _batches(step.entries):
        _tell(f"add map @{version} {step.path} <<\n{batch}", "")
    # What does not fit into its buffer it leaves out without a word.
    taken = len(ask(f"show map @{version} {step.path}").splitlines())
    if taken != len(step.entries):
        raise Refused(f"it took {taken} of {len(step.entries)} entries of {step.path}")
    _tell(f"commit map @{version} {step.path}", "")


def _batches(entries: tuple[str, ...]) -> Iterator[str]:
    batch = ""
    for entry in entries:
        if len(batch) + len(entry) > LARGEST_COMMAND:
            yield batch
            batch = ""
        batch += f"{entry}\n"
    if batch:
        yield batch


def frontends() -> dict[str, str]:
    """Those that clients come to, and what HAProxy says of each: OPEN, STOP, and so on."""
    return frontends_in(ask("show stat -1 1 -1"))


def frontends_in(statistics: str) -> dict[str, str]:
    rows = csv.DictReader(statistics.lstrip("# ").splitlines())
    return {row["pxname"]: row["status"] for row in rows if not row["pxname"].startswith(OWN)}


@dataclass(frozen=True)
class Stream:
    """A request, or a TCP connection, that HAProxy serves: where in its memory, for whom, and for how many seconds."""

    id: str
    age: int


def streams() -> list[Stream]:
    return streams_in(ask("show sess"))


def streams_in(listed: str) -> list[Stream]:
    found = (STREAM.match(line) for line in listed.splitlines())
    return [Stream(f"{one['at']} {one['source']}", _seconds(one["age"])) for one in found if one]


def _seconds(age: str) -> int:
    return sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)([dhms])", age))


def _tell(command: str, answer: str) -> re.Match[str]:
    said = ask(command)
    match = re.fullmatch(answer, said, re.DOTALL)
    if match is None:
        # Not the whole command: it may hold a key.
        raise Refused(f"it answered to `{command.partition(' <<')[0]}`: {said}")
    return match


def ask(command: str) -> str:
    """An empty line ends what follows `<<`."""
    if len(command) > LARGEST_COMMAND + 1000:
        raise Refused("a certificate is too long for its runtime API")
    return unix_socket.ask(SOCKET, f"{command}\n".encode(), ANSWER_SECONDS).decode("utf-8", "replace").strip()
