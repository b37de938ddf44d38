import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { validate } from "../../../src/validate";
import { InvalidArgumentsError } from "../../../src/validation/problem";
import { type AwsChange, awsArgs, instance } from "../../graph/awsArgs";

const ssh = { user: "admin" };
const ecdsa = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });

const cases: readonly (readonly [behaviour: string, change: AwsChange, expected: readonly string[]])[] = [
  [
    "want everything that has no default, all at once",
    { ssh: {} },
    [
      "platform.ssh.privateKey: is missing. Give the private key that opens the nodes, as a secret.",
      'platform.ssh.allowFrom: is empty. List the networks, such as ["203.0.113.0/24"].',
    ],
  ],
  [
    "want networks of operators and clients",
    { ssh: { allowFrom: ["anywhere"] }, allowClientsFrom: [] },
    [
      'platform.allowClientsFrom: is empty. List the networks, such as ["203.0.113.0/24"].',
      'platform.ssh.allowFrom[0]: "anywhere" is not a network. Use one such as "10.0.0.0/8", "2001:db8::/32" or "192.0.2.7".',
    ],
  ],
  [
    "say why there is no address of IPv6",
    { elasticIps: [{ name: "six", type: "ipv6" }] },
    [
      'platform.elasticIps[0].type: "ipv6" cannot be. An IPv6 address belongs to a subnet, and with it to one availability zone: EC2 has no IPv6 address that moves like an Elastic IP. Leave it out.',
    ],
  ],
  [
    "say why there is no private address, nor a pair without a public one",
    { elasticIps: [{ name: "inside", type: "private" }] },
    [
      'platform.elasticIps[0].type: "private" cannot be. A private address belongs to a subnet, and with it to one availability zone: what both nodes could have would be lost with the zone. Leave it out.',
    ],
  ],
  [
    "say so to who wants none",
    { elasticIps: [] },
    [
      'platform.elasticIps: is empty. Give at least one, such as { name: "main" }. A private address belongs to a subnet, and with it to one availability zone: what both nodes could have would be lost with the zone. A pair has a public one.',
    ],
  ],
  [
    "want Elastic IPs with names and places of their own",
    {
      elasticIps: [
        { name: "main", id: "203.0.113.7" },
        { name: "main", type: "ipv5", privateAddresses: ["172.31.16.9"] },
        { name: pulumi.output("other"), privateAddresses: ["fd00::1", "172.31.32.9"] },
      ],
    },
    [
      'platform.elasticIps[0].id: "203.0.113.7" is not an id. Use one such as "eipalloc-0123456789abcdef0".',
      'platform.elasticIps[1].type: "ipv5" is not known. Did you mean "ipv4"? Use one of: ipv4.',
      "platform.elasticIps[2].name: is an Output. Give a plain string; resources are named after it.",
      'platform.elasticIps[2].privateAddresses[0]: "fd00::1" is not an IPv4 address. Use one of the subnet, such as "172.31.16.200".',
      "platform.elasticIps[1].privateAddresses: has 1. List exactly two, one for each node.",
      'platform.elasticIps[1].name: "main" is that of platform.elasticIps[0] too. Give each a different one.',
    ],
  ],
  [
    "want ids of the right things",
    { subnetIds: ["vpc-00000001", "subnet-00000002"], securityGroupIds: ["default"], imageId: "debian-12", ssh },
    [
      'platform.imageId: "debian-12" is not an id. Use one such as "ami-0123456789abcdef0".',
      'platform.subnetIds[0]: "vpc-00000001" is not an id. Use one such as "subnet-0123456789abcdef0".',
      'platform.securityGroupIds[0]: "default" is not an id. Use one such as "sg-0123456789abcdef0".',
    ],
  ],
  [
    "want two subnets",
    { subnetIds: ["subnet-00000001"] },
    ["platform.subnetIds: has 1. List exactly two, one for each node."],
  ],
  [
    "choose no subnets in a VPC that they do not know",
    { vpcId: "vpc-00000001" },
    [
      "platform.subnetIds: is missing. List two subnets of the VPC, in different availability zones, with a route to an internet gateway.",
    ],
  ],
  [
    "want to know who logs in where they do not know the image",
    { imageId: "ami-00000001" },
    ['platform.ssh.user: is missing. With `imageId`, say who logs in there, such as "admin".'],
  ],
  [
    "refuse a private key of which EC2 makes no key pair",
    { ssh: { privateKey: ecdsa } },
    [
      "platform.ssh.privateKey: is neither RSA nor ed25519: EC2 takes no other. Use one of these, or give `existingKeyPair`.",
    ],
  ],
  [
    "refuse a private key that is none",
    { ssh: { privateKey: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" } },
    ["platform.ssh.privateKey: cannot be read, with the passphrase if one is given. Give the whole file of the key."],
  ],
  [
    "want types, images, disks and names that AWS has",
    {
      instanceType: "small",
      image: "debian-11",
      rootVolume: { size: 1, kmsKeyId: "1234" },
      instanceProfile: "arn:aws:iam::123456789012:instance-profile/balancer",
      replaceInstancesOn: ["image"],
    },
    [
      'platform.instanceType: "small" is not an instance type. Use one such as "t3.small".',
      'platform.image: "debian-11" is not known. Did you mean "debian-12"? Use one of: debian-12, debian-13, ubuntu-24.04.',
      'platform.instanceProfile: "arn:aws:iam::123456789012:instance-profile/balancer" is not the name of an instance profile. Use its name, not its ARN, such as "load-balancer".',
      "platform.rootVolume.size: 1 is out of range. Use a whole number from 8 to 16384.",
      'platform.rootVolume.kmsKeyId: "1234" is not the ARN of a KMS key. Use one such as "arn:aws:kms:eu-central-1:123456789012:key/…".',
      'platform.replaceInstancesOn[0]: "image" is not known. Use one of: ami, keyName, userData.',
    ],
  ],
  [
    "want tags that AWS takes",
    { tags: { "aws:team": "edge", team: "a<b" } },
    [
      'platform.tags["aws:team"]: "aws:team" is not the key of a tag. Use one such as "team", 128 letters at most; those that begin with "aws:" are reserved.',
      'platform.tags.team: "a<b" is not usable in a tag. Use letters, digits, spaces and _ . : / = + - @, 256 at most.',
    ],
  ],
  [
    "want endpoints and proxies without a password",
    { ec2Endpoint: "http://ec2.example.com", httpsProxy: "http://user:sesame@proxy.example.com:3128" },
    [
      'platform.ec2Endpoint: "http://ec2.example.com" cannot be used. Use one such as "https://vpce-0123456789abcdef0-abcdefgh.ec2.eu-central-1.vpce.amazonaws.com", without a path and without a password, which any user of the nodes could read.',
      'platform.httpsProxy: cannot be used. Use one such as "http://proxy.example.com:3128", without a path and without a password, which any user of the nodes could read.',
    ],
  ],
  [
    "refuse what has no effect on instances that exist",
    {
      instances: [instance(1), instance(2)],
      instanceType: "t3.small",
      replaceInstancesOn: ["ami"],
      elasticIps: [{ name: "main", privateAddresses: ["172.31.16.9", "172.31.32.9"] }],
      ssh: { ...ssh, allowFrom: ["203.0.113.0/24"] },
    },
    ["ssh.allowFrom", "instanceType", "replaceInstancesOn", "elasticIps[0].privateAddresses"].map(
      (path) => `platform.${path}: has no effect on instances that exist. Leave it out.`,
    ),
  ],
  [
    "refuse networks of clients where others say who may come, and two images",
    {
      securityGroupIds: ["sg-00000001"],
      allowClientsFrom: ["10.0.0.0/8"],
      image: "debian-12",
      imageId: "ami-00000001",
      ssh: { ...ssh, allowFrom: ["203.0.113.0/24"] },
    },
    [
      "platform.ssh.allowFrom: has no effect on security groups that exist. Leave it out.",
      "platform.image: has no effect on another image. Leave it out.",
      "platform.allowClientsFrom: has no effect on security groups that exist. Leave it out.",
    ],
  ],
  [
    "want a secondary address for each Elastic IP",
    { instances: [instance(1), instance(2)], elasticIps: [{ name: "main" }, { name: "other" }], ssh },
    [0, 1].map((index) => `platform.instances[${index}].secondaryAddresses: has 1. List 2, one for each Elastic IP.`),
  ],
  [
    "refuse the same instance twice",
    { instances: [instance(1), { ...instance(2), networkInterfaceId: "eni-00000001" }], ssh },
    [
      'platform.instances[1].networkInterfaceId: "eni-00000001" is that of platform.instances[0] too. Two different machines are needed.',
    ],
  ],
];

describe("the arguments of aws", () => {
  it("pass as the documentation shows them, and with instances that exist", () => {
    validate("edge", awsArgs());
    validate("edge", awsArgs({ instances: [instance(1), instance(2)], ssh }));
  });

  it("pass while they are not known yet", () => {
    const later = pulumi.output(new Promise<string>(() => {}));
    validate(
      "edge",
      awsArgs({ instanceType: later, subnetIds: [later, later], vpcId: later, ssh: { privateKey: later } }),
    );
  });

  for (const [behaviour, change, expected] of cases) {
    it(behaviour, () => {
      assert.throws(
        () => validate("edge", awsArgs(change)),
        (error) => {
          assert.ok(error instanceof InvalidArgumentsError);
          assert.deepEqual(
            error.problems.map(({ path, message }) => `${path}: ${message}`),
            expected,
          );
          return true;
        },
      );
    });
  }
});
