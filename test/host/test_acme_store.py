"""Certificates on the disk, what stands in for one that is missing, and how the nodes come to have the same ones."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import stat
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb.acme import exchange, store
from ha_lb.acme.decisions import Attempts
from ha_lb.acme.wanted import Acme, Wanted
from ha_lb.commands import run
from node_settings import SETTINGS

WANTED = Wanted("shop-1", ("shop.test", "www.shop.test"), "ec-256", "https://authority.test/dir")


def made(
    *names: str, days: int = 90, kind: tuple[str, ...] = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
) -> str:
    subject = ("-subj", f"/CN={names[0]}", "-addext", f"subjectAltName={','.join(f'DNS:{name}' for name in names)}")
    command = ("openssl", "req", "-x509", "-nodes", "-days", str(days), "-keyout", "-", *subject, "-newkey", *kind)
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class InAFolder(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name) / "acme"
        places: Any = {"CERTIFICATES": "certificates", "TEMPORARY": "temporary", "SERVED": "served", "NOTES": "notes"}
        patch = mock.patch.multiple(store, ROOT=self.root, **{name: self.root / path for name, path in places.items()})
        patch.start()
        self.addCleanup(patch.stop)
        store.make_folders()

    def served(self) -> str:
        return (store.SERVED / "shop-1.pem").read_text()


class Served(InAFolder):
    def test_until_there_is_one_a_temporary_one_that_says_so_and_stays(self) -> None:
        self.assertEqual(store.serve(WANTED), "temporary")
        first = self.served()
        self.assertEqual(store.serve(WANTED), "temporary")
        self.assertEqual(self.served(), first)
        shown = run("openssl", "x509", "-noout", "-subject", "-ext", "subjectAltName", stdin=first).stdout
        self.assertRegex(shown, "temporary: no certificate from ACME yet")
        self.assertRegex(shown, "DNS:shop.test, DNS:www.shop.test")

    def test_the_one_from_the_authority_never_gives_way_to_the_temporary_one(self) -> None:
        store.serve(WANTED)
        pem = made("shop.test")
        store.keep("shop-1", pem)
        for _ in range(2):
            store.prepare(Acme(8407, (WANTED,)))
            self.assertEqual(self.served(), pem)

    def test_the_one_before_stands_in_where_it_is_good_for_some_of_the_names(self) -> None:
        store.keep("former-1", made("www.shop.test"))
        store.keep("other-1", made("office.test"))
        self.assertEqual(store.serve(WANTED), "former")
        self.assertEqual(self.served(), store.text("former-1"))

    def test_what_is_broken_counts_for_nothing(self) -> None:
        store.keep("shop-1", "no certificate")
        self.assertIsNone(store.held("shop-1"))
        self.assertEqual(store.serve(WANTED), "temporary")
        (store.TEMPORARY / "shop-1.pem").write_text("")
        self.assertEqual(store.serve(WANTED), "temporary")
        store.read(store.SERVED / "shop-1.pem")

    def test_a_key_of_another_certificate_is_refused(self) -> None:
        key = made("shop.test").partition("-----BEGIN CERTIFICATE-----")[0]
        certificate = made("shop.test").partition("-----END PRIVATE KEY-----")[2]
        with self.assertRaises(store.Unusable):
            store.checked(key + certificate)

    def test_all_of_it_is_for_root_alone(self) -> None:
        store.keep("shop-1", made("shop.test"))
        store.serve(dataclasses.replace(WANTED, id="other"))
        store.note({})
        for path in [self.root, *self.root.rglob("*")]:
            if not path.is_symlink():
                self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

    def test_what_nobody_wants_goes_once_it_is_of_no_use(self) -> None:
        store.keep("former-1", made("www.shop.test"))
        store.serve(dataclasses.replace(WANTED, id="former-2", domains=("none.test",)))
        store.forget_others([WANTED])
        self.assertEqual([path.name for path in store.CERTIFICATES.iterdir()], ["former-1.pem"])
        self.assertEqual([*store.SERVED.iterdir(), *store.TEMPORARY.iterdir()], [])


class Notes(InAFolder):
    def test_of_orders_outlive_the_agent_and_nonsense_is_no_note(self) -> None:
        noted = {"shop-1": Attempts(failures=3, refusals=2, last=5.0, next=9.0, error="no")}
        store.note(noted)
        self.assertEqual(store.attempts(), noted)
        store.NOTES.write_text('{"shop-1": {"unknown": 1}}')
        self.assertEqual(store.attempts(), {})


class Exchange(InAFolder):
    """A node that asks itself, which is the same to it."""

    def setUp(self) -> None:
        super().setUp()
        bundle = self.root.parent
        self.identity = bundle / "acme/identity.pem"
        self.identity.write_text(made("certificates", kind=("ed25519",)))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.acme = Acme(free.getsockname()[1], (WANTED,))
        self.node = dataclasses.replace(SETTINGS, own_address="127.0.0.1", peer_address="127.0.0.1")
        patch = mock.patch.object(exchange, "CURRENT", bundle)
        patch.start()
        self.addCleanup(patch.stop)
        threading.Thread(target=exchange.serve, args=(self.node, self.acme), daemon=True).start()

    def ask(self, fingerprints: dict[str, str]) -> exchange.Answer:
        for _ in range(100):
            try:
                return exchange.ask(self.node, self.acme, fingerprints)
            except ConnectionRefusedError:
                threading.Event().wait(0.05)
        raise AssertionError("nobody listens")

    def test_gives_what_the_other_one_does_not_have(self) -> None:
        self.assertEqual(self.ask({}).certificates, {})
        pem = made("shop.test")
        store.keep("shop-1", pem)
        self.assertEqual(self.ask({}).certificates, {"shop-1": pem})
        self.assertEqual(self.ask({"shop-1": "another"}).certificates, {"shop-1": pem})
        self.assertEqual(self.ask({"shop-1": store.checked(pem).fingerprint}).certificates, {})

    def test_gives_nothing_to_whoever_lacks_the_key_and_takes_nothing_from_them(self) -> None:
        store.keep("shop-1", made("shop.test"))
        self.ask({})
        stranger = self.root.parent / "stranger"
        (stranger / "acme").mkdir(parents=True)
        (stranger / "acme/identity.pem").write_text(made("certificates", kind=("ed25519",)))
        with mock.patch.object(exchange, "CURRENT", stranger), self.assertRaises(OSError):
            self.ask({})
        # Neither by pretending to trust.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self.acme.port), 5) as connection,
            self.assertRaises(OSError),
            context.wrap_socket(connection) as secure,
        ):
            secure.sendall(b'{"has": {}}\n')
            self.assertEqual(secure.recv(100), b"")
            raise ConnectionError("closed without a word")
