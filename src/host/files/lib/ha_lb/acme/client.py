"""Runs one order in the background: makes key and request, and has dehydrated do the rest (order.sh)."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Union

from ..commands import run, said
from ..settings import CURRENT
from . import store
from .decisions import Failure, failure_of
from .wanted import Wanted

# Authorities answer within seconds, and ask each name from several places.
LONGEST_ORDER = 900.0
KEYS = {
    "ec-256": ("EC", "ec_paramgen_curve:prime256v1"),
    "ec-384": ("EC", "ec_paramgen_curve:secp384r1"),
    "rsa-2048": ("RSA", "rsa_keygen_bits:2048"),
    "rsa-4096": ("RSA", "rsa_keygen_bits:4096"),
}

# The certificate with its chain and its key, in PEM.
Outcome = Union[str, Failure]


class Order:
    def __init__(self, wanted: Wanted, bundle: Path = CURRENT) -> None:
        self.wanted = wanted
        self._began = time.monotonic()
        _prepare(wanted, bundle / "acme")
        # By the link: updates may have removed the bundle that this process came from.
        command = ("sh", str(bundle / "lib/ha_lb/acme/order.sh"), str(store.WORK))
        with (store.WORK / "said").open("w") as output:
            # In a session of its own, so that all of it can be ended.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def outcome(self) -> Outcome | None:
        """None while it is under way; asked once more, it does not know any more."""
        status = self._process.poll()
        if status is None:
            if time.monotonic() - self._began < LONGEST_ORDER:
                return None
            self.abandon()
            return Failure("unreachable", f"the order took longer than {LONGEST_ORDER:.0f} s")
        try:
            text = (store.WORK / "said").read_text(errors="replace")
            chain = (store.WORK / "chain.pem").read_text() if status == 0 else ""
            if "BEGIN CERTIFICATE" not in chain:
                return failure_of(text, time.time())
            return chain + (store.WORK / "key.pem").read_text()
        finally:
            store.forget_work()

    def abandon(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        store.forget_work()


def _prepare(wanted: Wanted, secrets: Path) -> None:
    store.forget_work()
    store.WORK.mkdir(mode=0o700)
    shutil.copy(secrets / "account.pem", store.WORK / "account.pem")
    settings = {"CA": wanted.directory_url, "CONTACT_EMAIL": wanted.email or ""}
    if wanted.external_account_key_id:
        settings["EAB_KID"] = wanted.external_account_key_id
        shutil.copy(secrets / f"{wanted.id}.hmac", store.WORK / "hmac")
    if wanted.has_authorities:
        settings["AUTHORITIES"] = str(store.WORK / "authorities.pem")
        shutil.copy(secrets / f"{wanted.id}.authorities.pem", store.WORK / "authorities.pem")
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in settings.items()]
    (store.WORK / "settings").write_text("".join(lines))
    kind, option = KEYS[wanted.key_type]
    _do("genpkey", "-algorithm", kind, "-pkeyopt", option, "-out", str(store.WORK / "key.pem"))
    names = f"subjectAltName={','.join(f'DNS:{domain}' for domain in wanted.domains)}"
    request = ("-new", "-sha256", "-subj", "/", "-addext", names)
    _do("req", *request, "-key", str(store.WORK / "key.pem"), "-out", str(store.WORK / "request.csr"))


def _do(*arguments: str) -> None:
    process = run("openssl", *arguments)
    if process.returncode != 0:
        raise OSError(f"openssl {arguments[0]}: {said(process)}")
