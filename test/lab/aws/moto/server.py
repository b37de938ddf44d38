"""moto's server for the lab: with the lab's addresses, access control from the first request on, users and images.

usage: server.py SETTINGS, which is JSON of {"region", "users": [NAME], "images": [{"id", "name", "architecture",
"owner", "parameter"}]}; prints one line, {"port", "keys": {NAME: {"accessKeyId", "secretAccessKey"}}}, once it listens
on 127.0.0.1, and ends when its standard input does.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from typing import Any

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
os.environ["MOTO_ENABLE_AMI_VALIDATION"] = "true"

import access
import addresses
import rules
import subnets
import volumes
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import Ami
from moto.iam.models import iam_backends
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.ssm.models import Parameter, ssm_backends
from werkzeug.serving import make_server

EVERYTHING = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def make_user(name: str) -> dict[str, str]:
    """One who may do everything."""
    iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    iam.create_user("aws", name)
    iam.put_user_policy(name, "everything", json.dumps(EVERYTHING))
    key = iam.create_access_key(name)
    return {"accessKeyId": key.access_key_id, "secretAccessKey": key.secret_access_key}


def publish(region: str, image: dict[str, str]) -> None:
    ec2, ssm = ec2_backends[DEFAULT_ACCOUNT_ID][region], ssm_backends[DEFAULT_ACCOUNT_ID][region]
    ec2.amis[image["id"]] = Ami(
        ec2,
        image["id"],
        name=image["name"],
        owner_id=image["owner"],
        architecture=image["architecture"],
        public=True,
        virtualization_type="hvm",
        root_device_type="ebs",
        root_device_name="/dev/xvda",
        hypervisor="xen",
    )
    name = image["parameter"]
    versions = ssm._parameters[name]
    described: dict[str, Any] = {"description": None, "allowed_pattern": None, "keyid": None, "data_type": "text"}
    versions.append(
        Parameter(
            account_id=DEFAULT_ACCOUNT_ID,
            name=name,
            value=image["id"],
            parameter_type="String",
            last_modified_date=utcnow(),
            version=len(versions) + 1,
            **described,
        )
    )


def follow(region: str) -> None:
    """Later releases of images come on standard input, one per line."""
    for line in sys.stdin:
        publish(region, json.loads(line))
    os._exit(0)


def main(text: str) -> None:
    # A line per request is the front's to write; what goes wrong inside still shows.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    settings = json.loads(text)
    addresses.install()
    access.install()
    rules.install()
    subnets.install()
    volumes.install()
    for image in settings["images"]:
        publish(settings["region"], image)
    keys = {name: make_user(name) for name in settings["users"]}
    application = DomainDispatcherApplication(create_backend_app)
    # One request at a time: what moto keeps is not made for several that change it.
    server = make_server("127.0.0.1", 0, application, threaded=False, request_handler=MotoRequestHandler)
    threading.Thread(target=follow, args=[settings["region"]], daemon=True).start()
    print(json.dumps({"port": server.port, "keys": keys}), flush=True)
    server.serve_forever()


main(sys.argv[1])
