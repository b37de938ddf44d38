// Where the instances stand, and who gets at them.
import { isIPv6 } from "node:net";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformContext } from "../../platform";
import { InvalidArgumentsError, problem } from "../../validation/problem";
import type { AwsArgs } from "../awsArgs";

export interface Subnet {
  readonly id: string;
  readonly cidrBlock: string;
  readonly vpcId: string;
}

/** IP protocol of VRRP. */
const VRRP = "112";
const SSH_PORT = 22;
const EVERYWHERE = ["0.0.0.0/0"];

/** One for each instance. */
export function subnets(context: PlatformContext, args: AwsArgs): pulumi.Output<readonly [Subnet, Subnet]> {
  const given = args.subnetIds?.map((id) => ec2.getSubnetOutput({ id }, { ...context.options }));
  const found = given ? pulumi.all(given) : defaultSubnets(context);
  const pair = found.apply((all: readonly Subnet[]) => {
    const [first, second] = all;
    if (first && second) {
      return [first, second] as const;
    }
    const complaint = `is missing, and the default VPC has ${all.length} default subnets, not two.`;
    throw new InvalidArgumentsError(context.name, [
      problem("platform.subnetIds", `${complaint} List two subnets in different availability zones.`),
    ]);
  });
  return pair as pulumi.Output<readonly [Subnet, Subnet]>;
}

/** By the names of their zones: a zone that AWS adds later comes after those that were there. */
function defaultSubnets({ options }: PlatformContext): pulumi.Output<ec2.GetSubnetResult[]> {
  const vpc = ec2.getVpcOutput({ default: true }, { ...options }).id;
  const filters = [
    { name: "vpc-id", values: [vpc] },
    { name: "default-for-az", values: ["true"] },
  ];
  return ec2
    .getSubnetsOutput({ filters }, { ...options })
    .ids.apply((ids) => pulumi.all(ids.map((id) => ec2.getSubnetOutput({ id }, { ...options }))))
    .apply((found) => [...found].sort((one, other) => (one.availabilityZone < other.availabilityZone ? -1 : 1)));
}

/** Lets clients, operators and those who read metrics in, the nodes to each other, and the nodes out. */
export function securityGroup(
  { name, options, ports, peerPorts, monitoring }: PlatformContext,
  { allowClientsFrom, ssh }: AwsArgs,
  vpcId: pulumi.Input<string>,
  tags: pulumi.Input<Record<string, string>>,
): ec2.SecurityGroup {
  const ingress = pulumi
    .all([ports, peerPorts, monitoring, allowClientsFrom ?? EVERYWHERE, ssh.allowFrom ?? []])
    .apply(([frontends, peers, { port: metricsPort, allow }, clients, operators]) => [
      ...sorted(frontends).map((port) => tcp("clients", port, sources(clients))),
      tcp("operators", SSH_PORT, sources(operators)),
      ...(allow.length > 0 ? [tcp("who reads metrics", metricsPort, sources(allow))] : []),
      { description: "VRRP between the nodes", protocol: VRRP, fromPort: 0, toPort: 0, self: true },
      ...sorted(peers).map((port) => tcp("the other node", port, { self: true })),
    ]);
  const outside = { cidrBlocks: EVERYWHERE, ipv6CidrBlocks: ["::/0"] };
  return new ec2.SecurityGroup(
    `${name}-security-group`,
    {
      description: "The nodes of a load balancer",
      vpcId,
      ingress,
      egress: [{ description: "everything", protocol: "-1", fromPort: 0, toPort: 0, ...outside }],
      tags,
    },
    options,
  );
}

function sorted(ports: readonly number[]): number[] {
  return [...new Set(ports)].sort((one, other) => one - other);
}

function tcp(description: string, port: number, from: { cidrBlocks?: string[]; self?: boolean }) {
  return { description, protocol: "tcp", fromPort: port, toPort: port, ...from };
}

function sources(networks: readonly string[]) {
  const all = networks.map((network) => (network.includes("/") ? network : `${network}/${isIPv6(network) ? 128 : 32}`));
  const isSix = (network: string) => network.includes(":");
  const [ipv4, ipv6] = [all.filter((network) => !isSix(network)), all.filter(isSix)];
  return { ...(ipv4.length > 0 ? { cidrBlocks: ipv4 } : {}), ...(ipv6.length > 0 ? { ipv6CidrBlocks: ipv6 } : {}) };
}
