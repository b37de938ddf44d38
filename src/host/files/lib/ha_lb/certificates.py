"""The certificates that HAProxy works with, and until when: what it says itself, so that files that it has not read yet
do not count."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from . import unix_socket
from .settings import RUN

# Of level operator: of no use to change servers or certificates.
SOCKET = RUN / "haproxy.sock"
FOLDER = "haproxy/certificates/"
# By which the nodes know each other: it never has to be renewed.
OF_THE_PAIR = "haproxy/peers.pem"
ANSWER_SECONDS = 2
# Questions in one line, which has to fit into HAProxy's buffer.
AT_ONCE = 50


@dataclass(frozen=True)
class Certificate:
    """Its file, the first name that it is for, and its end in seconds since 1970."""

    file: str
    name: str
    expires: int


def served() -> list[Certificate]:
    """An empty list while HAProxy does not answer."""
    try:
        files = [line for line in _ask("show ssl cert").splitlines() if _is_file(line)]
        batches = [files[start : start + AT_ONCE] for start in range(0, len(files), AT_ONCE)]
        answers = [_ask(";".join(f"show ssl cert {file}" for file in batch)) for batch in batches]
    except OSError:
        return []
    return [found for answer in answers for found in parsed(answer)]


def _is_file(line: str) -> bool:
    """Neither a heading nor what is about to be loaded."""
    return bool(line) and not line.startswith(("#", "*")) and line != OF_THE_PAIR


def parsed(answer: str) -> Iterator[Certificate]:
    for text in re.split(r"^Filename: ", answer, flags=re.MULTILINE)[1:]:
        file, _, rest = text.partition("\n")
        told = dict(re.findall(r"^([^:\n]+): (.*)$", rest, re.MULTILINE))
        if told.get("Status") == "Used" and "notAfter" in told:
            expires = ssl.cert_time_to_seconds(told["notAfter"])
            yield Certificate(file.strip().removeprefix(FOLDER), _name(told), expires)


def _name(told: dict[str, str]) -> str:
    first = told.get("Subject Alternative Name", "").partition(", ")[0].partition(":")[2]
    return first or told.get("Subject", "").rpartition("CN=")[2]


def _ask(command: str) -> str:
    return unix_socket.ask(SOCKET, f"{command}\n".encode(), ANSWER_SECONDS).decode("utf-8", "replace")
