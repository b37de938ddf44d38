"""What is made of HAProxy's own words about certificates."""

from __future__ import annotations

import unittest
from unittest import mock

from test_status import told

from ha_lb import certificates, metrics
from ha_lb.certificates import Certificate
from ha_lb.verdict import judge

# As HAProxy 2.6 and 3.0 have it.
RECORD = """Filename: haproxy/certificates/{file}
Status: {status}
Serial: 4AACFA479B4EA5AAA3B5A5AE10DF1A14D2099381
notBefore: Nov 29 01:18:03 2026 GMT
notAfter: Dec 19 01:18:03 2026 GMT
Subject Alternative Name: {names}
Algorithm: EC256
SHA1 FingerPrint: 366DE7485CF69A3458E8B2CC312265296646826C
Subject: /C=XX/CN=by subject
Issuer: /CN=an authority: of ours
OCSP Response Key:

"""
EXPIRES = 1797643083


def record(file: str, names: str = "DNS:www.example.com, DNS:example.com", status: str = "Used") -> str:
    return RECORD.format(file=file, names=names, status=status)


class Served(unittest.TestCase):
    def served(self, listed: str, details: str) -> list[Certificate]:
        with mock.patch.object(certificates, "_ask", side_effect=[listed, *[details] * 9]) as self.ask:
            return certificates.served()

    def test_each_with_its_first_name_and_its_end(self) -> None:
        listed = "# filename\nhaproxy/certificates/web/0001.pem\nhaproxy/certificates/web/0002.pem\n\n"
        found = self.served(listed, record("web/0001.pem") + record("web/0002.pem", names=""))
        self.assertEqual(
            found,
            [
                Certificate("web/0001.pem", "www.example.com", EXPIRES),
                Certificate("web/0002.pem", "by subject", EXPIRES),
            ],
        )
        question = "show ssl cert haproxy/certificates/web/0001.pem;show ssl cert haproxy/certificates/web/0002.pem"
        self.ask.assert_called_with(question)

    def test_none_that_is_not_in_use_or_the_pairs_own(self) -> None:
        listed = "# transaction\n*haproxy/certificates/web/1.pem\n\n# filename\nhaproxy/peers.pem\n"
        self.assertEqual(self.served(listed, ""), [])
        self.ask.assert_called_once()
        self.assertEqual(list(certificates.parsed(record("web/1.pem", status="Unused"))), [])

    def test_as_many_questions_in_a_line_as_haproxy_takes(self) -> None:
        files = [f"haproxy/certificates/web/{number:04}.pem" for number in range(120)]
        self.served("\n".join(files), "")
        lines = [call.args[0] for call in self.ask.call_args_list]
        self.assertEqual(len(lines), 1 + 3)
        self.assertLess(max(map(len, lines)), 12_000)

    def test_nothing_while_haproxy_does_not_answer(self) -> None:
        with mock.patch("ha_lb.unix_socket.ask", side_effect=ConnectionRefusedError):
            self.assertEqual(certificates.served(), [])


class Metrics(unittest.TestCase):
    def test_the_end_of_each(self) -> None:
        verdict = judge(told("lb1", "MASTER"), told("lb2", "BACKUP"))
        text = metrics.text(verdict, [Certificate("web/0001.pem", "www.example.com", EXPIRES)])
        labels = 'file="web/0001.pem",name="www.example.com"'
        line = f"ha_lb_loaded_certificate_expiry_timestamp_seconds{{{labels}}} {EXPIRES}"
        self.assertIn(line, text.splitlines())
