"""What the agent does, once it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .model import Call


@dataclass(frozen=True)
class Start:
    call: Call


@dataclass(frozen=True)
class Abandon:
    call: Call


@dataclass(frozen=True)
class AskPeer:
    pass


@dataclass(frozen=True)
class StepDown:
    reason: str


@dataclass(frozen=True)
class Remember:
    """This pair has held all its addresses: from now on another holder means that it was replaced."""


Action = Union[Start, Abandon, AskPeer, StepDown, Remember]
