"""What keeps a bundle from being used: ports of others, another branch, missing programs, another virtual router id."""

from __future__ import annotations

import dataclasses
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from ha_lb import checks
from node_settings import SETTINGS


def listening(port: int, program: str = "", address: str = "0.0.0.0") -> str:
    users = f' users:(("{program}",pid=1,fd=3))' if program else ""
    return f"LISTEN 0      128    {address}:{port}      0.0.0.0:*{users}\n"


class Programs(unittest.TestCase):
    def test_one_that_is_missing_is_named_with_the_cure(self) -> None:
        haproxy = dataclasses.replace(SETTINGS.haproxy, binary="/nowhere/haproxy")
        with self.assertRaisesRegex(checks.Refused, r"^/nowhere/haproxy\b.* is not installed any more\..*`revision`"):
            checks._is_there(dataclasses.replace(SETTINGS, haproxy=haproxy))


class RouterId(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)

    def changed(self, before: int, after: int, former: int | None = None) -> None:
        for name, router_id in (("previous", before), ("wanted", after)):
            (self.root / name).mkdir()
            text = f"vrrp_instance x {{\n    virtual_router_id {router_id}\n    priority 190\n}}\n"
            (self.root / name / "keepalived.conf").write_text(text)
        wanted = dataclasses.replace(SETTINGS, former_router_id=former)
        checks.check_change(self.root / "previous", self.root / "wanted", wanted)

    def test_another_one_is_refused_with_the_way_to_have_it_all_the_same(self) -> None:
        with self.assertRaisesRegex(
            checks.Refused, r"id of this pair is 51, and 77 is wanted\. .* failover\.changeVirtualRouterIdFrom: 51\.$"
        ):
            self.changed(51, 77)

    def test_another_one_is_taken_from_those_who_know_what_they_leave(self) -> None:
        self.changed(51, 77, former=51)

    def test_leave_to_go_from_one_id_is_no_leave_to_go_from_another(self) -> None:
        with self.assertRaisesRegex(checks.Refused, "id of this pair is 77, and 78 is wanted"):
            self.changed(77, 78, former=51)

    def test_the_same_one_stays_with_and_without_leave(self) -> None:
        self.changed(77, 77, former=51)


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
