// AWS: two EC2 instances and Elastic IPs. The nodes move the addresses; Pulumi never associates them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ec2 from "@pulumi/aws/ec2";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import * as pulumi from "@pulumi/pulumi";
import type { Platform, PlatformContext, PlatformNode, Shared, SharedAddress } from "../platform";
import { defaultElasticIps, defaultNodeNames } from "./aws/defaults";
import { existingMachine, imageId, keyName, type Machine, madeMachine } from "./aws/instances";
import { securityGroup, subnets } from "./aws/network";
import { instanceRole, rolePolicy } from "./aws/role";
import { tagged } from "./aws/tags";
import type { AwsArgs, AwsElasticIpArgs } from "./awsArgs";
import { type AwsDraft, awsProblems } from "./awsRules";

export * from "./awsArgs";
export type { BastionArgs } from "./sshArgs";

/** Runs the pair on two EC2 instances that share Elastic IPs. Needs the package `@pulumi/aws`. */
export function aws(args: AwsArgs): Platform {
  const nodeNames = args?.nodeNames ?? defaultNodeNames;
  return {
    name: "aws",
    nodeNames,
    args: { ...args },
    mover: {
      script: readFileSync(join(__dirname, "../host/files/movers/aws"), "utf8"),
      packages: ["ca-certificates", "curl", "nftables"],
      env: {
        ...(args?.ec2Endpoint ? { AWS_EC2_ENDPOINT: args.ec2Endpoint } : {}),
        ...(args?.httpsProxy ? { HTTPS_PROXY: args.httpsProxy } : {}),
      },
      rootOnlyAddresses: ["169.254.169.254"],
    },
    problems: (draft) => awsProblems(draft as unknown as AwsDraft),
    shared: (context) => makeShared(context, args, nodeNames),
    // What `shared` of this platform returned.
    node: (_, shared, index) => (shared as AwsShared).nodes[index],
  };
}

/** The role's policy names both instances, and both wait for it: so they are made here. */
interface AwsShared extends Shared {
  readonly nodes: readonly [PlatformNode, PlatformNode];
}

function makeShared(context: PlatformContext, args: AwsArgs, nodeNames: readonly string[]): AwsShared {
  const elasticIps = (args.elasticIps ?? defaultElasticIps).map((elastic) => elasticIp(context, args, elastic));
  const region = getRegionOutput({}, { ...context.options }).region;
  const { machines, allowed } = args.instances
    ? { machines: args.instances.map((one) => existingMachine(args, one)), allowed: undefined }
    : makeMachines(context, args, nodeNames, elasticIps);
  const [first, second] = machines.map((machine) => asNode(machine, region, allowed)) as [PlatformNode, PlatformNode];
  return { addresses: elasticIps.map(({ shared }) => shared), nodes: [first, second] };
}

interface ElasticIp {
  readonly shared: SharedAddress;
  readonly arn: pulumi.Output<string>;
  readonly made?: ec2.Eip;
}

function elasticIp({ name, options }: PlatformContext, args: AwsArgs, elastic: AwsElasticIpArgs): ElasticIp {
  if (elastic.id) {
    const found = ec2.getElasticIpOutput({ id: elastic.id }, { ...options });
    return { shared: { name: elastic.name, id: elastic.id, address: found.publicIp }, arn: found.arn };
  }
  const made = new ec2.Eip(
    `${name}-${elastic.name}`,
    { domain: "vpc", tags: tagged(`${name}-${elastic.name}`, args) },
    // The nodes associate it, and what they did is no drift.
    { ...options, ignoreChanges: ["instance", "networkInterface", "associateWithPrivateIp"] },
  );
  return { shared: { name: elastic.name, id: made.id, address: made.publicIp }, arn: made.arn, made };
}

function makeMachines(
  context: PlatformContext,
  args: AwsArgs,
  nodeNames: readonly string[],
  elasticIps: readonly ElasticIp[],
) {
  const { name } = context;
  const both = subnets(context, args);
  const vpcId = args.vpcId ?? both.apply(([first]) => first.vpcId);
  const groupTags = tagged(`${name}-security-group`, args);
  const roled = args.instanceProfile ? undefined : instanceRole(context, tagged(`${name}-role`, args));
  const parts = {
    subnets: both,
    securityGroupIds: args.securityGroupIds ?? [securityGroup(context, args, vpcId, groupTags).id],
    instanceProfile: args.instanceProfile ?? (roled?.profile.name as pulumi.Output<string>),
    keyName: args.ssh.existingKeyPair ?? keyName(context, args),
    imageId: imageId(context, args),
    outliving: elasticIps.flatMap(({ made }) => (made ? [made] : [])),
  };
  const machines = ([0, 1] as const).map((index) =>
    madeMachine(context, args, parts, nodeNames[index] as string, index),
  );
  const addressArns = elasticIps.map(({ arn }) => arn);
  const policy = roled && rolePolicy(context, roled.role, addressArns, machines.map(interfaceArn));
  return { machines, allowed: policy?.id };
}

function interfaceArn({ resource, networkInterfaceId }: Machine): pulumi.Output<string> {
  return pulumi
    .all([(resource as ec2.Instance).arn, networkInterfaceId])
    .apply(([arn, id]) => arn.replace(/:instance\/.*$/, `:network-interface/${id}`));
}

/** @param allowed known once the node may move the addresses */
function asNode(
  { id, publicAddress, privateAddress, networkInterfaceId, secondaryAddresses, ssh, resource }: Machine,
  region: pulumi.Output<string>,
  allowed: pulumi.Output<string> | undefined,
): PlatformNode {
  return {
    id,
    publicAddress,
    peerAddress: privateAddress,
    localAddresses: secondaryAddresses,
    moverEnv: {
      AWS_REGION: region,
      AWS_NETWORK_INTERFACE: pulumi.all([networkInterfaceId, allowed]).apply(([own]) => own),
    },
    ssh,
    resource,
  };
}
