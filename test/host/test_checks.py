"""Ports that another program has keep a bundle from being used."""

from __future__ import annotations

import dataclasses
import unittest
from unittest import mock

from ha_lb import checks
from node_settings import SETTINGS


def listening(port: int, program: str = "", address: str = "0.0.0.0") -> str:
    users = f' users:(("{program}",pid=1,fd=3))' if program else ""
    return f"LISTEN 0      128    {address}:{port}      0.0.0.0:*{users}\n"


class Branch(unittest.TestCase):
    def checked(self, branch: str | None, said: str) -> None:
        haproxy = dataclasses.replace(SETTINGS.haproxy, branch=branch)
        with mock.patch.object(checks, "run", return_value=mock.Mock(stdout=said, stderr="")):
            checks._is_of_branch(dataclasses.replace(SETTINGS, haproxy=haproxy))

    def test_any_will_do_where_none_was_asked_for(self) -> None:
        self.checked(None, "HAProxy version 2.6.12-1 2025/04/20\n")

    def test_the_one_that_was_asked_for_will_do(self) -> None:
        self.checked("3.0", "HAProxy version 3.0.11-1 2025/06/03\nStatus: stable\n")

    def test_another_one_is_refused(self) -> None:
        with self.assertRaisesRegex(
            checks.Refused, r"^HAProxy 3\.0 is wanted, but the installed one says: .* 3\.01\.1"
        ):
            self.checked("3.0", "HAProxy version 3.01.1\n")


class Ports(unittest.TestCase):
    def checked(self, *lines: str) -> None:
        with mock.patch.object(checks, "run", return_value=mock.Mock(stdout="".join(lines))):
            checks._ports_are_free(SETTINGS)

    def test_our_own_programs_may_have_them(self) -> None:
        self.checked(listening(80, "haproxy"), listening(443, "haproxy", "[::]"), listening(8405, "agent", "10.0.0.11"))

    def test_another_edition_of_haproxy_may_have_them_still(self) -> None:
        self.checked(listening(80, "hapee-lb"))

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
