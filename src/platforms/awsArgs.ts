// What a user says about a pair on AWS.
import type { Input } from "@pulumi/pulumi";
import type { AwsImage } from "./aws/images";
import type { BastionArgs } from "./sshArgs";

export { AwsImage } from "./aws/images";

/** What is sent to an instance once, when it is made; a later release of its image is for the next one. */
export const InstanceCreationInput = { ami: "ami", keyName: "keyName", userData: "userData" } as const;
export type InstanceCreationInput = (typeof InstanceCreationInput)[keyof typeof InstanceCreationInput];

/** Which of an instance's addresses SSH goes to. */
export const SshSide = { public: "public", private: "private" } as const;
export type SshSide = (typeof SshSide)[keyof typeof SshSide];

/** Arguments of {@link aws}. */
export interface AwsArgs {
  /** How both instances are reached. */
  ssh: AwsSshArgs;
  /** Such as "t3.small" or, with an ARM processor, "t4g.small". Another one replaces both instances. @default "t3.small" */
  instanceType?: Input<string>;
  /** What runs on the instances; its newest release when they are made. @default "debian-12" */
  image?: Input<AwsImage>;
  /** Id of another image, with Debian or Ubuntu, instead of `image`. @default none */
  imageId?: Input<string>;
  /**
   * Networks that clients may come from, as far as the security group that is made here is concerned.
   * @default everywhere: ["0.0.0.0/0"]
   */
  allowClientsFrom?: Input<Input<string>[]>;
  /**
   * The addresses that the pair shares, in the order of the output `addresses`.
   * @default one: [{ name: "main" }]
   */
  elasticIps?: AwsElasticIpArgs[];
  /**
   * The subnets of the two instances, one for each, in two availability zones, with a route to an internet gateway.
   * @default the default subnets of the region's default VPC in its first two availability zones
   */
  subnetIds?: Input<string>[];
  /** The VPC of `subnetIds`. @default the one that they are in */
  vpcId?: Input<string>;
  /**
   * Ids of security groups that exist; none is made then. They have to let the frontends' ports and SSH through, and
   * between the nodes IP protocol 112 and the TCP ports `failover.statusPort`,
   * `failover.peersPort` and, with `tls.acme`, `failover.certificatesPort`.
   * @default one is made that lets only these through
   */
  securityGroupIds?: Input<Input<string>[]>;
  /**
   * Name of an instance profile that exists; neither a role nor a policy is made then. docs/aws.md has what its role
   * must be allowed.
   * @default one is made that may move these addresses to these instances, and nothing else
   */
  instanceProfile?: Input<string>;
  /** The disk of the instances. @default the image's size, encrypted with the account's key for EBS */
  rootVolume?: Input<AwsVolumeArgs>;
  /** Names of the two nodes, in `ha-lb status` and of their resources. @default ["lb1", "lb2"] */
  nodeNames?: string[];
  /** Two instances that exist, instead of new ones. They stay as they are but for what runs on them. @default none */
  instances?: AwsInstanceArgs[];
  /** Tags of everything that is made. @default none but a Name */
  tags?: Input<Record<string, Input<string>>>;
  /**
   * Changes that replace an instance. By default a new release of the image, another key or other user data is for
   * instances that are made from then on.
   * @default none
   */
  replaceInstancesOn?: InstanceCreationInput[];
  /**
   * Where the nodes reach EC2's API, such as the address of an interface endpoint of the VPC.
   * @default the region's: "https://ec2.REGION.amazonaws.com"
   */
  ec2Endpoint?: Input<string>;
  /** An HTTP proxy between the nodes and EC2's API, such as "http://proxy.example.com:3128". @default none */
  httpsProxy?: Input<string>;
}

/** How the nodes are reached. */
export interface AwsSshArgs {
  /** Private key in OpenSSH or PEM format, RSA or ed25519; becomes a Pulumi secret. Its public half is put on the nodes. */
  privateKey: Input<string>;
  /** Passphrase of the private key. @default none */
  privateKeyPassphrase?: Input<string>;
  /**
   * Networks from which SSH is let in: where `pulumi up` runs, or the bastion.
   * @default none: needed where a security group is made
   */
  allowFrom?: Input<Input<string>[]>;
  /** @default that of the image: "admin" of Debian, "ubuntu" of Ubuntu; needed with `imageId` and `instances` */
  user?: Input<string>;
  /** Name of a key pair that exists in the region, that of `privateKey`. None is made then. @default one is made */
  existingKeyPair?: Input<string>;
  /** Which address of a node SSH goes to: the private one where a VPN or a bastion leads into the VPC. @default "public" */
  connectTo?: Input<SshSide>;
  /** A host to connect through. @default none */
  bastion?: BastionArgs;
}

/** An address that the pair shares. Which instance it is associated with is for the nodes to say, and never for Pulumi. */
export interface AwsElasticIpArgs {
  /** Name of its resource, and in `ha-lb status`. */
  name: string;
  /** "ipv4": EC2 moves no IPv6 and no private addresses between availability zones. @default "ipv4" */
  type?: Input<string>;
  /** Allocation id of one that exists, such as "eipalloc-0123456789abcdef0". @default one is made */
  id?: Input<string>;
  /**
   * The secondary private addresses that it is associated with: one of each node, in the node's subnet, that nobody has.
   * @default chosen, somewhere in the subnets
   */
  privateAddresses?: Input<string>[];
}

/** The disk of an instance. */
export interface AwsVolumeArgs {
  /** In GiB. @default the image's */
  size?: Input<number>;
  /** ARN of the KMS key that it is encrypted with. Another one replaces the instances. @default the account's for EBS */
  kmsKeyId?: Input<string>;
}

/** An instance that exists, with Debian or Ubuntu, a public address, and IMDSv2. */
export interface AwsInstanceArgs {
  /** Such as "i-0123456789abcdef0". */
  id: Input<string>;
  /** Of its primary network interface, such as "eni-0123456789abcdef0". */
  networkInterfaceId: Input<string>;
  /** Its own public address. */
  publicAddress: Input<string>;
  /** Its primary private address. */
  privateAddress: Input<string>;
  /** Secondary private addresses of the interface, one for each Elastic IP, in their order. */
  secondaryAddresses: Input<Input<string>[]>;
  /** The instance's public host key, such as "ecdsa-sha2-nistp256 AAAA…" (see `ssh-keyscan -t ecdsa HOST`). */
  hostKey: Input<string>;
}
