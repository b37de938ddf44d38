// What a security group lets in, as the lab's firewall has it. Pure. What groups let out is not held to: the lab's
// machines may send anything.
import type { Instance, IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { FirewallRule } from "../cloud/machines";

export function inboundRules(
  instance: Instance,
  groups: readonly SecurityGroup[],
  all: readonly Instance[],
): FirewallRule[] {
  const own = groupsOf(instance);
  return groups
    .filter(({ GroupId = "" }) => own.includes(GroupId))
    .flatMap(({ IpPermissions = [] }) => IpPermissions)
    .flatMap((permission) => ruleOf(permission, all));
}

function ruleOf(permission: IpPermission, all: readonly Instance[]): FirewallRule[] {
  const { IpProtocol = "-1", FromPort, ToPort } = permission;
  const sourceIps = sourcesOf(permission, all);
  if (sourceIps.length === 0) return [];
  const protocol = protocolOf(IpProtocol);
  const isWhole = protocol !== "tcp" && protocol !== "udp";
  if (isWhole || FromPort === undefined || ToPort === undefined) return [{ protocol, sourceIps }];
  return [{ protocol, port: FromPort === ToPort ? `${FromPort}` : `${FromPort}-${ToPort}`, sourceIps }];
}

/** Names that EC2 has for protocols; it shows every other one by its number. */
const protocols = { "-1": "any", tcp: "tcp", udp: "udp", icmp: "icmp", "1": "icmp", "6": "tcp", "17": "udp" } as const;

const protocolOf = (name: string): FirewallRule["protocol"] =>
  Object.hasOwn(protocols, name) ? protocols[name as keyof typeof protocols] : Number(name);

function sourcesOf({ IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] }: IpPermission, all: readonly Instance[]) {
  const members = UserIdGroupPairs.flatMap(({ GroupId = "" }) =>
    all.filter((instance) => groupsOf(instance).includes(GroupId)).flatMap(privateAddressesOf),
  );
  return [
    ...IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []),
    ...Ipv6Ranges.flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
    ...members.map((address) => `${address}/32`),
  ];
}

const groupsOf = ({ NetworkInterfaces = [], SecurityGroups = [] }: Instance): string[] => [
  ...new Set(
    [SecurityGroups, ...NetworkInterfaces.map(({ Groups = [] }) => Groups)]
      .flat()
      .flatMap(({ GroupId }) => GroupId ?? []),
  ),
];

/** Of its first interface, the main one first. */
export function privateAddressesOf({ NetworkInterfaces = [] }: Instance): string[] {
  const [first] = [...NetworkInterfaces].sort(
    (one, other) => (one.Attachment?.DeviceIndex ?? 0) - (other.Attachment?.DeviceIndex ?? 0),
  );
  const addresses = [...(first?.PrivateIpAddresses ?? [])].sort(
    (one, other) => Number(other.Primary) - Number(one.Primary),
  );
  return addresses.flatMap(({ PrivateIpAddress }) => PrivateIpAddress ?? []);
}
