"""Hetzner's own client at work with the API at HCLOUD_ENDPOINT, as HCLOUD_TOKEN: everything that a pair of servers with
a floating IP is made of, and what a failover does.

usage: client.py walk | failures
"""

from __future__ import annotations

import os
import sys

from hcloud import APIException, Client
from hcloud.actions import ActionFailedException
from hcloud.firewalls import FirewallResource, FirewallRule
from hcloud.firewalls.client import BoundFirewall
from hcloud.floating_ips.client import BoundFloatingIP
from hcloud.images import Image
from hcloud.locations import Location
from hcloud.networks import NetworkSubnet
from hcloud.networks.client import BoundNetwork
from hcloud.placement_groups.client import BoundPlacementGroup
from hcloud.server_types import ServerType
from hcloud.servers import Server
from hcloud.servers.client import BoundServer
from hcloud.ssh_keys.client import BoundSSHKey

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ3dHlKS7rmr1kB4b4bYX0pXWZ2Hqk8Yx5R0S3hC1xq tests"


def walk(client: Client) -> None:
    look_around(client)
    key = client.ssh_keys.create(name="key", public_key=PUBLIC_KEY, labels={"made-by": "client"})
    group = client.placement_groups.create(name="pair", type="spread").placement_group
    network = make_network(client)
    firewall = make_firewall(client)
    servers = [make_server(client, name, key, group, network, firewall) for name in ("lb-1", "lb-2")]
    look_at_servers(client, servers, group, network)
    address = move_address(client, servers)
    switch_power(client, servers[0], network)
    change_firewall(firewall, servers[1])
    take_down(client, servers, address, firewall)
    network.delete()
    group.delete()
    key.delete()
    assert client.servers.get_all() == []


def look_around(client: Client) -> None:
    assert {location.name for location in client.locations.get_all()} == {"fsn1", "nbg1", "hel1"}
    server_type = client.server_types.get_by_name("cx23")
    assert server_type is not None and server_type.cores == 2 and server_type.architecture == "x86"
    assert client.server_types.get_by_name("cx22") is None
    image = client.images.get_by_name_and_architecture("debian-12", "x86")
    assert image is not None and image.os_flavor == "debian"


def make_network(client: Client) -> BoundNetwork:
    network = client.networks.create(name="lan", ip_range="10.77.0.0/16")
    subnet = NetworkSubnet(type="cloud", network_zone="eu-central", ip_range="10.77.1.0/24")
    network.add_subnet(subnet).wait_until_finished()
    network.reload()
    assert network.subnets is not None and network.subnets[0].gateway == "10.77.0.1"
    return network


def make_firewall(client: Client) -> BoundFirewall:
    rule = FirewallRule(direction="in", protocol="tcp", port="443", source_ips=["0.0.0.0/0", "::/0"])
    response = client.firewalls.create(name="web", rules=[rule])
    for action in response.actions or []:
        action.wait_until_finished()
    return response.firewall


def make_server(
    client: Client,
    name: str,
    key: BoundSSHKey,
    group: BoundPlacementGroup,
    network: BoundNetwork,
    firewall: BoundFirewall,
) -> BoundServer:
    response = client.servers.create(
        name=name,
        server_type=ServerType(name="cx23"),
        image=Image(name="debian-12"),
        location=Location(name="fsn1"),
        ssh_keys=[key],
        placement_group=group,
        networks=[network],
        firewalls=[firewall],
        user_data="#cloud-config\n{}\n",
        labels={"role": "load-balancer"},
    )
    assert response.server.status == Server.STATUS_INIT
    assert response.root_password is None
    response.action.wait_until_finished()
    for action in response.next_actions:
        action.wait_until_finished()
    response.server.reload()
    assert response.server.status == Server.STATUS_RUNNING
    return response.server


def look_at_servers(
    client: Client, servers: list[BoundServer], group: BoundPlacementGroup, network: BoundNetwork
) -> None:
    assert [server.id for server in client.servers.get_all(label_selector="role=load-balancer")] == ids(servers)
    first = client.servers.get_by_name("lb-1")
    assert first is not None and first.id == servers[0].id
    assert [net.ip for net in first.private_net or []] == ["10.77.1.2"]
    assert first.public_net is not None and first.public_net.ipv4 is not None
    primary = client.primary_ips.get_list(ip=first.public_net.ipv4.ip).primary_ips
    assert [address.assignee_id for address in primary] == [first.id]
    group.reload()
    network.reload()
    assert group.servers == ids(servers)
    assert ids(network.servers or []) == ids(servers)
    first.update(labels={"role": "load-balancer", "node": "1"})
    assert ids(client.servers.get_all(label_selector="node in (1, 2)")) == [first.id]


def move_address(client: Client, servers: list[BoundServer]) -> BoundFloatingIP:
    response = client.floating_ips.create(type="ipv4", name="edge", home_location=Location(name="fsn1"))
    address = response.floating_ip
    assert response.action is None and address.server is None and address.ip is not None
    for server in servers:
        action = address.assign(server)
        assert action.command == "assign_floating_ip" and action.status == "running"
        action.wait_until_finished()
        assert client.actions.get_by_id(action.id).progress == 100
        address.reload()
        assert address.server is not None and address.server.id == server.id
    assert code_of(address, servers[1]) == "floating_ip_assigned"
    address.update(description="of the pair", labels={"role": "edge"})
    address.change_dns_ptr(address.ip, "edge.example.com").wait_until_finished()
    found = client.floating_ips.get_by_name("edge")
    assert found is not None and found.description == "of the pair"
    moves = [action for action in address.get_actions() if action.command == "assign_floating_ip"]
    assert len(moves) == len(servers)
    return address


def switch_power(client: Client, server: BoundServer, network: BoundNetwork) -> None:
    server.power_off().wait_until_finished()
    assert ids(client.servers.get_all(status=["off"])) == [server.id]
    server.detach_from_network(network).wait_until_finished()
    server.attach_to_network(network, ip="10.77.1.7").wait_until_finished()
    server.power_on().wait_until_finished()
    server.reboot().wait_until_finished()
    server.reload()
    assert server.status == Server.STATUS_RUNNING
    assert [net.ip for net in server.private_net or []] == ["10.77.1.7"]


def change_firewall(firewall: BoundFirewall, server: BoundServer) -> None:
    rule = FirewallRule(direction="in", protocol="icmp", source_ips=["0.0.0.0/0"])
    for action in firewall.set_rules([rule]):
        action.wait_until_finished()
    target = [FirewallResource(type=FirewallResource.TYPE_SERVER, server=server)]
    for action in firewall.remove_from_resources(target) + firewall.apply_to_resources(target):
        action.wait_until_finished()
    firewall.reload()
    assert [rule.protocol for rule in firewall.rules or []] == ["icmp"]
    assert len(firewall.applied_to or []) == 2


def take_down(client: Client, servers: list[BoundServer], address: BoundFloatingIP, firewall: BoundFirewall) -> None:
    address.change_protection(delete=True).wait_until_finished()
    assert refusal(address) == "protected"
    address.change_protection(delete=False).wait_until_finished()
    assert refusal(address) == "must_be_unassigned"
    for server in servers:
        server.delete().wait_until_finished()
    address.reload()
    assert address.server is None
    assert address.delete()
    firewall.delete()
    assert client.floating_ips.get_by_name("edge") is None


def failures(client: Client) -> None:
    """The first assign meets an action that ends in an error, the second an answer that makes the client try again."""
    address = client.floating_ips.get_all()[0]
    server = client.servers.get_all()[0]
    try:
        address.assign(server).wait_until_finished()
    except ActionFailedException as failed:
        error = failed.action.error
        assert error is not None and (error["code"], error["message"]) == ("action_failed", "Action failed")
    else:
        raise AssertionError("the action did not fail")
    address.assign(server).wait_until_finished()
    address.reload()
    assert address.server is not None and address.server.id == server.id


def ids(items: list[BoundServer]) -> list[int | None]:
    return [item.id for item in items]


def code_of(address: BoundFloatingIP, server: BoundServer) -> int | str | None:
    try:
        address.assign(server)
    except APIException as refused:
        return refused.code
    return None


def refusal(address: BoundFloatingIP) -> int | str | None:
    try:
        address.delete()
    except APIException as refused:
        return refused.code
    return None


def main() -> None:
    client = Client(os.environ["HCLOUD_TOKEN"], os.environ["HCLOUD_ENDPOINT"], poll_interval=0.05)
    {"walk": walk, "failures": failures}[sys.argv[1]](client)


if __name__ == "__main__":
    main()
