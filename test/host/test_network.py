"""Which network interface of a host has which role."""

from __future__ import annotations

import dataclasses
import json
import socket
import unittest
from unittest import mock

from ha_lb import network
from ha_lb.network import InterfaceAddress
from ha_lb.settings import HeldAddress
from node_settings import SETTINGS

LOOPBACK = InterfaceAddress("lo", "127.0.0.1", 8)
PRIVATE = InterfaceAddress("eth0", "10.0.0.11", 24)
PUBLIC = InterfaceAddress("eth1", "198.51.100.2", 24)
PUBLIC_6 = InterfaceAddress("eth1", "2001:db8::2", 64)
HOST = [LOOPBACK, PRIVATE, PUBLIC, PUBLIC_6]


def answer(value: object) -> mock.Mock:
    return mock.Mock(stdout=json.dumps(value))


class InterfaceDefinitions(unittest.TestCase):
    def setUp(self) -> None:
        links = list(enumerate(("lo", "eth0", "eth1", "eth2"), 1))
        patch = mock.patch.object(socket, "if_nameindex", return_value=links)
        patch.start()
        self.addCleanup(patch.stop)

    def defined(self, present: list[InterfaceAddress], *held: HeldAddress) -> list[str]:
        settings = dataclasses.replace(SETTINGS, held_addresses=held)
        return network.interface_definitions(settings, present).splitlines()

    def test_every_role_has_a_line_in_the_order_of_the_addresses(self) -> None:
        self.assertEqual(
            network.interface_definitions(SETTINGS, HOST),
            "$PEER_INTERFACE=eth0\n$ADDRESS_0_INTERFACE=eth1\n$ADDRESS_1_INTERFACE=eth1\n",
        )

    def test_an_interface_that_was_named_wins_over_the_one_in_the_same_network(self) -> None:
        lines = self.defined(HOST, HeldAddress("198.51.100.10/24", "eth2"))
        self.assertEqual(lines[1], "$ADDRESS_0_INTERFACE=eth2")

    def test_a_shared_address_that_is_here_already_does_not_count_as_the_hosts_own(self) -> None:
        left_behind = InterfaceAddress("lo", "198.51.100.10", 24)
        lines = self.defined([left_behind, *HOST], HeldAddress("198.51.100.10/24", None))
        self.assertEqual(lines[1], "$ADDRESS_0_INTERFACE=eth1")

    def test_addresses_are_compared_however_they_are_written(self) -> None:
        lines = self.defined(HOST, HeldAddress("2001:0DB8:0::000a/64", None))
        self.assertEqual(lines[1], "$ADDRESS_0_INTERFACE=eth1")

    def test_a_peer_address_that_no_interface_has_is_named(self) -> None:
        with self.assertRaisesRegex(network.NoInterface, r"address 10\.0\.0\.11; correct this node's peerAddress"):
            self.defined([LOOPBACK, PUBLIC])

    def test_an_address_in_no_network_of_the_host_asks_for_an_interface(self) -> None:
        with self.assertRaisesRegex(network.NoInterface, r"network of 203\.0\.113\.5/24; name one with `interface`"):
            self.defined(HOST, HeldAddress("203.0.113.5/24", None))

    def test_an_interface_that_does_not_exist_is_named_beside_those_that_do(self) -> None:
        with self.assertRaisesRegex(network.NoInterface, "no network interface eth9; it has eth0, eth1, eth2, lo"):
            self.defined(HOST, HeldAddress("198.51.100.10/24", "eth9"))

    def test_ipv4_and_ipv6_are_never_mixed_up(self) -> None:
        with self.assertRaises(network.NoInterface):
            self.defined([PRIVATE, PUBLIC_6], HeldAddress("198.51.100.10/24", None))


class IsMaster(unittest.TestCase):
    def test_the_marker_makes_a_master(self) -> None:
        self.assertTrue(network.is_master(SETTINGS, [*HOST, InterfaceAddress("lo", "169.254.255.51", 32)]))

    def test_a_shared_address_alone_does_not(self) -> None:
        self.assertFalse(network.is_master(SETTINGS, [*HOST, InterfaceAddress("eth1", "198.51.100.10", 24)]))


class Addresses(unittest.TestCase):
    def test_reads_what_ip_tells_and_leaves_out_entries_without_an_address(self) -> None:
        entries = [{"local": "10.0.0.11", "prefixlen": 24}, {"index": 3}]
        told = answer([{"ifname": "eth0", "addr_info": entries}, {"ifname": "eth1"}])
        with mock.patch.object(network, "run", return_value=told):
            self.assertEqual(network.addresses(), [PRIVATE])

    def test_no_answer_means_no_addresses(self) -> None:
        with mock.patch.object(network, "run", return_value=mock.Mock(stdout="")):
            self.assertEqual(network.addresses(), [])
