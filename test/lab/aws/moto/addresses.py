"""What moto's EC2 does not know of addresses: which of them the lab has, and secondary private ones."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any
from uuid import uuid4

from moto.ec2.exceptions import EC2ClientError, ResourceAlreadyAssociatedError
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.ec2.models.vpcs import VPC
from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses
from moto.ec2.utils import generate_dns_from_ip, random_eip_association_id

# Of the lab's layout: the places for machines, what a cloud may hand out beside them, and the private network.
PUBLIC = [f"198.51.100.{n}" for n in range(31, 37)]
ELASTIC = [f"203.0.113.{n}" for n in range(201, 251)]
NETWORK = "10.77.0.0/16"
NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
# The lab's own hosts are in 10.77.0.0/20.
DEFAULT_SUBNETS = ["10.77.16.0/20", "10.77.32.0/20", "10.77.48.0/20"]


def install() -> None:
    EC2Backend.create_default_vpc = create_default_vpc
    EC2Backend.assign_private_ip_addresses = assign_private_ip_addresses
    EC2Backend.allocate_address = allocate_address
    EC2Backend.disassociate_address = disassociate_address
    NetworkInterface.check_auto_public_ip = check_auto_public_ip
    NetworkInterface.instance_private_ip_address_list = property(lambda eni: eni.private_ip_addresses)
    ElasticAddress.private_ip_address = property(lambda eip: eip.eni and eip.lab_private)
    ElasticAddress.instance_id = property(lambda eip: eip.eni.instance.id if eip.eni and eip.eni.instance else "")
    ElasticIPAddresses.associate_address = associate_address
    Instance.prep_nics = prep_nics
    Instance.terminate = terminate
    NetworkInterface.stop = stop


def lowest_free(addresses: Iterable[str], taken: Iterable[str | None], code: str) -> str:
    used = set(taken)
    for address in addresses:
        if address not in used:
            return address
    raise EC2ClientError(code, "The lab has no more of them.")


def create_default_vpc(self: Any) -> VPC:
    vpc = self.create_vpc(cidr_block=NETWORK, is_default=True)
    for zone, block in zip(self.describe_availability_zones(), DEFAULT_SUBNETS):
        self.create_subnet(vpc.id, block, availability_zone=zone.name)
    return vpc


def check_auto_public_ip(self: Any) -> None:
    """An interface keeps the public address that it got first, as its machine keeps its place."""
    if self.public_ip or str(self.public_ip_auto_assign).lower() != "true":
        return
    if not hasattr(self, "lab_public"):
        taken = [getattr(eni, "lab_public", None) for eni in self.ec2_backend.enis.values()]
        self.lab_public = lowest_free(PUBLIC, taken, "InsufficientInstanceCapacity")
    self.public_ip = self.lab_public


def stop(self: Any) -> None:
    if self.public_ip == getattr(self, "lab_public", None):
        self.public_ip = None


original_prep_nics = Instance.prep_nics


def prep_nics(self: Any, nic_spec: list[dict[str, Any]], **options: Any) -> None:
    original_prep_nics(self, nic_spec, **options)
    for spec in nic_spec:
        eni = self.nics[int(spec["DeviceIndex"])]
        named = [entry["PrivateIpAddress"] for entry in spec.get("PrivateIpAddresses", []) if not entry.get("Primary")]
        count = int(spec.get("SecondaryPrivateIpAddressCount") or 0)
        assign_private_ip_addresses(self.ec2_backend, eni.id, named, count)
        for entry in eni.private_ip_addresses:
            entry.setdefault("PrivateDnsName", dns_name(self.ec2_backend, entry["PrivateIpAddress"]))
        if "NetworkInterfaceId" not in spec:
            eni.delete_on_termination = spec.get("DeleteOnTermination") is not False
        show_associations(self.ec2_backend, eni)


original_terminate = Instance.terminate


def terminate(self: Any) -> Any:
    """Once it is, that is no mistake."""
    if self._state.name == "terminated":
        return copy(self._state)
    for eip in self.ec2_backend.addresses:
        if eip.eni in self.nics.values():
            detach(eip)
    return original_terminate(self)


def dns_name(backend: Any, address: str) -> str:
    return f"ip-{address.replace('.', '-')}.{backend.region_name}.compute.internal"


def assign_private_ip_addresses(
    self: Any, eni_id: str, private_ip_addresses: list[str] | None = None, secondary_ips_count: int | None = None
) -> NetworkInterface:
    eni = self.get_network_interface(eni_id)
    addresses = list(private_ip_addresses or [])
    for address in addresses:
        eni.subnet.request_ip(address, instance=eni)
    addresses += [eni.subnet.get_available_subnet_ip(instance=eni) for _ in range(secondary_ips_count or 0)]
    for address in addresses:
        entry = {"Primary": False, "PrivateIpAddress": address, "PrivateDnsName": dns_name(self, address)}
        eni.private_ip_addresses.append(entry)
    return eni


def allocate_address(self: Any, domain: str, address: str | None = None, tags: Any = None) -> ElasticAddress:
    chosen = address or lowest_free(ELASTIC, (eip.public_ip for eip in self.addresses), "AddressLimitExceeded")
    eip = ElasticAddress(self, domain=domain or "vpc", address=chosen, tags=tags)
    self.addresses.append(eip)
    return eip


def associate_address(self: Any) -> Any:
    """moto's own ignores which private address is meant, and what the address was associated with before."""
    backend = self.ec2_backend
    eip = backend.address_by_allocation([self._get_param("AllocationId")])[0]
    if self._get_param("InstanceId"):
        eni = backend.get_instance(self._get_param("InstanceId")).nics[0]
    else:
        eni = backend.get_network_interface(self._get_param("NetworkInterfaceId"))
    private = self._get_param("PrivateIpAddress") or eni.private_ip_address
    reassociate = self._get_param("AllowReassociation", False)
    known = [entry["PrivateIpAddress"] for entry in eni.private_ip_addresses]
    if private not in known:
        raise EC2ClientError("InvalidParameterValue", f"Address {private} does not belong to interface {eni.id}")
    others = [other for other in backend.addresses if other.eni is eni and other.lab_private == private]
    self.error_on_dryrun()
    if eip not in others:
        if (eip.eni or others) and not reassociate:
            raise ResourceAlreadyAssociatedError(eip.allocation_id if eip.eni else private)
        for before in [eip, *others]:
            detach(before)
        eip.eni, eip.lab_private, eip.association_id = eni, private, random_eip_association_id()
        if private == eni.private_ip_address:
            eni.public_ip = eip.public_ip
        show_associations(backend, eni)
    # As the documentation shows it; moto's own leaves `return` out.
    return (
        f'<AssociateAddressResponse xmlns="{NAMESPACE}"><requestId>{uuid4()}</requestId>'
        f"<return>true</return><associationId>{eip.association_id}</associationId></AssociateAddressResponse>"
    )


def disassociate_address(self: Any, address: str | None = None, association_id: str | None = None) -> None:
    found = self.address_by_ip([address]) if address else self.address_by_association([association_id])
    detach(found[0])


def detach(eip: Any) -> None:
    eni, eip.eni, eip.association_id = eip.eni, None, None
    if not eni:
        return
    if eni.public_ip == eip.public_ip:
        eni.public_ip = None
        eni.check_auto_public_ip()
    show_associations(eip.ec2_backend, eni)


def show_associations(backend: Any, eni: Any) -> None:
    """In what describes instances and interfaces: per private address."""
    elastic = {eip.lab_private: eip for eip in backend.addresses if eip.eni is eni}
    for entry in eni.private_ip_addresses:
        entry.pop("Association", None)
        eip = elastic.get(entry["PrivateIpAddress"])
        public = eip.public_ip if eip else eni.public_ip if entry.get("Primary") else None
        if not public:
            continue
        owner = {"IpOwnerId": backend.account_id if eip else "amazon"}
        ids = {"AllocationId": eip.allocation_id, "AssociationId": eip.association_id} if eip else {}
        entry["Association"] = {**owner, **ids, "PublicIp": public, "PublicDnsName": generate_dns_from_ip(public)}
