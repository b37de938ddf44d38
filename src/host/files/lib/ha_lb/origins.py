"""Which of the user's properties a line of haproxy.cfg comes from, for what HAProxy says of it. Pure."""

from __future__ import annotations

import re

PLACE = re.compile(r"\bhaproxy\.cfg:(\d+)\b")
HEADS = {"frontend": "frontends", "backend": "backends"}
# The rendering has the pair's own sections begin with this, and writes what users give word for word below the mark.
OWN = "ha-lb-"
RAW_MARK = "# raw"


def with_origins(text: str, config: str) -> str:
    """What HAProxy said, and below it what stands at each place that it names."""
    lines = config.splitlines()
    numbers = sorted({int(number) for number in PLACE.findall(text)})
    known = [(number, origin(lines, number)) for number in numbers if 0 < number <= len(lines)]
    notes = [f"haproxy.cfg:{number} is {place}: {lines[number - 1].strip()}" for number, place in known if place]
    return "\n".join([text, *notes])


def origin(lines: list[str], number: int) -> str | None:
    """The property path of a line, which counts from 1; None for what no user said."""
    before = lines[:number]
    heads = [(at, line.split()) for at, line in enumerate(before) if line and not line[0].isspace() and line[0] != "#"]
    if not heads:
        return None
    begin, [kind, *names] = heads[-1]
    inside = [line.strip() for line in before[begin:]]
    raw = f"raw[{len(inside) - inside.index(RAW_MARK) - 2}]" if RAW_MARK in inside else ""
    if kind in HEADS and not names[0].startswith(OWN):
        alike = [words for _, words in heads if words[0] == kind and not words[1].startswith(OWN)]
        return f'{HEADS[kind]}[{len(alike) - 1}] ("{names[0]}")' + (f".{raw}" if raw else "")
    return f"haproxy.{raw.replace('raw', f'raw.{kind}')}" if raw else None
