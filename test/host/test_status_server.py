"""What the agent tells the peer is of the bundle in use, not of the one that the agent was started with."""

from __future__ import annotations

import dataclasses
import json
import socket
import unittest
from unittest import mock

from ha_lb import status, status_server
from node_settings import SETTINGS


class Told(unittest.TestCase):
    def told(self) -> str:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            status_server._tell(ours)
            ours.shutdown(socket.SHUT_WR)
            return theirs.makefile().read()

    def test_a_release_that_came_after_the_start_is_told(self) -> None:
        releases = [dataclasses.replace(SETTINGS, release=name) for name in ("old", "new")]
        with (
            mock.patch.object(status_server, "load", side_effect=releases),
            mock.patch.object(status, "local", side_effect=dataclasses.asdict),
        ):
            self.assertEqual([json.loads(self.told())["release"] for _ in releases], ["old", "new"])

    def test_nothing_is_told_while_no_bundle_is_in_use(self) -> None:
        with mock.patch.object(status_server, "load", side_effect=FileNotFoundError("node.json")):
            self.assertEqual(self.told(), "")
