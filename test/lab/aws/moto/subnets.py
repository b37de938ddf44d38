"""What moto's EC2 does not do with the private addresses of a subnet: refuse those in use, and take them back."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.subnets import Subnet


def install() -> None:
    Subnet.get_available_subnet_ip = get_available_subnet_ip
    Subnet.request_ip = request_ip
    EC2Backend.unassign_private_ip_addresses = unassign_private_ip_addresses


original_get_available_subnet_ip = Subnet.get_available_subnet_ip


def get_available_subnet_ip(self: Any, instance: Any) -> str:
    """One that nobody had: an address that was given back may be asked for by its number, in the same call even."""
    given_back, self._unused_ips = self._unused_ips, set()
    try:
        return str(original_get_available_subnet_ip(self, instance))
    finally:
        self._unused_ips = given_back


original_request_ip = Subnet.request_ip


def request_ip(self: Any, ip: str, instance: Any) -> None:
    if ip in self._subnet_ips:
        raise EC2ClientError("InvalidIPAddress.InUse", f"Address {ip} is in use.")
    try:
        original_request_ip(self, ip, instance)
    except Exception as error:
        raise EC2ClientError("InvalidParameterValue", f"Address {ip} does not fall within the subnet.") from error


original_unassign_private_ip_addresses = EC2Backend.unassign_private_ip_addresses


def unassign_private_ip_addresses(self: Any, eni_id: str, private_ip_address: list[str] | None = None) -> Any:
    eni = original_unassign_private_ip_addresses(self, eni_id, private_ip_address)
    for address in private_ip_address or []:
        eni.subnet.del_subnet_ip(address)
    return eni
