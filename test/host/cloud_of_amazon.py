"""An instance's metadata service and EC2's API, on one port of this machine, for the tests of the mover.

It checks signatures by the documentation of AWS, not by the way of curl, and answers what a test wants.
"""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Union
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from web_faults import everybodys_arguments

REGION = "eu-central-1"
NAMESPACE = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
Fault = Callable[["Handler"], None]
Answer = Union[tuple[int, str], Fault]


@dataclass
class Credentials:
    """As long, and of such letters, as those of AWS."""

    number: int = 1
    seconds: float = 6 * 3600

    @property
    def key(self) -> str:
        return f"ASIAIOSFODNN7EXAMPL{self.number}"

    @property
    def secret(self) -> str:
        return f"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKE{self.number}"

    @property
    def session(self) -> str:
        return f"IQoJb3JpZ2luX2VjE{self.number}" + "AbC/+9" * 60 + "=="

    def document(self) -> dict[str, str]:
        expires = time.gmtime(time.time() + self.seconds)
        return {
            "Code": "Success",
            "LastUpdated": "2026-01-01T00:00:00Z",
            "Type": "AWS-HMAC",
            "AccessKeyId": self.key,
            "SecretAccessKey": self.secret,
            "Token": self.session,
            "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", expires),
        }


@dataclass
class Instance:
    """What the metadata service of the instance tells, and how."""

    role: str | None = "edge-role-1a2b3c4"
    document: Any = None
    fault: Fault | None = None


@dataclass
class Asked:
    """A call of EC2's API."""

    action: str
    parameters: dict[str, str]
    key: str
    at: float = field(default_factory=time.monotonic)


class Amazon(http.server.ThreadingHTTPServer):
    """Answers calls in the order of `answers`, the last one again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.instance = Instance()
        self.credentials = Credentials()
        self.answers: list[Answer] = []
        self.asked: list[Asked] = []
        self.asked_for_metadata: list[str] = []
        self.wrong: list[str] = []
        self.arguments: list[str] = []
        self.clock_ahead = 0.0
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that a test ends is no news."""


class Handler(http.server.BaseHTTPRequestHandler):
    server: Amazon

    def do_PUT(self) -> None:
        self.metadata()

    def do_GET(self) -> None:
        self.metadata()

    def metadata(self) -> None:
        amazon, instance = self.server, self.server.instance
        amazon.asked_for_metadata.append(f"{self.command} {self.path}")
        amazon.arguments += everybodys_arguments()
        folder = "/latest/meta-data/iam/security-credentials/"
        if instance.fault:
            instance.fault(self)
        elif self.command == "PUT" and self.headers["x-aws-ec2-metadata-token-ttl-seconds"]:
            self.send(200, "AQAEALkwToken==")
        elif self.headers["x-aws-ec2-metadata-token"] != "AQAEALkwToken==":
            self.send(401, "")
        elif self.path == folder and instance.role:
            self.send(200, instance.role)
        elif instance.role and self.path == folder + instance.role:
            document = instance.document or amazon.credentials.document()
            self.send(200, document if isinstance(document, str) else json.dumps(document, indent=2))
        else:
            self.send(404, "<html>Not Found</html>")

    def do_POST(self) -> None:
        amazon = self.server
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        parameters = dict(parse_qsl(body))
        amazon.arguments += everybodys_arguments()
        amazon.asked.append(Asked(parameters.pop("Action"), parameters, self.key_of_signature(body)))
        answer = amazon.answers.pop(0) if len(amazon.answers) > 1 else amazon.answers[0]
        if callable(answer):
            answer(self)
        else:
            self.send(*answer)

    def key_of_signature(self, body: str) -> str:
        """Signature Version 4 as AWS describes it; what is wrong with this one is noted."""
        scheme, _, rest = self.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key, *scope = parts["Credential"].split("/")
        names = parts["SignedHeaders"].split(";")
        canonical = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names)
        request = "\n".join(["POST", "/", "", canonical, ";".join(names), hashlib.sha256(body.encode()).hexdigest()])
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = "\n".join(["AWS4-HMAC-SHA256", self.headers["x-amz-date"], "/".join(scope), digest])
        known = next((one for one in (Credentials(number) for number in range(10)) if one.key == key), Credentials())
        signing = b"AWS4" + known.secret.encode()
        for part in scope:
            signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
        expected = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
        if (scheme, parts["Signature"]) != ("AWS4-HMAC-SHA256", expected):
            self.server.wrong.append("the signature")
        if scope[1:] != [REGION, "ec2", "aws4_request"]:
            self.server.wrong.append(f"the scope {scope}")
        if not {"host", "x-amz-date", "x-amz-security-token"} <= set(names):
            self.server.wrong.append(f"only {names} are signed")
        if self.headers["x-amz-security-token"] != known.session:
            self.server.wrong.append("the session token")
        return key

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(timestamp or time.time() + self.server.clock_ahead)

    def send(self, status: int, text: str, length: int | None = None) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def error(status: int, code: str, message: str = "that is why") -> Answer:
    told = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return status, f'<?xml version="1.0"?>\n<Response><Errors>{told}</Errors><RequestID>r-1</RequestID></Response>'


def address(**properties: str) -> Answer:
    """One address, as DescribeAddresses tells it."""
    given = {"publicIp": "203.0.113.100", "allocationId": "eipalloc-0a1b", "domain": "vpc", **properties}
    items = "".join(f"<{name}>{value}</{name}>" for name, value in given.items())
    body = f"<requestId>r-1</requestId><addressesSet><item>{items}</item></addressesSet>"
    return 200, f'<?xml version="1.0"?>\n<DescribeAddressesResponse {NAMESPACE}>{body}</DescribeAddressesResponse>\n'


ASSOCIATED = (
    200,
    f'<?xml version="1.0"?>\n<AssociateAddressResponse {NAMESPACE}><requestId>r-1</requestId>'
    "<return>true</return><associationId>eipassoc-0c</associationId></AssociateAddressResponse>\n",
)
