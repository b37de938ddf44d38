"""A redundant pair on two hosts that exist, with HAProxy's status page behind a password."""

import pulumi
import pulumi_ha_load_balancer as ha

config = pulumi.Config()

pair = ha.ExistingHaLoadBalancer(
    "edge",
    nodes=[
        ha.ExistingNodeArgs(
            name=node["name"],
            host=node["host"],
            host_key=node["hostKey"],
            peer_address=node["peerAddress"],
        )
        for node in config.require_object("loadBalancers")
    ],
    virtual_addresses=[
        ha.VirtualAddressArgs(address=shared["address"]) for shared in config.require_object("virtualAddresses")
    ],
    ssh=ha.SshArgs(private_key=config.require_secret("sshPrivateKey")),
    frontends=[ha.FrontendArgs(name="web", port=80, default_backend="app")],
    backends=[
        ha.BackendArgs(
            name="app",
            balance=ha.BalanceAlgorithm.LEASTCONN,
            servers=[
                ha.ServerArgs(address=server["address"], port=server["port"])
                for server in config.require_object("webServers")
            ],
            health_check=ha.HealthCheckArgs(path="/healthz"),
        )
    ],
    haproxy=ha.HaproxyArgs(
        monitoring=ha.MonitoringArgs(
            basic_auth=ha.BasicAuthArgs(users={"operator": config.require_secret("statusPasswordHash")}),
        ),
    ),
    failover=ha.FailoverArgs(profile=config.get("profile") or ha.FailoverProfile.STEADY),
)

pulumi.export("address", pair.address)
pulumi.export("addresses", pair.addresses)
pulumi.export("nodes", pair.nodes)
