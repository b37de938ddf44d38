"""What the agent tells, and whom: of the bundle in use, not of the one that the agent was started with."""

from __future__ import annotations

import dataclasses
import json
import socket
import threading
import unittest
from unittest import mock

from ha_lb import metrics, status, status_server
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


class Whom(unittest.TestCase):
    """Real connections, from addresses of this host."""

    def setUp(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.settings = dataclasses.replace(
            SETTINGS, own_address="127.0.0.1", peer_address="127.0.0.2", status_port=port
        )
        for patch in (
            mock.patch.object(status_server, "load", return_value=self.settings),
            mock.patch.object(status, "local", return_value={"node": "lb1"}),
            mock.patch.object(metrics, "current", side_effect=self.current),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.go_on = threading.Event()
        self.addCleanup(self.go_on.set)
        threading.Thread(target=status_server.serve, args=(self.settings,), daemon=True).start()

    def current(self, _settings: object) -> str:
        self.go_on.wait(5)
        return "ha_lb_problems 0\n"

    def connection(self, source: str) -> socket.socket:
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.settings.status_port), 5, (source, 0))
            except ConnectionRefusedError:
                continue

    def answer(self, source: str, request: bytes = b"") -> bytes:
        with self.connection(source) as connection:
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(4096), b""))

    def test_the_metrics_are_for_this_node_and_the_state_for_its_peer(self) -> None:
        self.go_on.set()
        answer = self.answer("127.0.0.1", b"GET /metrics/ha-lb HTTP/1.1\r\n\r\n")
        self.assertRegex(answer, rb"(?s)^HTTP/1\.0 200 OK\r\n.*\r\n\r\nha_lb_problems 0\n$")
        self.assertEqual(self.answer("127.0.0.2"), b'{"node": "lb1"}')
        self.assertEqual(self.answer("127.0.0.3"), b"")

    def test_the_peer_is_answered_while_metrics_wait_for_it_and_a_fifth_reader_is_not(self) -> None:
        request = b"GET / HTTP/1.1\r\n\r\n"
        readers = [self.connection("127.0.0.1") for _ in range(4)]
        for reader in readers:
            self.addCleanup(reader.close)
            reader.sendall(request)
        self.assertEqual(self.answer("127.0.0.2"), b'{"node": "lb1"}')
        self.assertEqual(self.answer("127.0.0.1"), b"")
        self.go_on.set()
        for reader in readers:
            self.assertTrue(reader.recv(4096).startswith(b"HTTP/1.0 200 OK"))
