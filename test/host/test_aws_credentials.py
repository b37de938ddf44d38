"""The mover for AWS and its credentials: fetched ahead, kept, refused, and not yet known."""

from __future__ import annotations

import json

from aws_mover_case import MoverTest
from cloud_of_amazon import ASSOCIATED, Answer, Credentials, error
from web_faults import reset, silence

ALLOCATION = "arn:aws:ec2:eu-central-1:123456789012:elastic-ip/eipalloc-0123456789abcdef0"
UNAUTHORIZED = error(
    403,
    "UnauthorizedOperation",
    "You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/edge-role-1a2b3c4/"
    f"i-0123456789abcdef0 is not authorized to perform: ec2:AssociateAddress on resource: {ALLOCATION} because no "
    f"identity-based policy allows the ec2:AssociateAddress action. Encoded authorization failure message: {'e' * 700}",
)


class Kept(MoverTest):
    def test_they_are_kept_for_root_alone(self) -> None:
        self.fetch_ahead()
        self.assertEqual([path.stat().st_mode & 0o777 for path in self.kept.iterdir()], [0o600])

    def test_those_that_are_good_for_long_are_not_fetched_again(self) -> None:
        self.fetch_ahead(3600)
        self.works("owner", "i-0002\n")
        self.assertEqual(self.amazon.asked_for_metadata, [])

    def test_those_that_end_soon_are_replaced_ahead(self) -> None:
        self.fetch_ahead(600)
        self.amazon.credentials = Credentials(2)
        self.works("owner", "i-0002\n")
        self.assertEqual(self.amazon.asked[-1].key, Credentials(2).key)
        self.amazon.asked_for_metadata.clear()
        self.amazon.answers = [ASSOCIATED]
        self.works("claim")
        self.assertEqual((self.amazon.asked[-1].key, self.amazon.asked_for_metadata), (Credentials(2).key, []))

    def test_a_claim_uses_those_that_end_soon_and_not_those_that_have_ended(self) -> None:
        for seconds, key in ((600, Credentials(1).key), (5, Credentials(2).key), (-60, Credentials(2).key)):
            with self.subTest(seconds=seconds):
                self.fetch_ahead(seconds)
                self.amazon.credentials = Credentials(2)
                self.amazon.answers = [ASSOCIATED]
                self.works("claim")
                self.assertEqual(self.amazon.asked[-1].key, key)

    def test_while_the_metadata_service_is_out_those_that_are_good_for_now_will_do(self) -> None:
        for fault in (reset, lambda handler: handler.send(503, "")):
            self.fetch_ahead(600)
            self.amazon.instance.fault = fault
            self.works("owner", "i-0002\n")
            self.amazon.answers = [ASSOCIATED]
            self.works("claim")
            self.amazon.instance.fault = None

    def test_without_any_that_are_good_the_outage_is_told(self) -> None:
        self.fetch_ahead(5)
        for fault in (reset, silence, lambda handler: handler.send(503, "")):
            self.amazon.instance.fault = fault
            for verb in ("owner", "claim"):
                self.fails(verb, 75, "imds ")
        self.assertEqual(self.amazon.asked, [])

    def test_an_instance_without_a_role_has_none(self) -> None:
        self.amazon.instance.role = None
        self.fails("claim", 75, "no-credentials this instance has no role")

    def test_a_role_that_gives_none_says_why(self) -> None:
        self.amazon.instance.document = {"Code": "AssumeRoleUnauthorizedAccess", "Message": "EC2 cannot assume"}
        self.fails("claim", 75, "no-credentials the role of this instance gives none: AssumeRoleUnauthorizedAccess$")

    def test_what_are_no_credentials_reaches_no_request(self) -> None:
        good = Credentials().document()
        for document in (
            "nothing",
            "[]",
            "{}",
            json.dumps({**good, "Token": 'a"\nurl = "http://evil'}),
            json.dumps({**good, "SecretAccessKey": None}),
            json.dumps({**good, "Expiration": "soon"}),
        ):
            with self.subTest(document=document):
                self.amazon.instance.document = document
                self.fails("claim", 75, "(imds|no-credentials) ")
        self.assertEqual(self.amazon.asked, [])

    def test_a_file_that_is_cut_off_is_as_good_as_none(self) -> None:
        self.fetch_ahead()
        [kept] = self.kept.iterdir()
        kept.write_text(kept.read_text()[:40])
        self.amazon.answers = [ASSOCIATED]
        self.works("claim")


class Refusals(MoverTest):
    def refused(self, answer: Answer, status: int, line: str, **environment: str) -> None:
        self.amazon.answers = [answer]
        self.fails("claim", status, line, **environment)

    def test_each_has_its_code(self) -> None:
        for name, status, expected, line in (
            ("RequestLimitExceeded", 503, 75, "throttled RequestLimitExceeded: that is why$"),
            ("Throttling", 400, 75, "throttled "),
            ("InternalError", 500, 75, "500 InternalError: that is why$"),
            ("ServiceUnavailable", 503, 75, "503 "),
            ("InvalidAllocationID.NotFound", 400, 77, "not-found InvalidAllocationID.NotFound: that is why$"),
            ("InvalidNetworkInterfaceID.NotFound", 400, 77, "not-found "),
            ("InvalidParameterValue", 400, 75, "invalidparametervalue InvalidParameterValue: that is why$"),
            ("Resource.AlreadyAssociated", 400, 75, "resource-alreadyassociated "),
            ("OptInRequired", 401, 77, "unauthorized OptInRequired"),
            ("RequestExpired", 400, 75, "expired "),
        ):
            with self.subTest(name=name):
                self.refused(error(status, name), expected, line)

    def test_one_without_xml_still_has_a_code(self) -> None:
        self.refused((502, "<html><br>bad gateway"), 75, "502 ")
        self.refused((418, ""), 75, "418 ")

    def test_a_message_cannot_bring_a_line_of_its_own(self) -> None:
        self.refused(error(503, "Unavailable", "one\n77 two"), 75, "503 Unavailable: one 77 two$")

    def test_a_denial_counts_once_it_has_lasted_for_longer_than_iam_takes(self) -> None:
        said = f"not authorized to perform: ec2:AssociateAddress on resource: {ALLOCATION} because"
        self.refused(
            UNAUTHORIZED, 75, f"not-yet EC2 may not know the policy of the role yet: UnauthorizedOperation: {said}"
        )
        [note] = self.kept.glob("aws-credentials.denied-claim-*")
        first, last = note.read_text().split()
        note.write_text(f"{float(first) - 31} {last}")
        self.refused(UNAUTHORIZED, 77, f"unauthorized UnauthorizedOperation: {said}")
        # Not one that was over long ago.
        note.write_text(f"{float(first) - 4000} {float(first) - 3000}")
        self.refused(UNAUTHORIZED, 75, "not-yet ")
        self.amazon.answers = [ASSOCIATED]
        self.works("claim")
        self.assertEqual(list(self.kept.glob("*.denied-*")), [])

    def test_reads_and_claims_are_denied_by_themselves(self) -> None:
        self.refused(UNAUTHORIZED, 77, "unauthorized ", AWS_PROPAGATION_SECONDS="0")
        self.amazon.answers = [UNAUTHORIZED]
        self.fails("owner", 75, "not-yet ")

    def test_a_denial_that_cannot_be_noted_counts_at_once(self) -> None:
        self.refused(UNAUTHORIZED, 77, "unauthorized ", HA_LB_RUN="/nonexistent")

    def test_kept_credentials_that_are_refused_make_way_for_others(self) -> None:
        for name in ("AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnauthorizedOperation"):
            with self.subTest(name=name):
                self.fetch_ahead()
                self.amazon.credentials = Credentials(2)
                self.refused(error(401, name, Credentials(1).session), 75, "(expired|not-yet) ")
                self.amazon.answers = [ASSOCIATED]
                self.works("claim")
                self.assertEqual(self.amazon.asked[-1].key, Credentials(2).key)

    def test_new_credentials_that_are_refused_are_denied(self) -> None:
        for name in ("AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch"):
            self.refused(
                error(401, name, f"canonical x-amz-security-token:{Credentials(1).session}"),
                77,
                f"unauthorized .*{name}",
            )

    def test_a_clock_that_is_wrong_is_told_as_that(self) -> None:
        for ahead, where in ((3600, "behind"), (-3600, "ahead of")):
            self.amazon.clock_ahead = ahead
            for name in ("AuthFailure", "RequestExpired", "SignatureDoesNotMatch"):
                self.refused(error(401, name), 75, f"clock-skew the clock of this host is 3[56]\\d\\d s {where}")
            self.refused(error(503, "RequestLimitExceeded"), 75, "throttled ")
