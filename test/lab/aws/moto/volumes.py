"""What moto's EC2 does not know of volumes: that an image says how large its root volume is."""

from __future__ import annotations

from typing import Any

from moto.ec2.responses.instances import InstanceResponse

# GiB; as Debian's and Ubuntu's images have it.
SIZE = 8


def install() -> None:
    InstanceResponse._validate_block_device_mapping = staticmethod(complete_block_device_mapping)


original_validate_block_device_mapping = InstanceResponse._validate_block_device_mapping


def complete_block_device_mapping(device_mapping: dict[str, Any]) -> None:
    ebs = device_mapping.get("Ebs")
    if ebs is not None and "SnapshotId" not in ebs:
        ebs.setdefault("VolumeSize", SIZE)
    original_validate_block_device_mapping(device_mapping)
