"""What moto's IAM leaves out: resources, EC2's own way to refuse, and that EC2 takes on the roles of instances."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

from moto.core.exceptions import _RESTError
from moto.ec2.models import ec2_backends
from moto.iam.access_control import IAMPolicyStatement, IAMRequest
from moto.iam.models import Policy

# Who asks for the credentials that instances find in their metadata: a user of the lab's, named like the service.
SERVICE = "ec2.amazonaws.com"


def install() -> None:
    IAMRequest.check_action_permitted = check_action_permitted
    IAMRequest._raise_access_denied = raise_access_denied
    IAMPolicyStatement._check_principal = check_principal


class UnauthorizedOperation(_RESTError):
    code = 403


original_raise_access_denied = IAMRequest._raise_access_denied


def raise_access_denied(self: Any, resource: str | None = None) -> None:
    if self._service != "ec2":
        original_raise_access_denied(self)
    what = f"{self._access_key.arn} is not authorized to perform: {self._action}"
    why = f"because no identity-based policy allows the {self._action} action"
    where = f" on resource: {resource}" if resource else ""
    raise UnauthorizedOperation(
        "UnauthorizedOperation", f"You are not authorized to perform this operation. User: {what}{where} {why}"
    )


original_check_principal = IAMPolicyStatement._check_principal


def check_principal(self: Any, principal: str) -> bool:
    expected = self._statement.get("Principal")
    if principal.endswith(f":user/{SERVICE}"):
        return SERVICE in as_list(expected.get("Service", []) if isinstance(expected, dict) else [])
    if isinstance(expected, dict) and "AWS" not in expected:
        return False
    return bool(original_check_principal(self, principal))


original_check_action_permitted = IAMRequest.check_action_permitted


def check_action_permitted(self: Any, resource: str) -> None:
    if self._action != "ec2:AssociateAddress":
        original_check_action_permitted(self, resource)
        return
    statements = [
        statement
        for policy in self._access_key.collect_policies()
        for statement in as_list(document_of(policy)["Statement"])
    ]
    for arn, context in resources_of(self):
        if not is_permitted(statements, self._action, arn, context):
            raise_access_denied(self, arn)


def resources_of(request: Any) -> list[tuple[str, dict[str, str]]]:
    """The resources that an association names, with what conditions may ask of them. It needs permission for each."""
    region, account = request._region, request.account_id
    parameters = {name: values[0] for name, values in request._data.items()}
    kinds = {"AllocationId": "elastic-ip", "NetworkInterfaceId": "network-interface", "InstanceId": "instance"}
    named = [(kind, parameters[name]) for name, kind in kinds.items() if name in parameters]
    backend = ec2_backends[account][region]
    return [
        (f"arn:aws:ec2:{region}:{account}:{kind}/{resource}", context_of(backend, region, resource))
        for kind, resource in named
    ]


def context_of(backend: Any, region: str, resource: str) -> dict[str, str]:
    tags = {tag["key"]: tag["value"] for tag in backend.describe_tags(filters={"resource-id": [resource]})}
    return {
        "ec2:Region": region,
        "aws:RequestedRegion": region,
        **{f"{prefix}:ResourceTag/{key}": value for prefix in ("aws", "ec2") for key, value in tags.items()},
    }


def document_of(policy: Any) -> Any:
    if isinstance(policy, Policy):
        text = next(version.document for version in policy.versions if version.is_default)
    else:
        text = policy if isinstance(policy, str) else policy["policy_document"]
    return json.loads(text)


def is_permitted(statements: list[Any], action: str, resource: str, context: dict[str, str]) -> bool:
    """As IAM evaluates identity-based policies: allowed by some statement, and denied by none."""
    effects = {
        statement["Effect"]
        for statement in statements
        if is_about(statement, action, resource) and holds(statement, context)
    }
    return effects == {"Allow"}


def is_about(statement: Any, action: str, resource: str) -> bool:
    return fits(statement, "Action", action.lower(), str.lower) and fits(statement, "Resource", resource, str)


def fits(statement: Any, element: str, value: str, form: Any) -> bool:
    negated = f"Not{element}" in statement
    patterns = as_list(statement[f"Not{element}" if negated else element])
    return any(matches(form(pattern), value) for pattern in patterns) != negated


def holds(statement: Any, context: dict[str, str]) -> bool:
    """Whether the conditions do. One that is not known here counts as it does harm: it denies, and does not allow."""
    for operator, wanted in statement.get("Condition", {}).items():
        for key, values in wanted.items():
            known = comparisons.get(operator)
            if known is None or (key not in context and "ResourceTag/" not in key):
                return bool(statement["Effect"] == "Deny")
            if not any(known(context.get(key, ""), value) for value in as_list(values)):
                return False
    return True


def matches(pattern: str, value: str) -> bool:
    """With IAM's wildcards, * and ?, alone."""
    return fnmatchcase(value, re.sub(r"\[", "[[]", pattern))


comparisons: dict[str, Any] = {
    "StringEquals": lambda value, wanted: value == wanted,
    "StringLike": lambda value, wanted: matches(wanted, value),
}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
