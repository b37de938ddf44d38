"""The loop that keeps certificates as they should be: each turn asks what is true now, and mends what is not right."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from pathlib import Path

from .. import network, runtime, systemd
from ..commands import run, said
from ..settings import Settings
from . import exchange, report, store
from .client import Order
from .decisions import CLOCK_DIFFERENCE, Attempts, Failure, Held, after_failure, after_success, better, to_order
from .wanted import Acme

# Between two turns; while an order is under way somebody waits for its end.
SECONDS, SECONDS_OF_ORDER = 5.0, 0.5


class Agent:
    def __init__(self, settings: Settings) -> None:
        if settings.acme is None:
            raise ValueError("no certificate of this node comes by ACME")
        self._settings = settings
        self._acme: Acme = settings.acme
        self._order: Order | None = None
        self._attempts: dict[str, Attempts] = {}
        self._peer = report.Peer(time.monotonic(), 0.0)
        self._refusals: dict[str, str] = {}
        self._reloaded_for: set[str] = set()
        self._trouble = ""

    def run(self) -> None:
        # Of one that was killed in the middle of an order.
        store.forget_work()
        store.prepare(self._acme)
        self._attempts = store.attempts()
        threading.Thread(target=self._share, daemon=True).start()
        systemd.ready()
        while True:
            self._turn_or_tell()
            systemd.alive()
            time.sleep(SECONDS_OF_ORDER if self._order else SECONDS)

    def _share(self) -> None:
        while True:
            try:
                exchange.serve(self._settings, self._acme)
            except (OSError, ValueError) as error:
                # A port that another program has must not keep this node from ordering.
                print(f"the peer cannot ask for certificates: {error}", flush=True)
                time.sleep(SECONDS)

    def _turn_or_tell(self) -> None:
        """A process that ended would forget when it may order again, and authorities count what they are asked."""
        trouble = ""
        try:
            self._turn()
        except (OSError, subprocess.SubprocessError, store.Unusable) as error:
            trouble = f"this turn came to no end: {error}"
        if trouble and trouble != self._trouble:
            print(trouble, flush=True)
        self._trouble = trouble

    def _turn(self) -> None:
        self._take_from_peer()
        if network.is_master(self._settings):
            self._get_on_with_orders()
        elif self._order:
            print("another node has the addresses now: the order is given up", flush=True)
            self._abandon()
        sources = {one.id: store.serve(one) for one in self._acme.certificates}
        self._show()
        report.write(self._acme, sources, self._attempts, self._refusals, self._peer)

    def _take_from_peer(self) -> None:
        have = {one.id: held for one in self._acme.certificates if (held := store.held(one.id))}
        try:
            asked = time.time()
            answer = exchange.ask(self._settings, self._acme, {name: held.fingerprint for name, held in have.items()})
        except (OSError, ValueError, KeyError, TypeError):
            # It may be down, or not have this bundle yet. `ha-lb status` tells when that lasts.
            return
        difference = answer.epoch - (asked + time.time()) / 2
        self._peer = report.Peer(time.monotonic(), difference if abs(difference) > CLOCK_DIFFERENCE else 0.0)
        for one in self._acme.certificates:
            if one.id in answer.certificates:
                self._keep_if_better(one.id, answer.certificates[one.id], have.get(one.id))

    def _keep_if_better(self, name: str, pem: str, own: Held | None) -> None:
        try:
            offered = store.checked(pem)
        except store.Unusable as error:
            print(f"the peer's certificate {name} is of no use: {error}", flush=True)
            return
        if better(offered, own):
            store.keep(name, pem)
            self._remember(name, after_success(offered, time.time()))
            print(f"certificate {name} came from the peer", flush=True)

    def _get_on_with_orders(self) -> None:
        if self._order:
            self._finish(self._order)
            return
        held = {one.id: store.held(one.id) for one in self._acme.certificates}
        wanted = to_order(self._acme.certificates, held, self._attempts, time.time())
        if wanted:
            print(f"ordering certificate {wanted.id} for {', '.join(wanted.domains)}", flush=True)
            try:
                # Where this cannot be written, what is issued could not be, either.
                store.note(self._attempts)
                self._order = Order(wanted)
            except (OSError, subprocess.SubprocessError) as error:
                self._failed(wanted.id, Failure("unreachable", str(error)))

    def _finish(self, order: Order) -> None:
        outcome = order.outcome()
        if outcome is None:
            return
        self._order = None
        if isinstance(outcome, Failure):
            self._failed(order.wanted.id, outcome)
            return
        try:
            issued = store.checked(outcome)
            store.keep(order.wanted.id, outcome)
        except store.Unusable as error:
            self._failed(order.wanted.id, Failure("refused", f"what was issued is of no use: {error}"))
            return
        except OSError as error:
            self._failed(order.wanted.id, Failure("refused", f"what was issued cannot be kept: {error}"))
            return
        self._remember(order.wanted.id, after_success(issued, time.time()))
        print(f"certificate {order.wanted.id} was issued", flush=True)

    def _failed(self, name: str, failure: Failure) -> None:
        now = time.time()
        attempts = after_failure(self._attempts.get(name, Attempts()), failure, now, random.random())
        self._remember(name, attempts)
        print(f"no certificate {name}: {failure.error}. Next order in {attempts.next - now:.0f} s", flush=True)

    def _remember(self, name: str, attempts: Attempts) -> None:
        self._attempts[name] = attempts
        try:
            store.note(self._attempts)
        except OSError as error:
            print(f"when to order again is known until this process ends: {error}", flush=True)

    def _abandon(self) -> None:
        if self._order:
            self._order.abandon()
            self._order = None

    def _show(self) -> None:
        """HAProxy reads files when it starts, and is told of what comes later."""
        for one in self._acme.certificates:
            path = store.SERVED / f"{one.id}.pem"
            try:
                wanted = store.read(path).fingerprint
                shown = runtime.shown_certificate(str(path))
                if shown is not None and shown != wanted:
                    self._replace(path, wanted)
                    print(f"HAProxy shows the new certificate {one.id}", flush=True)
                self._refusals.pop(one.id, None)
            except (runtime.Refused, store.Unusable) as error:
                self._refusals[one.id] = str(error)
            except OSError as error:
                self._refusals[one.id] = str(error)
                # One that hangs would do so for each of them.
                return

    def _replace(self, path: Path, fingerprint: str) -> None:
        """Raises runtime.Refused, when HAProxy could not even read it from its file."""
        pem = "".join(f"{line}\n" for line in path.read_text().splitlines() if line)
        try:
            runtime.replace_certificate(str(path), pem)
        except runtime.Refused as refusal:
            # Its runtime API takes less than files may have. Once: what it refuses then, it refuses again.
            if fingerprint in self._reloaded_for:
                raise
            self._reloaded_for.add(fingerprint)
            reloaded = run("systemctl", "reload", self._settings.haproxy.service)
            if reloaded.returncode != 0:
                raise runtime.Refused(f"{refusal}; reloading it: {said(reloaded)}") from refusal
