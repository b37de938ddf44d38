"""Ports that another program has keep a bundle from being used."""

from __future__ import annotations

import unittest
from unittest import mock

from ha_lb import checks
from node_settings import SETTINGS


def listening(port: int, program: str = "", address: str = "0.0.0.0") -> str:
    users = f' users:(("{program}",pid=1,fd=3))' if program else ""
    return f"LISTEN 0      128    {address}:{port}      0.0.0.0:*{users}\n"


class Ports(unittest.TestCase):
    def checked(self, *lines: str) -> None:
        with mock.patch.object(checks, "run", return_value=mock.Mock(stdout="".join(lines))):
            checks._ports_are_free(SETTINGS)

    def test_our_own_programs_may_have_them(self) -> None:
        self.checked(listening(80, "haproxy"), listening(443, "haproxy", "[::]"), listening(8405, "agent", "10.0.0.11"))

    def test_other_ports_do_not_matter(self) -> None:
        self.checked(listening(22, "sshd"), listening(8080, "nginx"))

    def test_a_frontend_port_of_another_program_is_refused(self) -> None:
        with self.assertRaisesRegex(checks.Refused, r"^port 80 is used by nginx\. Nothing was changed\."):
            self.checked(listening(80, "nginx"), listening(80, "nginx", "[::]"))

    def test_a_program_that_cannot_be_named_is_refused_all_the_same(self) -> None:
        with self.assertRaisesRegex(checks.Refused, "port 443 is used by another program"):
            self.checked(listening(443))

    def test_the_status_port_of_another_program_is_refused(self) -> None:
        with self.assertRaisesRegex(checks.Refused, r"port 8405, failover\.statusPort, is used by node"):
            self.checked(listening(8405, "node"))

    def test_all_taken_ports_are_named_at_once(self) -> None:
        with self.assertRaisesRegex(checks.Refused, "port 443 is used by a; port 80 is used by b"):
            self.checked(listening(80, "b"), listening(443, "a"))
