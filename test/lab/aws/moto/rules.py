"""What moto's EC2 does not know of security groups: that most protocols have no ports."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

WITH_PORTS = {"tcp", "6", "udp", "17", "icmp", "1", "icmpv6", "58"}


def install() -> None:
    SecurityGroupRule.__init__ = make


original_init = SecurityGroupRule.__init__


def make(
    self: Any,
    ec2_backend: Any,
    ip_protocol: str,
    group_id: str,
    from_port: str | None,
    to_port: str | None,
    *arguments: Any,
    **options: Any,
) -> None:
    if from_port is None and str(ip_protocol).lower() not in WITH_PORTS:
        from_port = to_port = "-1"
    original_init(self, ec2_backend, ip_protocol, group_id, from_port, to_port, *arguments, **options)
