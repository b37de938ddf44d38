"""What `ha-lb status` and the metrics make of what the agents of the addresses tell."""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from ha_lb import cli, metrics, mover_status
from ha_lb.verdict import judge
from node_settings import ON_CLOUD, SETTINGS
from node_states import GOOD_BACKUP, GOOD_MASTER, mover, node, told_address


class Problems(unittest.TestCase):
    def problems(self, one: dict[str, Any], two: dict[str, Any]) -> list[str]:
        verdict = judge(one, two)
        self.assertEqual(verdict["redundancy"], "degraded" if verdict["problems"] else "redundant")
        found: list[str] = verdict["problems"]
        return found

    def test_a_pair_with_a_good_standby_has_none(self) -> None:
        self.assertEqual(self.problems(GOOD_MASTER, GOOD_BACKUP), [])

    def test_a_standby_whose_credentials_are_denied_could_not_take_over(self) -> None:
        standby = node("lb2", "BACKUP", mover("peer", "denied", "401"))
        self.assertEqual(self.problems(GOOD_MASTER, standby), ["lb2: could not take over: 401 unauthorized"])

    def test_a_master_that_is_denied_says_so_as_well(self) -> None:
        master = node("lb1", "MASTER", mover("self", "denied", "401"))
        self.assertEqual(self.problems(master, GOOD_BACKUP), ["lb1: the cloud's API fails: 401 unauthorized"])

    def test_a_failure_counts_once_it_lasts(self) -> None:
        for seconds, expected in ((1.0, []), (6.0, ["lb2: could not take over: 503 unauthorized"])):
            standby = node("lb2", "BACKUP", mover("peer", "failing", "503"))
            standby["mover"]["api"]["seconds"] = seconds
            self.assertEqual(self.problems(GOOD_MASTER, standby), expected)

    def test_a_proof_that_is_too_old_is_none(self) -> None:
        standby = node("lb2", "BACKUP", mover("peer", age=301.0))
        problems = self.problems(GOOD_MASTER, standby)
        self.assertEqual(problems, ["lb2: has heard nothing from the cloud's API for 301 s"])

    def test_a_standby_that_has_not_asked_yet_has_proved_nothing(self) -> None:
        standby = node("lb2", "BACKUP", {**mover_status.NOTHING_YET, "age": None})
        self.assertEqual(self.problems(GOOD_MASTER, standby), ["lb2: has not asked the cloud's API yet"])

    def test_an_address_on_the_wrong_node(self) -> None:
        for owner, place in (
            ("peer", "on the other node"),
            ("nobody", "on no machine"),
            ("unknown", "nobody knows where"),
            ("self", "not shown to be moved"),
        ):
            astray = {"main": told_address(owner, verified=False)}
            master = node("lb1", "MASTER", mover("self", addresses=astray, mismatch=True))
            self.assertEqual(self.problems(master, GOOD_BACKUP), [f"203.0.113.100 is {place}, but lb1 is MASTER"])

    def test_a_pair_that_was_replaced(self) -> None:
        replaced = mover("other", superseded=True, mismatch=True)
        problems = self.problems(node("lb1", "MASTER", replaced), GOOD_BACKUP)
        self.assertEqual(problems, ["lb1: was replaced, a machine that is not of this pair has 203.0.113.100"])

    def test_held_nodes_are_told_with_the_reason_and_not_as_a_fault(self) -> None:
        for kind, text in (
            ("drain", "is drained"),
            ("switchover", "hands over to its peer"),
            ("step-down", "has stepped down"),
            ("by hand", "is held"),
        ):
            hold = [{"kind": kind, "reason": "that is why", "since": 1, "until": None}]
            standby = node("lb2", "FAULT", mover("peer"), hold=hold)
            self.assertEqual(self.problems(GOOD_MASTER, standby), [f"lb2: {text}: that is why"])

    def test_a_peer_of_an_older_release_tells_less(self) -> None:
        older = {key: value for key, value in GOOD_BACKUP.items() if key not in ("mover", "hold")}
        self.assertEqual(self.problems(GOOD_MASTER, older), [])
        self.assertEqual(judge(older, GOOD_MASTER)["addresses"][0]["owner"], "lb1")


class Addresses(unittest.TestCase):
    def test_the_master_knows_who_has_it_and_whoever_moved_it_last_how_long_that_took(self) -> None:
        moved = {"main": told_address("self", movedAt=900.0, moveSeconds=0.7)}
        moved_before = {"main": told_address("peer", movedAt=800.0, moveSeconds=1.1)}
        one, two = (
            node("lb1", "BACKUP", mover("peer", addresses=moved_before)),
            node("lb2", "MASTER", mover("self", addresses=moved)),
        )
        for nodes in ([one, two], [two, one]):
            [address] = mover_status.addresses(nodes)
            self.assertEqual((address["owner"], address["movedAt"], address["moveSeconds"]), ("lb2", 900.0, 0.7))

    def test_owners_are_names_where_there_is_one(self) -> None:
        for owner, expected in (("self", "lb1"), ("peer", "lb2"), ("nobody", "nobody"), ("other", "other")):
            [address] = mover_status.addresses([node("lb1", "MASTER", mover(owner)), node("lb2", "BACKUP", None)])
            self.assertEqual(address["owner"], expected)
        [address] = mover_status.addresses([node("lb1", "MASTER", mover("peer"))])
        self.assertEqual(address["owner"], "peer")

    def test_not_all_addresses_on_the_master(self) -> None:
        self.assertIsNone(mover_status.not_held(GOOD_MASTER, ["main"]))
        failing = node("lb1", "MASTER", mover("peer", "denied", "401"))
        self.assertEqual(
            mover_status.not_held(failing, ["main"]),
            "lb1 is MASTER, but does not have the address main. The cloud's API says: 401 unauthorized",
        )
        self.assertIn("address six.", str(mover_status.not_held(GOOD_MASTER, ["main", "six"])))
        # An agent that still reports what was true before.
        self.assertIsNotNone(mover_status.not_held(node("lb1", "MASTER", mover("self", master=False)), ["main"]))
        self.assertIsNotNone(mover_status.not_held(node("lb1", "MASTER", None), ["main"]))


class Local(unittest.TestCase):
    def local(self, text: str | None) -> Any:
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "vip.json"
            if text is not None:
                file.write_text(text)
            with mock.patch.object(mover_status, "FILE", file):
                return mover_status.local(ON_CLOUD, 1000.0)

    def test_there_is_nothing_to_tell_without_a_mover(self) -> None:
        self.assertIsNone(mover_status.local(SETTINGS, 1000.0))

    def test_ages_are_told_in_seconds(self) -> None:
        told = self.local(json.dumps(mover("self")))
        self.assertEqual((told["age"], told["api"]["seconds"]), (5.0, 10.0))

    def test_an_address_that_was_never_read_is_no_proof(self) -> None:
        addresses = {"main": told_address("self"), "six": told_address("unknown", checkedAt=None)}
        self.assertIsNone(self.local(json.dumps(mover("self", addresses=addresses)))["age"])

    def test_no_report_and_a_broken_one_tell_that_nothing_is_known(self) -> None:
        for text in (None, "", "{", "[]", "{}", "null"):
            with self.subTest(text=text):
                told = self.local(text)
                self.assertEqual((told["api"]["state"], told["age"], told["addresses"]), ("unknown", None, {}))


class Text(unittest.TestCase):
    def test_status_names_owner_and_last_move(self) -> None:
        moved = {"main": told_address("self", movedAt=900.0, moveSeconds=0.74)}
        text = cli._text(judge(node("lb1", "MASTER", mover("self", addresses=moved)), GOOD_BACKUP))
        self.assertRegex(text, r"\n  main 203\.0\.113\.100: on lb1, moved 1970-01-01 \d\d:15:00 in 0\.7 s\n")

    def test_an_address_that_no_node_has(self) -> None:
        text = cli._text(judge(node("lb1", "MASTER", mover("nobody")), GOOD_BACKUP))
        self.assertIn("main 203.0.113.100: on no machine\n", text)


class Metrics(unittest.TestCase):
    def lines(self, one: dict[str, Any], two: dict[str, Any] | None) -> list[str]:
        return metrics.text(judge(one, two)).splitlines()

    def test_a_cloud_pair(self) -> None:
        moved = {"main": told_address("self", movedAt=1721000000.25, moveSeconds=0.742)}
        master = node("lb1", "MASTER", mover("self", addresses=moved, errors={"503": 2, "429": 1}))
        lines = self.lines(master, GOOD_BACKUP)
        for line in (
            'ha_lb_redundancy{redundancy="redundant"} 1',
            'ha_lb_redundancy{redundancy="down"} 0',
            "ha_lb_problems 0",
            'ha_lb_node_state{node="lb1",state="MASTER"} 1',
            'ha_lb_node_state{node="lb2",state="MASTER"} 0',
            'ha_lb_node_ready{node="lb2"} 1',
            "ha_lb_master_since_timestamp_seconds 1",
            'ha_lb_node_held{node="lb2"} 0',
            'ha_lb_address_owner{address="203.0.113.100",name="main",owner="lb1"} 1',
            'ha_lb_address_last_move_seconds{address="203.0.113.100",name="main"} 0.742',
            'ha_lb_address_last_move_timestamp_seconds{address="203.0.113.100",name="main"} 1721000000.25',
            'ha_lb_address_mismatch{node="lb1"} 0',
            'ha_lb_superseded{node="lb1"} 0',
            'ha_lb_api_state{node="lb2",state="ok"} 1',
            'ha_lb_api_proof_age_seconds{node="lb2"} 5',
            'ha_lb_api_calls_total{node="lb1"} 7',
            'ha_lb_api_failed_calls_total{node="lb1"} 3',
            'ha_lb_api_failed_calls_total{node="lb2"} 0',
            'ha_lb_api_errors_total{node="lb1",code="429"} 1',
            'ha_lb_api_errors_total{node="lb1",code="503"} 2',
            "# TYPE ha_lb_api_errors_total counter",
        ):
            self.assertIn(line, lines)

    def test_every_line_is_what_prometheus_reads_and_every_family_comes_once(self) -> None:
        problem = node("lb2", "FAULT", None, problems=['a "quoted"\nproblem'])
        lines = self.lines(GOOD_MASTER, problem) + self.lines(node("lb1", "STOPPED", None), None)
        for line in lines:
            label = r'[a-z]+="(?:[^"\\\n]|\\.)*"'
            self.assertRegex(line, rf"^# (HELP|TYPE) ha_lb_\w+ .+$|^ha_lb_\w+(\{{{label}(,{label})*\}})? -?[0-9.e+]+$")
        families = [line for line in self.lines(GOOD_MASTER, GOOD_BACKUP) if line.startswith("# TYPE")]
        self.assertEqual(len(families), len(set(families)))

    def test_labels_are_escaped(self) -> None:
        text = metrics.text(judge(node('a"b\\c\nd', "MASTER", None), None))
        self.assertIn(r'ha_lb_node_ready{node="a\"b\\c\nd"} 1', text)

    def test_a_pair_without_a_mover_has_no_cloud(self) -> None:
        text = metrics.text(judge(node("lb1", "MASTER", None), node("lb2", "BACKUP", None)))
        self.assertEqual(re.findall("ha_lb_(?:api|address|superseded)", text), [])


class Command(unittest.TestCase):
    def test_unknown_options_are_wrong_usage(self) -> None:
        for arguments in (["drain", "--nonsense"], ["switchover", "now"], ["metrics", "x"]):
            quiet = contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO())
            with self.assertRaises(SystemExit) as ended, quiet[0], quiet[1]:
                cli.main(arguments)
            self.assertEqual(ended.exception.code, 64)
