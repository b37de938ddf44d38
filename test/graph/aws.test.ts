// The resource tree of a pair on AWS: what there is, what replaces what, and what nobody does twice.
import assert from "node:assert/strict";
import { HaLoadBalancer } from "../../src";
import { hostKey, privateKey } from "../unit/sampleArgs";
import { account, made } from "./awsAnswers";
import { type AwsChange, awsArgs, instance } from "./awsArgs";
import { isSecret, named, type Program, revealed, run } from "./registrations";

function deploy(change: AwsChange = {}, args: object = {}): Promise<Program> {
  return run(() => new HaLoadBalancer("edge", { ...awsArgs(change), ...args }).address, made);
}

const commands = ["lb1", "lb2"].flatMap((node) => [
  `command:remote:Command edge-${node}-install`,
  `command:remote:Command edge-${node}-apply`,
]);
const component = "ha-load-balancer:index:HaLoadBalancer edge";

function tree({ registrations }: Program): string[] {
  return registrations.map(({ type, name }) => `${type.replace(/(?<=:\w+)\/\w+:/, ":")} ${name}`).sort();
}

/** The digests that the preview shows for each file. */
function shown(program: Program, name: string): string {
  return String(named(program, name).inputs.create);
}

describe("the resource tree on AWS", () => {
  let program: Program;
  before(async () => {
    program = await deploy();
  });

  it("has two instances, what they need, one address, and no association of it", () => {
    assert.deepEqual(program.errors, []);
    assert.deepEqual(
      tree(program),
      [
        component,
        ...commands,
        "command:local:Command edge-lb1-addresses",
        "command:local:Command edge-lb1-host-key",
        "command:local:Command edge-lb2-addresses",
        "command:local:Command edge-lb2-host-key",
        "aws:ec2:Eip edge-main",
        "aws:ec2:Instance edge-lb1",
        "aws:ec2:Instance edge-lb2",
        "aws:ec2:KeyPair edge-ssh-key",
        "aws:ec2:SecurityGroup edge-security-group",
        "aws:iam:InstanceProfile edge-profile",
        "aws:iam:Role edge-role",
        "aws:iam:RolePolicy edge-policy",
      ].sort(),
    );
    const { inputs, ignoreChanges } = named(program, "edge-main");
    assert.deepEqual(Object.keys(inputs).sort(), ["domain", "tags"]);
    assert.deepEqual(ignoreChanges, ["instance", "networkInterface", "associateWithPrivateIp"]);
  });

  it("puts each instance into an availability zone of its own, with a public address and a secondary private one", () => {
    const [first, second] = ["edge-lb1", "edge-lb2"].map((name) => named(program, name).inputs) as [Inputs, Inputs];
    assert.deepEqual([first.subnetId, second.subnetId], ["subnet-a", "subnet-b"]);
    assert.equal(first.associatePublicIpAddress, true);
    assert.match(String(first.secondaryPrivateIps), /^172\.31\.(1[6-9]|2\d|3[01])\.\d+$/);
    assert.match(String(second.secondaryPrivateIps), /^172\.31\.(3[2-9]|4[0-7])\.\d+$/);
    assert.ok(!("privateIp" in first), "an instance with a fixed address cannot be made before the old one is gone");
  });

  it("takes no risk with the metadata service, and none with the disk", () => {
    const { metadataOptions, rootBlockDevice } = named(program, "edge-lb1").inputs;
    assert.deepEqual(metadataOptions, { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 });
    assert.deepEqual(rootBlockDevice, { encrypted: true, tags: { Name: "edge-lb1" } });
  });

  it("lets clients and operators in, the nodes to each other, and nobody else", async () => {
    const rules = (of: Program) =>
      (named(of, "edge-security-group").inputs.ingress as Inputs[]).map(
        ({ protocol, fromPort, toPort, cidrBlocks, ipv6CidrBlocks, self }) =>
          `${protocol} ${fromPort}-${toPort} ${[cidrBlocks, ipv6CidrBlocks, self && "self"].filter(Boolean)}`,
      );
    const between = ["112 0-0 self", "tcp 8405-8405 self", "tcp 8406-8406 self"];
    assert.deepEqual(rules(program), [
      "tcp 80-80 0.0.0.0/0",
      "tcp 443-443 0.0.0.0/0",
      "tcp 22-22 203.0.113.0/24",
      ...between,
    ]);
    assert.equal(named(program, "edge-security-group").inputs.vpcId, "vpc-0d");
    const others = await deploy(
      { allowClientsFrom: ["192.0.2.7", "2001:db8::/32", "2001:db8:1::7"] },
      { failover: { statusPort: 9001 }, haproxy: { monitoring: { allow: ["10.0.9.7"] } } },
    );
    const from = "192.0.2.7/32,2001:db8::/32,2001:db8:1::7/128";
    assert.deepEqual(rules(others).slice(0, 2), [`tcp 80-80 ${from}`, `tcp 443-443 ${from}`]);
    assert.deepEqual(rules(others).slice(3), [
      "tcp 8404-8404 10.0.9.7/32",
      "112 0-0 self",
      "tcp 8406-8406 self",
      "tcp 9001-9001 self",
    ]);
    const byAcme = { name: "web", mode: "tcp", port: 443, tls: { acme: { domains: ["example.com"] } } } as const;
    const plain = { name: "plain", port: 80, redirectToHttps: true };
    const frontends = [plain, { ...byAcme, defaultBackend: "app" }];
    assert.ok(rules(await deploy({}, { frontends })).includes("tcp 8407-8407 self"));
  });

  it("allows the role to move this address to these two interfaces, and to see where it is", () => {
    const { inputs, replaceOnChanges } = named(program, "edge-policy");
    const { Statement: statements } = JSON.parse(String(inputs.policy));
    assert.deepEqual(
      statements.map(({ Effect, Action, Resource }: Inputs) => [Effect, Action, Resource]),
      [
        [
          "Allow",
          "ec2:AssociateAddress",
          [
            `${account}:elastic-ip/eipalloc-0a`,
            `${account}:network-interface/eni-0001`,
            `${account}:network-interface/eni-0002`,
          ],
        ],
        ["Allow", "ec2:DescribeAddresses", "*"],
      ],
    );
    assert.equal(inputs.role, "edge-role-1a2b3c4");
    assert.equal(named(program, "edge-profile").inputs.role, "edge-role-1a2b3c4");
    assert.equal(named(program, "edge-lb1").inputs.iamInstanceProfile, "edge-profile-1a2b3c4");
    assert.deepEqual(Object.keys(named(program, "edge-role").inputs).sort(), [
      "assumeRolePolicy",
      "description",
      "tags",
    ]);
    assert.deepEqual(replaceOnChanges, ["policy"], "instances that make way would be denied before the new ones serve");
  });

  it("configures no node before the role may move the address", () => {
    for (const name of ["edge-lb1-apply", "edge-lb2-apply"]) {
      assert.ok(named(program, name).dependencies.includes(named(program, "edge-policy").urn), name);
    }
  });

  it("gives the address back only once the instances are gone, which EC2 insists on", () => {
    assert.ok(named(program, "edge-lb2").dependencies.includes(named(program, "edge-main").urn));
  });

  it("replaces no instance for another image, key or user data, unless it is asked to", async () => {
    const created = ["ami", "keyName", "userData"];
    assert.deepEqual(named(program, "edge-lb1").ignoreChanges, [...created, "associatePublicIpAddress"]);
    assert.deepEqual(named(program, "edge-lb1").replaceOnChanges, ["instanceType"]);
    const others = await deploy({ replaceInstancesOn: ["ami"] });
    assert.deepEqual(named(others, "edge-lb1").ignoreChanges, ["keyName", "userData", "associatePublicIpAddress"]);
    assert.deepEqual(named(others, "edge-lb1").replaceOnChanges, ["instanceType", "ami"]);
  });

  it("draws secondary addresses for what an instance is replaced for, because a new one is there before the old one is gone", async () => {
    const draw = (of: Program) => named(of, "edge-lb1-addresses");
    const triggers = (of: Program) => (draw(of).inputs.triggers as [Record<string, string>])[0];
    const drawnAnewFor = async (change: AwsChange) => {
      const [before, after] = [triggers(program), triggers(await deploy(change))];
      return Object.keys(before).filter((input) => before[input] !== after[input]);
    };
    assert.deepEqual(named(program, "edge-lb1").replaceWith, [draw(program).urn]);
    assert.deepEqual(draw(program).ignoreChanges, ["triggers[0].ami", "triggers[0].keyName", "triggers[0].userData"]);
    const others = await deploy({ replaceInstancesOn: ["ami"] });
    assert.deepEqual(draw(others).ignoreChanges, ["triggers[0].keyName", "triggers[0].userData"]);
    assert.deepEqual(triggers(others), triggers(program), "an input that begins to replace draws nothing");
    assert.deepEqual(await drawnAnewFor({ tags: { team: "edge" } }), []);
    assert.deepEqual(await drawnAnewFor({ instanceType: "t3.large" }), ["instanceType"]);
    assert.deepEqual(await drawnAnewFor({ imageId: "ami-0123456789abcdef0", ssh: { user: "ops" } }), ["ami"]);
    const kmsKeyId = "arn:aws:kms:eu-central-1:123456789012:key/1";
    assert.deepEqual(await drawnAnewFor({ rootVolume: { kmsKeyId } }), ["kmsKeyId"]);
  });

  it("takes the image of the distribution and the processor, and logs in as its user", async () => {
    const { connection } = named(program, "edge-lb1-apply").inputs;
    assert.equal((revealed(connection) as Inputs).user, "admin");
    const ubuntu = await deploy({ image: "ubuntu-24.04", instanceType: "t4g.small" });
    assert.equal((revealed(named(ubuntu, "edge-lb1-apply").inputs.connection) as Inputs).user, "ubuntu");
    assert.equal(named(ubuntu, "edge-lb1").inputs.ami, "ami-0d");
    const own = await deploy({ imageId: "ami-0123456789abcdef0", ssh: { user: "ops" } });
    assert.equal(named(own, "edge-lb1").inputs.ami, "ami-0123456789abcdef0");
  });

  it("makes each instance known by a host key of its own, which stays", () => {
    assert.deepEqual(named(program, "edge-lb2-host-key").ignoreChanges, ["*"]);
    const userData = named(program, "edge-lb2").inputs.userData;
    assert.ok(isSecret(userData));
    assert.match(String(revealed(userData)), /^#cloud-config\n\{"ssh_deletekeys":true,"ssh_keys":\{"ed25519_private":/);
    const { hostKey: pinned, host } = revealed(named(program, "edge-lb2-apply").inputs.connection) as Inputs;
    assert.deepEqual([host, pinned], ["198.51.100.32", hostKey("2")]);
  });

  it("goes to the private addresses where a bastion or a VPN leads there", async () => {
    const bastion = { host: "198.51.100.1", hostKey: hostKey("9") };
    const inside = await deploy({ ssh: { connectTo: "private", bastion } });
    const { host, proxy } = revealed(named(inside, "edge-lb2-apply").inputs.connection) as Inputs;
    assert.deepEqual([host, (proxy as Inputs).user], ["172.31.32.7", "admin"]);
  });

  it("keeps private keys out of everything that is shown", () => {
    const key = privateKey.split("\n")[1] as string;
    for (const { name, inputs } of program.registrations) {
      const visible = JSON.stringify(Object.values(inputs).filter((value) => !isSecret(value)));
      assert.ok(!visible.includes("OPENSSH PRIVATE") && !visible.includes(key), name);
    }
  });

  it("configures a machine that is another one, and forgets its commands with it", () => {
    assert.match(shown(program, "edge-lb1-apply"), /\n# node "i-0001"$/);
    assert.equal(named(program, "edge-lb1-apply").deletedWith, named(program, "edge-lb1").urn);
  });

  it("shares the address that AWS gave", () => {
    assert.deepEqual(program.outputs.get(named(program, "edge").urn), {
      address: "203.0.113.7",
      addresses: ["203.0.113.7"],
      nodes: [
        { name: "lb1", privateAddress: "172.31.16.7", publicAddress: "198.51.100.31" },
        { name: "lb2", privateAddress: "172.31.32.7", publicAddress: "198.51.100.32" },
      ],
    });
  });

  it("shares several, with private addresses as the user wants them, and one that exists", async () => {
    const privateAddresses = ["172.31.16.200", "172.31.32.200"];
    const elasticIps = [
      { name: "main" },
      { name: "other", privateAddresses },
      { name: "old", id: "eipalloc-0badcafe" },
    ];
    const others = await deploy({ elasticIps });
    assert.deepEqual(others.errors, []);
    assert.deepEqual(others.outputs.get(named(others, "edge").urn)?.addresses, [
      "203.0.113.7",
      "203.0.113.8",
      "203.0.113.99",
    ]);
    const secondary = named(others, "edge-lb2").inputs.secondaryPrivateIps as string[];
    assert.deepEqual([new Set(secondary).size, secondary[1]], [3, "172.31.32.200"]);
    const [move] = JSON.parse(String(named(others, "edge-policy").inputs.policy)).Statement;
    assert.ok(move.Resource.includes(`${account}:elastic-ip/eipalloc-0badcafe`));
  });

  it("makes nothing that exists already", async () => {
    const existing = { instances: [instance(1), instance(2)], elasticIps: [{ name: "main", id: "eipalloc-0badcafe" }] };
    const given = await deploy({ ...existing, ssh: { user: "admin" } });
    assert.deepEqual([given.errors, tree(given)], [[], [component, ...commands].sort()]);
    const parts = await deploy({
      subnetIds: ["subnet-0000000a", "subnet-0000000b"],
      securityGroupIds: ["sg-00000001"],
      instanceProfile: "balancer",
      ssh: { existingKeyPair: "laptop" },
    });
    assert.deepEqual(parts.errors, []);
    assert.ok(tree(parts).every((name) => !/SecurityGroup|iam|KeyPair/.test(name)));
    const { subnetId, vpcSecurityGroupIds, iamInstanceProfile, keyName } = named(parts, "edge-lb2").inputs;
    assert.deepEqual(
      [subnetId, vpcSecurityGroupIds, iamInstanceProfile, keyName],
      ["subnet-0000000b", ["sg-00000001"], "balancer", "laptop"],
    );
  });

  it("tags everything that it makes", async () => {
    const others = await deploy({ tags: { team: "edge", Name: "ours" } });
    const tagless = ["ha-load-balancer", "command", "aws:iam/rolePolicy:RolePolicy"];
    for (const { type, name, inputs } of others.registrations) {
      if (!tagless.some((one) => type.startsWith(one))) {
        assert.deepEqual(inputs.tags, { team: "edge", Name: "ours" }, name);
      }
    }
    assert.deepEqual(named(program, "edge-main").inputs.tags, { Name: "edge-main" });
  });
});

type Inputs = Readonly<Record<string, unknown>>;
