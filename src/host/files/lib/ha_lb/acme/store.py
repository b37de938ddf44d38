"""The certificates of this node, below a directory of root's alone. HAProxy opens what is in `served`.

`certificates/ID.pem` came from ACME; `temporary/ID.pem` is a stand-in of the node's own; `served/ID.pem` is a link to
what is shown.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from .. import files
from ..commands import run, said
from ..settings import STATE
from .decisions import Attempts, Held
from .wanted import Acme, Wanted

ROOT = STATE / "acme"
CERTIFICATES = ROOT / "certificates"
TEMPORARY = ROOT / "temporary"
SERVED = ROOT / "served"
# Of one order, with its secrets; nothing in it is of use to the next one.
WORK = ROOT / "work"
NOTES = ROOT / "attempts.json"
SAYS_SO = "temporary: no certificate from ACME yet"
TEMPORARY_DAYS = "3650"


class Unusable(Exception):
    """It is no certificate with its private key."""


def make_folders() -> None:
    for folder in (ROOT, CERTIFICATES, TEMPORARY, SERVED):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def prepare(acme: Acme) -> None:
    make_folders()
    for one in acme.certificates:
        serve(one)


def held(name: str) -> Held | None:
    """None where there is none, or none that could be used."""
    try:
        return read(CERTIFICATES / f"{name}.pem")
    except Unusable:
        return None


def read(path: Path) -> Held:
    # Only here: every command of a node loads this module, and hardly one reads a certificate.
    import ssl

    try:
        # Looks whether the key is that of the certificate, too.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
        pem = path.read_text()
    except (OSError, ValueError) as error:
        raise Unusable(str(error)) from error
    return _described(pem)


# Looked at in each turn of the agent, and each time the same.
@functools.lru_cache(maxsize=512)
def _described(pem: str) -> Held:
    from ssl import cert_time_to_seconds

    parts = ("-startdate", "-enddate", "-fingerprint", "-sha1", "-ext", "subjectAltName")
    shown = run("openssl", "x509", "-noout", *parts, stdin=pem)
    # Releases of openssl do not agree on capitals.
    values = {name.lower(): value for name, _, value in (line.partition("=") for line in shown.stdout.splitlines())}
    try:
        return Held(
            values["sha1 fingerprint"].replace(":", "").lower(),
            cert_time_to_seconds(values["notbefore"]),
            cert_time_to_seconds(values["notafter"]),
            tuple(re.findall(r"DNS:([^,\s]+)", shown.stdout)),
        )
    except (KeyError, ValueError) as error:
        raise Unusable(said(shown)) from error


def text(name: str) -> str:
    return (CERTIFICATES / f"{name}.pem").read_text()


def keep(name: str, pem: str) -> None:
    """Whatever happens meanwhile: the one before or this one is there, whole."""
    _write(CERTIFICATES / f"{name}.pem", pem)


def checked(pem: str) -> Held:
    """What it is. Raises Unusable."""
    candidate = ROOT / "candidate.pem"
    files.replace(candidate, pem, 0o600)
    try:
        return read(candidate)
    finally:
        candidate.unlink()


def serve(wanted: Wanted) -> str:
    """Sees to it that HAProxy finds one at its next start: that from ACME, or else one that stands in for it.

    Returns which of them: "acme", "former" or "temporary".
    """
    name = f"{wanted.id}.pem"
    if held(wanted.id):
        return _lead(name, CERTIFICATES / name, "acme")
    former = _former(wanted.domains)
    if former:
        return _lead(name, former, "former")
    try:
        read(TEMPORARY / name)
    except Unusable:
        _write(TEMPORARY / name, _made_here(wanted.domains))
    return _lead(name, TEMPORARY / name, "temporary")


def _lead(name: str, target: Path, source: str) -> str:
    link = SERVED / name
    if not (link.is_symlink() and link.readlink() == target):
        # The agent and `apply` may both be at it.
        new = SERVED / f"{name}.{os.getpid()}.new"
        new.unlink(missing_ok=True)
        new.symlink_to(target)
        new.replace(link)
    return source


def _former(domains: Iterable[str]) -> Path | None:
    """One that was ordered for other names, another kind of key or another authority, and is good for some of these."""
    found = []
    for path in CERTIFICATES.glob("*.pem"):
        other = held(path.stem)
        common = set(domains) & set(other.domains) if other else set()
        if other and common and other.not_after > time.time():
            found.append((len(common), other.not_after, path))
    return max(found)[2] if found else None


def _made_here(domains: tuple[str, ...]) -> str:
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "-")
    names = f"subjectAltName={','.join(f'DNS:{domain}' for domain in domains)}"
    subject = ("-subj", f"/CN={SAYS_SO}", "-addext", names)
    made = run("openssl", "req", "-x509", *new_key, *subject, "-days", TEMPORARY_DAYS, "-sha256")
    if made.returncode != 0:
        raise Unusable(said(made))
    return made.stdout


def forget_others(wanted: Iterable[Wanted]) -> None:
    """What nobody wants any more goes once it has expired: until then it may stand in for another one."""
    names = {f"{one.id}.pem" for one in wanted}
    for path in CERTIFICATES.glob("*.pem"):
        other = held(path.stem)
        if path.name not in names and (other is None or other.not_after < time.time()):
            path.unlink()
    for folder in (TEMPORARY, SERVED):
        for path in folder.glob("*.pem"):
            if path.name not in names:
                path.unlink()


def forget_work() -> None:
    shutil.rmtree(WORK, ignore_errors=True)


def attempts() -> dict[str, Attempts]:
    try:
        return {name: Attempts(**item) for name, item in json.loads(NOTES.read_text()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def note(found: Mapping[str, Attempts]) -> None:
    files.replace(NOTES, json.dumps({name: asdict(item) for name, item in found.items()}), 0o600)


def _write(path: Path, pem: str) -> None:
    files.replace(path, pem, 0o600)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # A machine that loses its power now is to find it: authorities count what they issue.
        os.sync()
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
