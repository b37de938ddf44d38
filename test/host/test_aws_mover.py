"""The mover for AWS asks and tells EC2's API."""

from __future__ import annotations

import socket
import time

from aws_mover_case import AT_PEER, MoverTest
from cloud_of_amazon import ASSOCIATED, Answer, Handler, address, error
from web_faults import reset, silence

HERE = {"instanceId": "i-0001", "networkInterfaceId": "eni-0001", "privateIpAddress": "10.77.1.21"}
CLAIM = {
    "AllocationId": "eipalloc-0a1b",
    "NetworkInterfaceId": "eni-0001",
    "PrivateIpAddress": "10.77.1.21",
    "AllowReassociation": "true",
    "Version": "2016-11-15",
}


def truncated(handler: Handler) -> None:
    handler.send(200, "<AssociateAddressResponse>", 1000)
    handler.close_connection = True


class Owner(MoverTest):
    def owner(self, **properties: str) -> str:
        self.amazon.answers = [address(**properties)]
        process = self.run_mover("owner")
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        return process.stdout

    def test_it_prints_the_instance_that_has_the_address(self) -> None:
        self.assertEqual(self.owner(**AT_PEER), "i-0002\n")
        self.assertEqual(self.owner(**HERE), "i-0001\n")
        asked = self.amazon.asked[0]
        self.assertEqual(asked.action, "DescribeAddresses")
        self.assertEqual(asked.parameters, {"AllocationId.1": "eipalloc-0a1b", "Version": "2016-11-15"})

    def test_it_prints_nothing_when_nobody_has_it(self) -> None:
        self.assertEqual(self.owner(), "")

    def test_what_is_no_instance_has_it_too(self) -> None:
        self.assertEqual(self.owner(networkInterfaceId="eni-0009", privateIpAddress="10.77.9.9"), "eni-0009\n")

    def test_at_another_place_of_this_instance_it_reaches_nobody(self) -> None:
        self.assertEqual(self.owner(**{**HERE, "privateIpAddress": "10.77.1.11"}), "")

    def test_another_address_is_malformed(self) -> None:
        for answer in (
            address(allocationId="eipalloc-0bad"),
            (200, "<DescribeAddressesResponse/>"),
            (200, "{}"),
            (200, ""),
        ):
            with self.subTest(answer=answer):
                self.amazon.answers = [answer]
                self.fails("owner", 75, "malformed ")

    def test_settings_that_cannot_be_right_are_told_without_asking(self) -> None:
        for name in ("HA_LB_ADDRESS_ID", "HA_LB_NODE_ID", "AWS_NETWORK_INTERFACE", "AWS_REGION", "HA_LB_LOCAL_ADDRESS"):
            for value in ("", "eni-1&Action=TerminateInstances", "eni-1\ni-2"):
                self.fails("owner", 77, "settings ", **{name: value})
        self.fails("nonsense", 77, "settings ")
        self.assertEqual(self.amazon.asked, [])


class Claim(MoverTest):
    def test_with_credentials_that_were_fetched_ahead_one_call_is_all(self) -> None:
        self.fetch_ahead()
        self.amazon.answers = [ASSOCIATED]
        self.works("claim")
        self.assertEqual(
            [(asked.action, asked.parameters) for asked in self.amazon.asked], [("AssociateAddress", CLAIM)]
        )
        self.assertEqual(self.amazon.asked_for_metadata, [])

    def test_without_any_it_fetches_them_first(self) -> None:
        self.amazon.answers = [ASSOCIATED]
        self.works("claim")
        self.works("claim", HA_LB_RUN="")
        self.works("claim", HA_LB_RUN="/nonexistent")
        self.assertEqual(len(self.amazon.asked), 3)

    def test_an_association_says_that_it_is_done(self) -> None:
        self.amazon.answers = [
            (200, "<AssociateAddressResponse><associationId>eipassoc-0c</associationId></AssociateAddressResponse>")
        ]
        self.works("claim")

    def test_an_answer_that_does_not_say_that_it_is_done_is_malformed(self) -> None:
        for text in ("", "{", "<a>", "<AssociateAddressResponse><return>false</return></AssociateAddressResponse>"):
            with self.subTest(text=text):
                self.amazon.answers = [(200, text)]
                self.fails("claim", 75, "malformed ")

    def test_what_the_api_refuses_is_not_asked_again(self) -> None:
        self.fetch_ahead()
        self.amazon.answers = [error(503, "Unavailable")]
        self.fails("claim", 75, "503 Unavailable: that is why$")
        self.assertEqual(len(self.amazon.asked), 1)

    def test_the_call_is_made_within_tens_of_milliseconds(self) -> None:
        self.fetch_ahead()
        self.amazon.answers = [ASSOCIATED]
        took = []
        for _ in range(5):
            started = time.monotonic()
            self.run_mover("claim")
            took.append(self.amazon.asked[-1].at - started)
        # The quickest: this machine does other things, too.
        self.assertLess(min(took), 0.1)


class Wire(MoverTest):
    def fails_by(self, answer: Answer, line: str, **environment: str) -> None:
        self.amazon.answers = [answer]
        for verb in ("owner", "claim"):
            self.fails(verb, 75, line, **environment)

    def test_a_connection_that_is_reset(self) -> None:
        self.fails_by(reset, "reset ")

    def test_an_api_that_says_nothing(self) -> None:
        self.fails_by(silence, "timeout ")

    def test_an_answer_that_ends_early(self) -> None:
        self.fails_by(truncated, "truncated ")

    def test_an_api_without_tls(self) -> None:
        self.fails_by(ASSOCIATED, "tls ", AWS_EC2_ENDPOINT=self.amazon.url.replace("http:", "https:"))

    def test_an_api_that_nobody_serves(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            self.fails_by(ASSOCIATED, "refused ", AWS_EC2_ENDPOINT=f"http://127.0.0.1:{port}")
            self.fails_by(
                ASSOCIATED, "refused ", AWS_EC2_ENDPOINT="https://ec2.invalid", HTTPS_PROXY=f"http://127.0.0.1:{port}"
            )

    def test_an_api_without_a_name(self) -> None:
        self.fails_by(ASSOCIATED, "(dns|timeout) ", AWS_EC2_ENDPOINT="https://ec2.invalid")
