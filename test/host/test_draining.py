"""Draining a node: what ends, what is waited for, and what its tools are told and answer."""

from __future__ import annotations

import contextlib
import io
import subprocess
import time
import unittest
from collections.abc import Callable
from unittest import mock

from ha_lb import cli, connections, draining, runtime
from ha_lb.settings import Settings
from node_settings import ON_CLOUD, SETTINGS

STREAM = "0x55d0{id}: proto=tcpv4 src={source} fe={frontend} be=app srv=web1 ts=00 age={age} calls=3 rate=0 cpu=0 lat=0"
LISTED = "\n".join(
    (
        STREAM.format(id=1, source="192.0.2.7:40000", frontend="web", age="1m4s"),
        STREAM.format(id=2, source="2001:db8::7:40001", frontend="mail", age="0s"),
        STREAM.format(id=3, source="unix:1", frontend="ha-lb-ready", age="0s"),
        STREAM.format(id=4, source="unix:2", frontend="GLOBAL", age="0s"),
    )
)
STATISTICS = "# pxname,svname,qcur,status\nha-lb-ready,FRONTEND,,OPEN\nweb,FRONTEND,,STOP\nmail,FRONTEND,,OPEN\n"


class WhatIsAsked(unittest.TestCase):
    def test_connections_to_the_addresses_of_the_pair_are_clients(self) -> None:
        self.assertEqual(
            connections.which(SETTINGS),
            "( src 198.51.100.10 or src [2001:db8::10] ) and ( sport = :80 or sport = :443 )",
        )
        self.assertIn("src 203.0.113.100 ", connections.which(ON_CLOUD))

    def test_clients_are_told_apart_by_address_and_port(self) -> None:
        lines = "0 0 198.51.100.10:80 192.0.2.7:40000\n12 0 [2001:db8::10]:443 [2001:db8::7]:40001 \n"
        self.assertEqual(connections.clients(lines), {"192.0.2.7:40000", "[2001:db8::7]:40001"})
        self.assertEqual(connections.clients(""), frozenset())

    def test_requests_of_users_frontends_are_under_way_for_some_time(self) -> None:
        self.assertEqual(
            runtime.streams_in(LISTED),
            [runtime.Stream("0x55d01 192.0.2.7:40000", 64), runtime.Stream("0x55d02 2001:db8::7:40001", 0)],
        )

    def test_frontends_are_those_that_clients_come_to(self) -> None:
        self.assertEqual(runtime.frontends_in(STATISTICS), {"web": "STOP", "mail": "OPEN"})

    def test_closed_doors_drop_what_begins_and_nothing_else(self) -> None:
        self.assertIn("tcp dport { 80, 443 } tcp flags & (syn | ack) == syn drop", draining.closed_doors((80, 443)))


class Draining(unittest.TestCase):
    """With an HAProxy and a kernel that say what the test wants, and a clock that each look takes a moment of."""

    def setUp(self) -> None:
        self.now = 0.0
        self.told: list[str] = []
        self.statistics = STATISTICS
        self.resets = 0
        self.open: Callable[[], frozenset[str]] = lambda: frozenset({"a"})
        self.streams: list[tuple[str, float]] = []
        for patch in (
            mock.patch.object(time, "monotonic", lambda: self.now),
            mock.patch.object(time, "sleep", self.sleep),
            mock.patch.object(connections, "established", lambda _: self.open()),
            mock.patch.object(connections, "reset", self.reset),
            mock.patch.object(runtime, "ask", self.ask),
            mock.patch.object(runtime, "streams", self.list),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def ask(self, command: str) -> str:
        self.told.append(command)
        return self.statistics if command.startswith("show stat") else ""

    def reset(self, _: Settings) -> None:
        self.resets += 1

    def list(self) -> list[runtime.Stream]:
        return [runtime.Stream(name, int(self.now - since)) for name, since in self.streams if since <= self.now]

    def drain(self) -> float:
        draining.drain(SETTINGS, 10)
        return self.now

    def test_ends_when_the_connections_that_were_there_have_ended(self) -> None:
        self.open = lambda: frozenset({"a"} if self.now < 0.5 else {"b"})
        self.assertAlmostEqual(self.drain(), 0.5, delta=0.2)
        self.assertEqual(self.told, ["set map haproxy/maps/draining.map kept no"])

    def test_waits_no_longer_for_connections_that_merely_are_kept(self) -> None:
        self.assertAlmostEqual(self.drain(), draining.KEPT_SECONDS, delta=0.2)

    def test_waits_for_a_request_that_was_under_way_as_long_as_there_is_time(self) -> None:
        self.streams = [("download", -1)]
        self.assertAlmostEqual(self.drain(), 10, delta=0.2)

    def test_does_not_take_a_later_request_in_the_same_place_for_the_one_before(self) -> None:
        self.streams = [("x", -1)]
        listed = self.list

        def reused() -> list[runtime.Stream]:
            return listed() if self.now < 3 else [runtime.Stream("x", 0)]

        with mock.patch.object(runtime, "streams", reused):
            self.assertAlmostEqual(self.drain(), 3, delta=0.2)

    def test_tells_nobody_anything_where_nobody_is_connected(self) -> None:
        self.open = frozenset
        self.assertEqual((self.drain(), self.told), (0, []))

    def test_where_no_connection_can_be_kept_out_none_is_refused(self) -> None:
        for code in (1, 127):
            failed = subprocess.CompletedProcess((), code, "", "")
            with mock.patch.object(draining, "run", lambda *_, code=failed, **__: code):
                self.assertEqual(draining.close(SETTINGS), 1)
        self.assertEqual(self.told, ["show stat -1 1 -1"] * 2)

    def test_frontends_that_are_shut_are_opened_whatever_became_of_the_packet_filter(self) -> None:
        commands: list[str] = []

        def command(*words: str) -> subprocess.CompletedProcess[str]:
            commands.append(" ".join(words))
            if "reload" in words:
                self.statistics = STATISTICS.replace("STOP", "OPEN")
            return subprocess.CompletedProcess(words, 1, "", "")

        with mock.patch.object(draining, "run", command):
            draining.put_back(SETTINGS)
            self.assertEqual(self.told[0], "set map haproxy/maps/draining.map kept yes")
            self.assertEqual(commands[0], "systemctl --no-block reload haproxy")
            self.assertEqual(commands[-1], "nft delete table inet ha_lb_handover")
            self.assertEqual(draining.left_behind(), [])

    def test_doors_are_opened_whatever_else_goes_wrong(self) -> None:
        done: list[str] = []

        def fail_to_reload(*words: str) -> subprocess.CompletedProcess[str]:
            if "systemctl" in words:
                raise subprocess.TimeoutExpired(words, 60)
            done.append(" ".join(words))
            return subprocess.CompletedProcess(words, 0, "", "")

        with mock.patch.object(draining, "run", fail_to_reload):
            self.assertRaises(subprocess.TimeoutExpired, draining.put_back, SETTINGS)
            self.assertEqual(done, ["nft delete table inet ha_lb_handover"])
            self.assertEqual(
                draining.left_behind(), ["HAProxy has shut frontends", "the packet filter drops new connections"]
            )

    def test_what_does_not_end_behind_closed_doors_is_reset(self) -> None:
        done = subprocess.CompletedProcess((), 0, "", "")
        with mock.patch.object(draining, "run", lambda *_, **__: done):
            self.assertEqual(draining.close(SETTINGS), 1)
            self.assertEqual(self.told, ["show stat -1 1 -1", "shutdown frontend web; shutdown frontend mail"])
            self.assertEqual(self.resets, 1)
            self.open = frozenset
            self.assertEqual((draining.close(SETTINGS), self.resets), (0, 1))

    def test_an_haproxy_that_does_not_run_keeps_nobody_from_anything(self) -> None:
        with mock.patch.object(runtime, "ask", mock.Mock(side_effect=OSError)):
            self.assertAlmostEqual(self.drain(), draining.KEPT_SECONDS, delta=0.2)


class TheOption(unittest.TestCase):
    def test_a_time_that_is_none_is_refused(self) -> None:
        for text in ("-1", "3601", "soon", "nan"):
            silence = io.StringIO()
            with contextlib.redirect_stderr(silence), contextlib.redirect_stdout(silence):
                self.assertRaises(SystemExit, cli.main, ["switchover", "--drain-seconds", text])
