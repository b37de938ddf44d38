"""The settings of a node that tests work with."""

from __future__ import annotations

import dataclasses

from ha_lb.settings import HeldAddress, Mover, Program, Settings, SharedAddress

SETTINGS = Settings(
    node="lb1",
    peer="lb2",
    own_address="10.0.0.11",
    peer_address="10.0.0.12",
    marker="169.254.255.51/32",
    held_addresses=(HeldAddress("198.51.100.10/24", None), HeldAddress("2001:db8::10/64", "eth1")),
    ports=(80, 443),
    status_port=8405,
    probe_interval_seconds=0.5,
    probe_failures=3,
    take_over_seconds=3.2,
    release="r",
    haproxy=Program("haproxy", "/usr/sbin/haproxy", None),
)

# The same node on a cloud.
ON_CLOUD = dataclasses.replace(
    SETTINGS,
    held_addresses=(),
    addresses=(SharedAddress("main", "203.0.113.100", "4711"),),
    mover=Mover("1001", "1002", {}, "198.51.100.32", ("169.254.169.254",)),
)
