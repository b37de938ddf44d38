"""What a node reads of its node.json."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from ha_lb import settings

NODE = {
    "node": "lb1",
    "peer": "lb2",
    "ownAddress": "10.77.1.11",
    "peerAddress": "10.77.2.12",
    "marker": "169.254.255.51/32",
    "heldAddresses": [],
    "addresses": [
        {"name": name, "address": f"203.0.113.{number}", "id": number} for name, number in (("a", 7), ("b", 8))
    ],
    "ports": [80],
    "statusPort": 8405,
    "probeIntervalSeconds": 0.5,
    "probeFailures": 3,
    "takeOverSeconds": 3.2,
    "haproxy": {"service": "haproxy", "binary": "/usr/sbin/haproxy"},
}
MOVER = {"nodeId": "i-1", "peerId": "i-2", "env": {}, "peerPublicAddress": "198.51.100.32", "rootOnly": []}


class Certificates(unittest.TestCase):
    def test_are_told_beside_it_and_by_no_older_release(self) -> None:
        told = [{"id": "web/1", "domains": ["shop.test"], "notBefore": 1, "notAfter": 2}]
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / "node.json").write_text(json.dumps({**NODE, "mover": None}))
            (Path(directory) / "release").write_text("r\n")
            self.assertEqual(settings.load(Path(directory)).certificates, ())
            (Path(directory) / "certificates.json").write_text(json.dumps(told))
            given = settings.GivenCertificate("web/1", ("shop.test",), 1, 2)
            self.assertEqual(settings.load(Path(directory)).certificates, (given,))


class Load(unittest.TestCase):
    def load(self, mover: dict[str, Any] | None) -> settings.Settings:
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / "node.json").write_text(json.dumps({**NODE, "mover": mover}))
            (Path(directory) / "release").write_text("r\n")
            return settings.load(Path(directory))

    def test_packets_for_shared_addresses_arrive_as_they_are_or_as_the_cloud_translates_them(self) -> None:
        as_they_are = self.load(MOVER).addresses
        self.assertEqual([shared.on_host for shared in as_they_are], ["203.0.113.7", "203.0.113.8"])
        translated = self.load({**MOVER, "localAddresses": ["10.77.1.21", "10.77.1.22"]}).addresses
        self.assertEqual([shared.on_host for shared in translated], ["10.77.1.21", "10.77.1.22"])
        self.assertEqual([shared.address for shared in translated], ["203.0.113.7", "203.0.113.8"])

    def test_without_a_mover_nothing_is_translated(self) -> None:
        loaded = self.load(None)
        self.assertIsNone(loaded.mover)
        self.assertEqual([(shared.id, shared.local) for shared in loaded.addresses], [("7", None), ("8", None)])
