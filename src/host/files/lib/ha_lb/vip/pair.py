"""Remembers that this pair has held its addresses, also over reboots and new bundles."""

from __future__ import annotations

import hashlib
import json

from .. import files
from ..settings import STATE, Settings

FILE = STATE / "pair"


def pair_id(settings: Settings) -> str:
    """Another one with another machine, or with other addresses."""
    assert settings.mover
    nodes = sorted([settings.mover.node_id, settings.mover.peer_id])
    addresses = sorted(shared.id for shared in settings.addresses)
    return hashlib.sha256(json.dumps([nodes, addresses]).encode()).hexdigest()[:16]


def is_remembered(settings: Settings) -> bool:
    try:
        return FILE.read_text().strip() == pair_id(settings)
    except OSError:
        return False


def remember(settings: Settings) -> None:
    files.replace(FILE, f"{pair_id(settings)}\n")
