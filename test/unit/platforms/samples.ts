// Arguments of `hcloud` and `aws` in which every property is given and good, as plain data. Where two exclude each other,
// they are in different ones of the list: a pair that is made, one among what exists, and one of machines that exist.
import { type AwsArgs, aws, type BastionArgs } from "../../../src/platforms/aws";
import { type HcloudArgs, hcloud } from "../../../src/platforms/hcloud";
import { instance } from "../../graph/awsArgs";
import { failoverToken, server } from "../../graph/hcloudArgs";
import { encryptedPrivateKey, hostKey, privateKey, type RunsOn } from "../sampleArgs";

const login = { privateKey: encryptedPrivateKey, privateKeyPassphrase: "open sesame" };

const bastion: BastionArgs = { host: "bastion.example.com", port: 2222, user: "jump", ...login, hostKey: hostKey("c") };

const ofHcloud: HcloudArgs[] = [
  {
    location: "fsn1",
    serverType: "cx23",
    image: "debian-12",
    failoverToken,
    ssh: { ...login, allowFrom: ["203.0.113.0/24"], existingKeys: ["my laptop"], bastion },
    allowClientsFrom: ["0.0.0.0/0", "::/0"],
    floatingIps: [
      { name: "main", type: "ipv4" },
      { name: "six", type: "ipv6", id: "4711" },
    ],
    network: { ipRange: "10.0.0.0/16", subnetIpRange: "10.0.1.0/24", zone: "eu-central" },
    nodeNames: ["lb1", "lb2"],
    labels: { team: "edge", "example.com/role": "load-balancer" },
    deleteProtection: false,
    replaceServersOn: ["image"],
  },
  { location: "fsn1", serverType: "cx23", failoverToken, ssh: login, network: { id: 7 }, firewallIds: [8] },
  { location: "fsn1", failoverToken, ssh: { privateKey }, servers: [server(1), server(2)] },
];

const ofAws: AwsArgs[] = [
  {
    ssh: { ...login, allowFrom: ["203.0.113.0/24"], user: "admin", connectTo: "private", bastion },
    instanceType: "t3.small",
    image: "debian-12",
    allowClientsFrom: ["0.0.0.0/0"],
    elasticIps: [
      { name: "main", type: "ipv4", privateAddresses: ["172.31.16.200", "172.31.32.200"] },
      { name: "other", id: "eipalloc-0123456789abcdef0" },
    ],
    subnetIds: ["subnet-00000001", "subnet-00000002"],
    vpcId: "vpc-00000001",
    instanceProfile: "load-balancer",
    rootVolume: { size: 20, kmsKeyId: "arn:aws:kms:eu-central-1:123456789012:key/0123-4567" },
    nodeNames: ["lb1", "lb2"],
    tags: { team: "edge", "cost centre": "a/b" },
    replaceInstancesOn: ["ami"],
    ec2Endpoint: "https://vpce-0123456789abcdef0-abcdefgh.ec2.eu-central-1.vpce.amazonaws.com",
    httpsProxy: "http://proxy.example.com:3128",
  },
  {
    ssh: { ...login, user: "admin", existingKeyPair: "my laptop" },
    imageId: "ami-00000001",
    securityGroupIds: ["sg-00000001"],
  },
  { ssh: { privateKey, user: "admin" }, instances: [instance(1), instance(2)] },
];

export const clouds = { hcloud: cloud(hcloud, ofHcloud), aws: cloud(aws, ofAws) };

/** Each sample is below `platform`, with as little of the rest as shows whether that minds what is there. */
function cloud(runsOn: RunsOn, samples: readonly object[]) {
  const frontends = [{ name: "web", port: 80, defaultBackend: "app" }];
  const backends = [{ name: "app", servers: [{ address: "10.0.1.20", port: 8080 }] }];
  const failover = { preferredNode: "lb1" };
  return { runsOn, samples: samples.map((platform) => ({ platform, frontends, backends, failover })) };
}
