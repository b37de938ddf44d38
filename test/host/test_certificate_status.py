"""What is said of certificates: by whom clients are served, and what an operator has to know."""

from __future__ import annotations

import dataclasses
import unittest
from typing import Any

from ha_lb import certificate_status, metrics
from ha_lb.settings import GivenCertificate
from ha_lb.verdict import judge
from node_settings import SETTINGS
from node_states import node

DAY = 86_400.0
AGENT = {"age": 3.0, "clockDiffersBy": 0.0, "peerSilentFor": 5.0}


def told(days_left: float = 80, lifetime: float = 90, **changes: Any) -> dict[str, Any]:
    certificate = {
        "id": "shop-1",
        "domains": ["shop.test"],
        "source": "acme",
        "notBefore": 0.0,
        "notAfter": lifetime * DAY,
        "secondsLeft": days_left * DAY,
        "failures": 0,
        "error": None,
        "refusal": None,
        **changes,
    }
    return {"shown": [certificate], "agent": AGENT}


def agent(**changes: Any) -> dict[str, Any]:
    return {**told(), "agent": {**AGENT, **changes}}


def problems(certificates: dict[str, Any]) -> list[str]:
    return certificate_status.problems([node("lb1", "MASTER", None, certificates=certificates)])


class Problems(unittest.TestCase):
    def test_a_good_one(self) -> None:
        self.assertEqual(problems(told()), [])
        self.assertEqual(problems(told(25, error="down", failures=2)), [])

    def test_none_yet(self) -> None:
        self.assertEqual(
            problems(told(source="temporary", error="nobody there", failures=1)),
            ["lb1: there is no certificate for shop.test from ACME yet, clients get a temporary one: nobody there"],
        )
        self.assertRegex(problems(told(source="former"))[0], "clients get the one before$")

    def test_renewal_fails(self) -> None:
        self.assertEqual(
            problems(told(20, error="down", failures=9)),
            ["lb1: the certificate for shop.test expires in 20 days: down"],
        )
        self.assertRegex(problems(told(1, lifetime=6))[0], r"expires in 24\.0 hours")
        self.assertEqual(problems(told(-1)), ["lb1: the certificate for shop.test has expired"])

    def test_one_that_the_user_gave(self) -> None:
        mend = "give a new one in tls.certificates, and run `pulumi up`"
        self.assertEqual(
            problems(told(20, source="given")), [f"lb1: the certificate for shop.test expires in 20 days: {mend}"]
        )

    def test_clocks(self) -> None:
        self.assertRegex(problems(told(91))[0], "not valid yet by this node's clock")
        self.assertRegex(problems(agent(clockDiffersBy=120.0))[0], "its clock is 120 s behind the other node's")
        self.assertRegex(problems(agent(clockDiffersBy=-90.0))[0], "90 s ahead of")
        self.assertRegex(problems(told(error="has expired by this node's clock"))[0], "by this node's clock")

    def test_haproxy_refuses(self) -> None:
        self.assertRegex(problems(told(refusal="too long"))[0], "HAProxy does not take the new certificate .*too long")

    def test_a_peer_that_gives_nothing(self) -> None:
        self.assertRegex(problems(agent(peerSilentFor=900.0))[0], r"no certificates for 15 minutes.*certificatesPort")

    def test_an_agent_that_says_nothing(self) -> None:
        for age in (None, 600.0):
            self.assertRegex(problems(agent(age=age))[0], "ha-lb-acme")


class Judged(unittest.TestCase):
    def test_a_pair_without_a_certificate_is_redundant_and_says_what_it_lacks(self) -> None:
        lacking = told(source="temporary")
        verdict = judge(
            node("lb1", "MASTER", None, certificates=lacking), node("lb2", "BACKUP", None, certificates=lacking)
        )
        self.assertEqual((verdict["redundancy"], verdict["problems"], len(verdict["notices"])), ("redundant", [], 2))

    def test_a_release_without_certificates_has_none(self) -> None:
        verdict = judge(node("lb1", "MASTER", None, certificates=None), node("lb2", "BACKUP", None))
        self.assertEqual(verdict["notices"], [])
        self.assertNotIn("certificate", metrics.text(verdict))

    def test_one_that_the_user_gave_is_told_where_no_agent_runs(self) -> None:
        given = GivenCertificate("web/1", ("shop.test",), 0.0, 1.0)
        local = certificate_status.local(dataclasses.replace(SETTINGS, certificates=(given,)))
        self.assertIsNone(local["agent"])
        self.assertRegex(problems(local)[0], "has expired")
        text = metrics.text(judge(node("lb1", "MASTER", None, certificates=local), None))
        self.assertIn('{node="lb1",certificate="web/1",source="given"} 1\n', text)
        self.assertNotIn("failed_orders", text)

    def test_metrics(self) -> None:
        verdict = judge(node("lb1", "MASTER", None, certificates=told(80, failures=4)), None)
        text = metrics.text(verdict)
        labels = '{node="lb1",certificate="shop-1",source="acme"}'
        self.assertIn(f"ha_lb_certificate_expiry_timestamp_seconds{labels} 7776000\n", text)
        self.assertIn(f"ha_lb_certificate_expires_in_seconds{labels} 6912000\n", text)
        self.assertIn(f"ha_lb_certificate_lifetime_seconds{labels} 7776000\n", text)
        self.assertIn('ha_lb_certificate_failed_orders{node="lb1",certificate="shop-1"} 4\n', text)
