"""The loop that keeps certificates as they should be: each turn asks what is true now, and mends what is not right."""

from __future__ import annotations

import random
import threading
import time

from .. import network, runtime, systemd
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

    def run(self) -> None:
        store.prepare(self._acme)
        self._attempts = store.attempts()
        threading.Thread(target=self._share, daemon=True).start()
        systemd.ready()
        while True:
            self._turn()
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
                self._order = Order(wanted)
            except OSError as error:
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
        except store.Unusable as error:
            self._failed(order.wanted.id, Failure("refused", f"what was issued is of no use: {error}"))
            return
        store.keep(order.wanted.id, outcome)
        self._remember(order.wanted.id, after_success(issued, time.time()))
        print(f"certificate {order.wanted.id} was issued", flush=True)

    def _failed(self, name: str, failure: Failure) -> None:
        now = time.time()
        attempts = after_failure(self._attempts.get(name, Attempts()), failure, now, random.random())
        self._remember(name, attempts)
        print(f"no certificate {name}: {failure.error}. Next order in {attempts.next - now:.0f} s", flush=True)

    def _remember(self, name: str, attempts: Attempts) -> None:
        self._attempts[name] = attempts
        store.note(self._attempts)

    def _abandon(self) -> None:
        if self._order:
            self._order.abandon()
            self._order = None

    def _show(self) -> None:
        """HAProxy reads files when it starts, and is told of what comes later."""
        for one in self._acme.certificates:
            path = store.SERVED / f"{one.id}.pem"
            try:
                pem, wanted = path.read_text(), store.read(path).fingerprint
                shown = runtime.shown_certificate(str(path))
                if shown is not None and shown != wanted:
                    runtime.replace_certificate(str(path), "".join(f"{line}\n" for line in pem.splitlines() if line))
                    print(f"HAProxy shows the new certificate {one.id}", flush=True)
                self._refusals.pop(one.id, None)
            except (runtime.Refused, store.Unusable, OSError) as error:
                self._refusals[one.id] = str(error)
