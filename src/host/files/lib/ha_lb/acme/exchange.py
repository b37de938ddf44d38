"""How the nodes come to have the same certificates: each asks the other for those that differ from its own.

By TLS 1.3, in which each proves by the same derived key that it is of the pair. One line of JSON each way.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import peer_port
from ..settings import CURRENT, Settings
from . import store
from .wanted import Acme

SECONDS = 5.0
LONGEST_LINE = 1_000_000


@dataclass(frozen=True)
class Answer:
    """What the peer has that is another one than here, by id, and what its clock says."""

    certificates: Mapping[str, str]
    epoch: float


def serve(settings: Settings, acme: Acme) -> None:
    context = _context(ssl.PROTOCOL_TLS_SERVER, CURRENT)
    complaint = ""
    peer = ipaddress.ip_address(settings.peer_address)
    for connection, caller in peer_port.accepted(settings, acme.port):
        with connection:
            said = _serve_one(context, connection, acme) if caller == peer else None
        # It asks every few seconds.
        if said and said != complaint:
            print(f"the peer did not get certificates: {said}", flush=True)
        complaint = said or ""


def _serve_one(context: ssl.SSLContext, connection: socket.socket, acme: Acme) -> str | None:
    """What went wrong."""
    connection.settimeout(SECONDS)
    try:
        with context.wrap_socket(connection, server_side=True) as secure:
            _send(secure, _answer(acme, _receive(secure)))
    except (OSError, ValueError, TypeError) as error:
        return str(error)
    return None


def _answer(acme: Acme, question: dict[str, Any]) -> dict[str, Any]:
    known = dict(question.get("has", {}))
    here = {one.id: store.held(one.id) for one in acme.certificates}
    others = [name for name, held in here.items() if held and held.fingerprint != known.get(name)]
    return {"certificates": {name: store.text(name) for name in others}, "epoch": time.time()}


def ask(settings: Settings, acme: Acme, fingerprints: Mapping[str, str]) -> Answer:
    """Raises OSError or ValueError where the peer does not answer."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, CURRENT)
    peer = (settings.peer_address, acme.port)
    with (
        socket.create_connection(peer, SECONDS, source_address=(settings.own_address, 0)) as connection,
        context.wrap_socket(connection) as secure,
    ):
        _send(secure, {"has": dict(fingerprints)})
        told = _receive(secure)
    certificates = {str(name): str(pem) for name, pem in dict(told["certificates"]).items()}
    return Answer(certificates, float(told["epoch"]))


def _context(side: int, bundle: Path) -> ssl.SSLContext:
    """Whoever has the key of the pair is one of the two; there is nobody else whose certificate counts."""
    context = ssl.SSLContext(side)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    identity = bundle / "acme/identity.pem"
    context.load_cert_chain(identity)
    context.load_verify_locations(identity)
    return context


def _send(connection: ssl.SSLSocket, message: Mapping[str, Any]) -> None:
    connection.sendall(json.dumps(message).encode() + b"\n")


def _receive(connection: ssl.SSLSocket) -> dict[str, Any]:
    received = b""
    while not received.endswith(b"\n"):
        part = connection.recv(65_536)
        if not part or len(received) > LONGEST_LINE:
            raise ValueError("the peer's message is not whole")
        received += part
    message = json.loads(received)
    if not isinstance(message, dict):
        raise ValueError("the peer's message is no object")
    return message
