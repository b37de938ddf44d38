"""What counts as an answer of HAProxy."""

from __future__ import annotations

import socket
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

from ha_lb import readiness


class Answer(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / "ready.sock"
        patch = mock.patch.object(readiness, "SOCKET", self.path)
        patch.start()
        self.addCleanup(patch.stop)

    def answered(self, *parts: bytes) -> str | None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            server = threading.Thread(target=self.serve, args=(listener, parts))
            server.start()
            answer = readiness.answer(5)
            server.join()
            return answer

    @staticmethod
    def serve(listener: socket.socket, parts: tuple[bytes, ...]) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            for part in parts:
                connection.sendall(part)

    def test_the_body_of_a_good_answer(self) -> None:
        answer = self.answered(b"HTTP/1.1 200 OK\r\ncontent-type: text", b"/plain\r\n\r\nc0f", b"fee")
        self.assertEqual(answer, "c0ffee")

    def test_no_other_status(self) -> None:
        self.assertIsNone(self.answered(b"HTTP/1.1 503 Service Unavailable\r\nx: a 200 b\r\n\r\nc0ffee"))

    def test_no_answer_at_all(self) -> None:
        self.assertIsNone(self.answered())

    def test_nobody_listens(self) -> None:
        self.assertIsNone(readiness.answer(1))

    def test_a_process_that_hangs_is_given_up(self) -> None:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            self.assertIsNone(readiness.answer(0.05))
