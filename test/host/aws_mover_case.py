"""What tests of the mover for AWS begin with: it runs as it is, and shows none of its credentials."""

from __future__ import annotations

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from cloud_of_amazon import REGION, Amazon, Credentials, address

MOVER = Path(__file__).resolve().parents[2] / "src/host/files/movers/aws"
AT_PEER = {"instanceId": "i-0002", "networkInterfaceId": "eni-0002", "privateIpAddress": "10.77.2.22"}


class MoverTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.kept = Path(directory.name)
        self.amazon = Amazon()
        self.addCleanup(self.amazon.server_close)
        self.addCleanup(self.amazon.shutdown)

    def run_mover(self, verb: str, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C",
            "HA_LB_NODE_ID": "i-0001",
            "HA_LB_PEER_ID": "i-0002",
            "HA_LB_ADDRESS_ID": "eipalloc-0a1b",
            "HA_LB_LOCAL_ADDRESS": "10.77.1.21",
            "HA_LB_SECRETS": "/nonexistent",
            "HA_LB_RUN": str(self.kept),
            "AWS_NETWORK_INTERFACE": "eni-0001",
            "AWS_REGION": REGION,
            "AWS_EC2_ENDPOINT": self.amazon.url,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.amazon.url,
            "AWS_TIMEOUT_SECONDS": "1",
            **environment,
        }
        process = subprocess.run(
            [str(MOVER), verb, "203.0.113.100"], env=settings, capture_output=True, text=True, timeout=60, check=False
        )
        for number in range(4):
            credentials = Credentials(number)
            for secret in (credentials.key, credentials.secret, credentials.session):
                self.assertNotIn(secret, process.stdout + process.stderr)
                self.assertNotIn(secret, "".join(self.amazon.arguments))
        self.assertEqual(self.amazon.wrong, [])
        return process

    def works(self, verb: str, stdout: str = "", **environment: str) -> None:
        process = self.run_mover(verb, **environment)
        self.assertEqual((process.returncode, process.stdout, process.stderr), (0, stdout, ""))

    def fails(self, verb: str, status: int, line: str, **environment: str) -> None:
        process = self.run_mover(verb, **environment)
        self.assertEqual(process.returncode, status, process.stderr)
        self.assertRegex(process.stderr.splitlines()[-1], f"^{line}")
        self.assertEqual(process.stdout, "")

    def fetch_ahead(self, seconds: float = 6 * 3600) -> None:
        self.amazon.credentials = Credentials(1, seconds)
        self.amazon.answers = [address(**AT_PEER)]
        self.works("owner", "i-0002\n")
        self.amazon.asked.clear()
        self.amazon.asked_for_metadata.clear()
