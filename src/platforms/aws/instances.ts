// The two instances, new ones or those that exist, as nodes of the pair.
import * as ec2 from "@pulumi/aws/ec2";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformContext, SshConnection } from "../../platform";
import { type AwsArgs, type AwsInstanceArgs, InstanceCreationInput } from "../awsArgs";
import { cloudConfig, hostKey } from "../machine";
import { publicKeyOf } from "../publicKey";
import { bastionEndpoint } from "../sshArgs";
import { defaultImage, defaultType } from "./defaults";
import { drawnAddresses } from "./drawnAddresses";
import { parameterOf, userOf } from "./images";
import type { Subnet } from "./network";
import { tagged } from "./tags";

/** A machine that has just been made needs up to two minutes until it answers; each attempt takes 10 s at most. */
const DIAL_ERROR_LIMIT = 30;

/** An instance, whoever made it. */
export interface Machine {
  readonly id: pulumi.Input<string>;
  readonly networkInterfaceId: pulumi.Input<string>;
  readonly publicAddress: pulumi.Input<string>;
  readonly privateAddress: pulumi.Input<string>;
  /** One for each Elastic IP, in their order. */
  readonly secondaryAddresses: pulumi.Input<pulumi.Input<string>[]>;
  readonly ssh: SshConnection;
  readonly resource?: ec2.Instance;
}

/** What both instances need. */
export interface Parts {
  readonly subnets: pulumi.Output<readonly [Subnet, Subnet]>;
  readonly securityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
  readonly instanceProfile: pulumi.Input<string>;
  readonly keyName: pulumi.Input<string>;
  readonly imageId: pulumi.Input<string>;
  /** An Elastic IP cannot be given back before what it is associated with is gone. */
  readonly outliving: readonly pulumi.Resource[];
}

export function existingMachine(args: AwsArgs, instance: AwsInstanceArgs): Machine {
  const { hostKey: key, ...facts } = instance;
  return { ...facts, ssh: sshConnection(args, instance.publicAddress, instance.privateAddress, key) };
}

export function madeMachine(
  context: PlatformContext,
  args: AwsArgs,
  parts: Parts,
  node: string,
  index: 0 | 1,
): Machine {
  const { name, options } = context;
  const key = hostKey(`${name}-${node}-host-key`, options);
  const subnet = parts.subnets.apply((both) => both[index]);
  const created = { ami: parts.imageId, keyName: parts.keyName, userData: cloudConfig(key) };
  const instanceType = args.instanceType ?? defaultType;
  const replacing: readonly InstanceCreationInput[] = args.replaceInstancesOn ?? [];
  const ignored = Object.values(InstanceCreationInput).filter((input) => !replacing.includes(input));
  const kmsKeyId = pulumi.output(args.rootVolume).apply((volume) => volume?.kmsKeyId);
  const inputs = { ...created, instanceType, subnetId: subnet.id, kmsKeyId };
  const { addresses, draw } = drawnAddresses(
    `${name}-${node}-addresses`,
    { subnet, index, inputs, ignored },
    args,
    options,
  );
  const tags = tagged(`${name}-${node}`, args);
  const instance = new ec2.Instance(
    `${name}-${node}`,
    {
      ...created,
      instanceType,
      subnetId: subnet.id,
      // On the primary private address: the Elastic IP on a secondary one leaves the node its own way out.
      associatePublicIpAddress: true,
      secondaryPrivateIps: addresses,
      vpcSecurityGroupIds: parts.securityGroupIds,
      iamInstanceProfile: parts.instanceProfile,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: pulumi.all([args.rootVolume, tags]).apply(([volume, all]) => ({
        encrypted: true,
        kmsKeyId: volume?.kmsKeyId,
        volumeSize: volume?.size,
        tags: all,
      })),
      tags,
    },
    {
      ...options,
      dependsOn: [...parts.outliving],
      // In place the provider would stop both instances at once; new ones take over first.
      replaceOnChanges: ["instanceType", ...replacing],
      replaceWith: [draw],
      ignoreChanges: [
        ...ignored,
        // While an instance is stopped it has none, and would be replaced for that.
        "associatePublicIpAddress",
      ],
    },
  );
  return {
    id: instance.id,
    networkInterfaceId: instance.primaryNetworkInterfaceId,
    publicAddress: instance.publicIp,
    privateAddress: instance.privateIp,
    secondaryAddresses: addresses,
    ssh: sshConnection(args, instance.publicIp, instance.privateIp, key.publicKey),
    resource: instance,
  };
}

export function imageId({ options }: PlatformContext, { image, imageId, instanceType }: AwsArgs): pulumi.Input<string> {
  if (imageId) {
    return imageId;
  }
  const name = pulumi
    .all([image ?? defaultImage, instanceType ?? defaultType])
    .apply(([chosen, type]) => parameterOf(chosen, type));
  // What the provider calls secret is public: the id of an image.
  return pulumi.unsecret(ssm.getParameterOutput({ name }, { ...options }).value);
}

export function keyName(context: PlatformContext, args: AwsArgs): pulumi.Output<string> {
  const { privateKey, privateKeyPassphrase } = args.ssh;
  const publicKey = pulumi
    .all([privateKey, privateKeyPassphrase])
    .apply(([key, passphrase]) => publicKeyOf(key, passphrase));
  const name = `${context.name}-ssh-key`;
  const pair = new ec2.KeyPair(
    name,
    { publicKey: pulumi.unsecret(publicKey), tags: tagged(name, args) },
    context.options,
  );
  return pair.keyName;
}

function sshConnection(
  { ssh, image }: AwsArgs,
  publicAddress: pulumi.Input<string>,
  privateAddress: pulumi.Input<string>,
  key: pulumi.Input<string>,
): SshConnection {
  const { privateKey, privateKeyPassphrase, bastion, connectTo = "public" } = ssh;
  const user = ssh.user ?? pulumi.output(image ?? defaultImage).apply(userOf);
  return {
    host: pulumi
      .all([connectTo, publicAddress, privateAddress])
      .apply(([side, outer, inner]) => (side === "private" ? inner : outer)),
    user,
    privateKey,
    privateKeyPassphrase,
    hostKey: key,
    dialErrorLimit: DIAL_ERROR_LIMIT,
    bastion: bastionEndpoint(bastion, { user, privateKey, privateKeyPassphrase }),
  };
}
