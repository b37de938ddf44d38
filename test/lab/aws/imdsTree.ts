// What the metadata service tells, as a tree of names. Pure.
import type { Placed } from "./ground";

export interface Tree {
  readonly [name: string]: string | Tree | undefined;
}

/** A text, or the names in a part of the tree, one per line; those of further parts end in a slash. */
export function find(tree: Tree, path: string): string | undefined {
  const names = path.split("/").filter(Boolean);
  const found = names.reduce<string | Tree | undefined>(
    (at, name) => (typeof at === "object" && Object.hasOwn(at, name) ? at[name] : undefined),
    tree,
  );
  if (typeof found !== "object") return found;
  return Object.entries(found)
    .flatMap(([name, value]) => (value === undefined ? [] : typeof value === "object" ? `${name}/` : name))
    .join("\n");
}

export function metadataOf(placed: Placed, region: string, iam: Tree | undefined): Tree {
  const { instance, publicKey } = placed;
  const interfaces = (instance.NetworkInterfaces ?? []).map((nic) => [`${nic.MacAddress}`, interfaceOf(nic)] as const);
  const [[mac] = []] = interfaces;
  return {
    "ami-id": instance.ImageId,
    hostname: instance.PrivateDnsName,
    iam,
    "instance-id": instance.InstanceId,
    "instance-type": instance.InstanceType,
    "local-hostname": instance.PrivateDnsName,
    "local-ipv4": instance.PrivateIpAddress,
    mac,
    network: { interfaces: { macs: Object.fromEntries(interfaces) } },
    placement: { "availability-zone": instance.Placement?.AvailabilityZone, region },
    ...(instance.KeyName && { "public-keys": { "0": { "openssh-key": publicKey } } }),
    ...(instance.PublicIpAddress && {
      "public-hostname": instance.PublicDnsName,
      "public-ipv4": instance.PublicIpAddress,
    }),
    "security-groups": (instance.SecurityGroups ?? []).map(({ GroupName }) => GroupName).join("\n"),
    services: { domain: "amazonaws.com", partition: "aws" },
  };
}

type Nic = NonNullable<Placed["instance"]["NetworkInterfaces"]>[number];

function interfaceOf(nic: Nic): Tree {
  const addresses = nic.PrivateIpAddresses ?? [];
  const associated = addresses.filter(({ Association }) => Association?.PublicIp);
  return {
    "device-number": String(nic.Attachment?.DeviceIndex ?? 0),
    "interface-id": nic.NetworkInterfaceId,
    "ipv4-associations": Object.fromEntries(
      associated.map(({ Association, PrivateIpAddress }) => [Association?.PublicIp, PrivateIpAddress]),
    ),
    "local-ipv4s": addresses.map(({ PrivateIpAddress }) => PrivateIpAddress).join("\n"),
    mac: nic.MacAddress,
    "public-ipv4s": associated.map(({ Association }) => Association?.PublicIp).join("\n"),
    "security-group-ids": (nic.Groups ?? []).map(({ GroupId }) => GroupId).join("\n"),
    "subnet-id": nic.SubnetId,
    "vpc-id": nic.VpcId,
  };
}

export function documentOf({ instance }: Placed, region: string): string {
  const document = {
    accountId: instance.NetworkInterfaces?.[0]?.OwnerId,
    architecture: instance.Architecture,
    availabilityZone: instance.Placement?.AvailabilityZone,
    imageId: instance.ImageId,
    instanceId: instance.InstanceId,
    instanceType: instance.InstanceType,
    privateIp: instance.PrivateIpAddress,
    region,
    version: "2017-09-30",
  };
  return JSON.stringify(document, undefined, 2);
}
