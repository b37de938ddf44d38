"""What is put on a host for addresses that a mover moves, in a network of the test's own."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stderr
from pathlib import Path
from unittest import mock

from ha_lb import shared_addresses
from ha_lb.network import InterfaceAddress
from ha_lb.settings import SharedAddress
from node_settings import ON_CLOUD, SETTINGS

LIBRARY = Path(shared_addresses.__file__).resolve().parents[1]
# Run in a network namespace: settings and the place of the note come as arguments.
PROGRAM = """
import dataclasses, sys
from pathlib import Path
from ha_lb import network, shared_addresses
from ha_lb.settings import SharedAddress
from node_settings import ON_CLOUD, SETTINGS
shared_addresses.PUT = Path(sys.argv[1]) / "addresses"
addresses = tuple(SharedAddress(text, text, text) for text in sys.argv[2:])
settings = dataclasses.replace(ON_CLOUD, addresses=addresses) if addresses else SETTINGS
sys.exit(shared_addresses.main(settings))
"""


class Putting(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.note = Path(directory.name)

    def after(self, *steps: str) -> list[str]:
        """The addresses on `lo` after shell commands in an empty network; `put A B` is a run with these addresses."""
        put = f'put() {{ "{sys.executable}" -B -c "$PROGRAM" "{self.note}" "$@"; }}'
        script = "\n".join(["set -eu", "ip link set lo up", put, *steps, "ip -json address show dev lo"])
        environment = {
            **os.environ,
            "PROGRAM": PROGRAM,
            "PYTHONPATH": f"{LIBRARY}:{Path(__file__).parent}",
        }
        process = subprocess.run(
            ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--net", "sh", "-c", script],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        self.assertEqual(process.returncode, 0, process.stderr)
        entries = json.loads(process.stdout)[0]["addr_info"]
        found = [f"{entry['local']}/{entry['prefixlen']}" for entry in entries]
        return sorted(text for text in found if text not in ("127.0.0.1/8", "::1/128"))

    def test_addresses_of_both_families_are_put_on_the_loopback_interface(self) -> None:
        self.assertEqual(self.after("put 203.0.113.100 2001:0db8:00f1::1"), ["2001:db8:f1::1/128", "203.0.113.100/32"])

    def test_a_second_run_changes_nothing(self) -> None:
        self.assertEqual(self.after("put 203.0.113.100", "put 203.0.113.100"), ["203.0.113.100/32"])

    def test_one_that_is_no_longer_shared_is_removed(self) -> None:
        self.assertEqual(self.after("put 203.0.113.100 203.0.113.101", "put 203.0.113.101"), ["203.0.113.101/32"])
        self.assertEqual(self.after("put 203.0.113.100", "put"), [])

    def test_what_others_put_there_stays(self) -> None:
        steps = ("ip address add 203.0.113.100/32 dev lo", "ip address add 192.0.2.1/32 dev lo")
        self.assertEqual(self.after(*steps, "put 203.0.113.100", "put"), ["192.0.2.1/32", "203.0.113.100/32"])

    def test_after_a_reboot_they_are_put_there_again(self) -> None:
        self.after("put 203.0.113.100")
        self.assertEqual(self.after("put 203.0.113.100"), ["203.0.113.100/32"])

    def test_the_metadata_service_is_for_root_alone_and_the_rule_goes_with_the_mover(self) -> None:
        listed = "nft list table inet ha_load_balancer"
        rule = f"test $({listed} | grep -c 'ip daddr 169.254.169.254 meta skuid != 0 drop') = 1"
        self.after("put 203.0.113.100", rule, "put 203.0.113.100", rule, "put", f"! {listed} 2>/dev/null")

    def test_an_ipv6_address_is_never_what_this_host_itself_speaks_from(self) -> None:
        self.after("put 2001:db8:f1::1", "ip -6 address show dev lo | grep -q 'deprecated'")


class Missing(unittest.TestCase):
    def test_what_the_cloud_translates_an_address_to_is_put_there_in_its_place(self) -> None:
        node = dataclasses.replace(ON_CLOUD, addresses=(SharedAddress("main", "203.0.113.100", "1", "10.77.1.21"),))
        self.assertEqual(shared_addresses.wanted(node), {"10.77.1.21"})

    def test_addresses_are_compared_however_they_are_written(self) -> None:
        shared = (SharedAddress("six", "2001:0DB8::01", "1"), SharedAddress("main", "203.0.113.100", "2"))
        node = dataclasses.replace(ON_CLOUD, addresses=shared)
        present = [InterfaceAddress("lo", "2001:db8::1", 128)]
        self.assertEqual(shared_addresses.missing(node, present), ["203.0.113.100"])

    def test_nothing_is_missing_where_keepalived_holds_the_addresses(self) -> None:
        self.assertEqual(shared_addresses.missing(SETTINGS, []), [])


class Guard(unittest.TestCase):
    def test_the_rules_drop_what_is_not_from_root(self) -> None:
        rules = shared_addresses.rules(("169.254.169.254", "fd00:ec2::254")).splitlines()
        self.assertEqual(rules[:2], ["add table inet ha_load_balancer", "delete table inet ha_load_balancer"])
        self.assertIn("add rule inet ha_load_balancer output ip daddr 169.254.169.254 meta skuid != 0 drop", rules)
        self.assertIn("add rule inet ha_load_balancer output ip6 daddr fd00:ec2::254 meta skuid != 0 drop", rules)

    def test_without_such_addresses_the_table_goes(self) -> None:
        self.assertEqual(len(shared_addresses.rules(()).splitlines()), 2)

    def test_a_host_without_nftables_says_so_and_still_gets_its_addresses(self) -> None:
        done: list[object] = []
        with (
            mock.patch.object(shared_addresses, "put_addresses", done.append),
            mock.patch.object(subprocess, "run", side_effect=FileNotFoundError),
            redirect_stderr(io.StringIO()) as told,
        ):
            self.assertEqual(shared_addresses.main(ON_CLOUD), 1)
        self.assertEqual((len(done), told.getvalue()), (1, "prepare-network: nft is not installed\n"))
