"""Tells what the agent of certificates knows, for `ha-lb status` and for the peer; nothing of it is secret."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import files
from ..settings import RUN
from . import store
from .decisions import Attempts, renewal
from .wanted import Acme

FILE = RUN / "acme.json"


@dataclass(frozen=True)
class Peer:
    """What is known of it: when it last answered, by the monotonic clock, and how far its clock is ahead."""

    answered: float
    clock_differs_by: float


def write(
    acme: Acme,
    sources: Mapping[str, str],
    attempts: Mapping[str, Attempts],
    refusals: Mapping[str, str],
    peer: Peer,
) -> None:
    certificates = []
    for one in acme.certificates:
        shown = store.read(Path(store.SERVED / f"{one.id}.pem"))
        tried = attempts.get(one.id, Attempts())
        certificates.append(
            {
                "id": one.id,
                "domains": one.domains,
                "source": sources[one.id],
                "fingerprint": shown.fingerprint,
                "notBefore": shown.not_before,
                "notAfter": shown.not_after,
                "renewal": renewal(store.held(one.id)),
                "failures": tried.failures,
                "error": tried.error,
                "nextOrder": tried.next,
                "refusal": refusals.get(one.id),
            }
        )
    agent = {"clockDiffersBy": peer.clock_differs_by, "peerSilentFor": time.monotonic() - peer.answered}
    files.replace(FILE, json.dumps({"certificates": certificates, "agent": agent, "at": time.time()}))
