// AWS in the lab with real machines: an instance boots, an Elastic IP moves the traffic, security groups filter, and the
// metadata gives credentials that move the address.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import type { Readable } from "node:stream";
import { needsLab } from "../../setup/needsLab";
import { Probes } from "../cloud/probes";
import { Lab, type SlotName, until } from "../lab";
import { awsApi } from "../layout";
import type { Namespace } from "../namespace";
import { remainsOf } from "../remains";
import { askAws, elementOf } from "./ask";
import { AwsControl } from "./control";

const labName = `a${process.pid}`;
const image = "ami-0deb000000000012a";

interface Node {
  readonly id: string;
  readonly eni: string;
  readonly slot: SlotName;
  readonly main: string;
  readonly secondary: string;
}

describe("AWS in the lab", function () {
  // A machine of ours that has no base image yet builds one first.
  this.timeout(15 * 60_000);
  let lab: Lab;
  let control: AwsControl;
  let probes: Probes;
  let canRun = false;
  let group: string;
  let one: Node;
  let two: Node;
  let eip: { id: string; address: string };

  before(async function () {
    needsLab(this);
    canRun = true;
    lab = await Lab.up(labName, { cloud: "aws" });
    control = AwsControl.of(lab.stateDir);
    probes = new Probes(lab);
  });

  after(async () => {
    if (!canRun) return;
    await Lab.down(labName);
    await until("the remains to be gone", () => remainsOf(labName).length === 0, 2_000).catch(() => {});
    assert.deepEqual(remainsOf(labName), []);
  });

  it("boots instances that run their user data", async () => {
    await makeGroup();
    [one, two] = [await makeInstance("one"), await makeInstance("two")];
    await Promise.all([one, two].map(({ slot }) => lab.machine(slot).waitUntilUp()));
    const { slot, main } = one;
    assert.equal(await lab.machine(slot).must("cloud-init status --wait >/dev/null; cat /etc/made"), "one\n");
    assert.equal(await lab.machine(slot).must("hostname"), `ip-${main.replaceAll(".", "-")}\n`);
    assert.equal(await probes.pings(slot, two.main), true);
    assert.equal(await probes.pings(slot, two.secondary), true);
  });

  it("sends the traffic for an Elastic IP to the private address that it is associated with", async () => {
    const allocated = await ask({ Action: "AllocateAddress", Domain: "vpc" });
    eip = { id: elementOf(allocated, "allocationId"), address: elementOf(allocated, "publicIp") };
    for (const { slot, secondary } of [one, two]) {
      // On that address alone.
      const serve = `python3 -m http.server --directory /etc --bind ${secondary} 80`;
      await lab.machine(slot).must(`systemd-run --quiet --unit=serve ${serve}`);
      await until(`${slot} to serve`, async () => (await from(slot, `http://${secondary}/made`)).code === 0, 10_000);
    }
    for (const node of [one, two, one]) {
      await associate(node);
      for (const source of [probes.client, lab.operator]) assert.equal(await served(source), nameOf(node));
    }
    assert.deepEqual(await lab.routes(), [{ address: eip.address, slot: one.slot }]);
    const seen = await lab.machine(one.slot).must("journalctl --unit=serve --output=cat --no-pager");
    assert.match(seen, /^198\.51\.100\.3 - - .*GET \/made/m, "the client's own address");
  });

  it("ends connections to the instance that an Elastic IP leaves", async () => {
    const script = "exec 3<>/dev/tcp/$0/80; echo open; read go; printf 'GET /made HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
    const open = probes.client.spawn("bash", ["-c", script, eip.address], { stdio: ["pipe", "pipe", "pipe"] });
    const [said, complained] = [open.stdout, open.stderr].map((stream) => createInterface(stream as Readable));
    await once(said as Interface, "line");
    await associate(two);
    open.stdin?.write("go\n");
    assert.match(String(await once(complained as Interface, "line")), /reset by peer/);
    assert.equal(await served(probes.client), "two\n");
  });

  it("lets in what the security group says, on both links", async () => {
    const third = await makeInstance("three", await defaultGroup());
    await lab.machine(third.slot).waitUntilUp();
    assert.equal(await hears(two, one, 112), true, "from a member");
    assert.equal(await hears(two, third, 112), false, "from a third host");
    assert.equal((await from(third.slot, `http://${two.secondary}/made`)).code, 0, "everybody may use port 80");
    assert.equal(await probes.pings(third.slot, two.main), false);
    assert.equal(await probes.get(`${lab.machine(third.slot).publicAddress}`), "", "nobody may use the third host's");
    await ask({ Action: "TerminateInstances", "InstanceId.1": third.id });
    assert.throws(() => lab.machine(third.slot), /no machine/);
  });

  it("gives an instance credentials of its role, which move the address from there", async () => {
    assert.equal((await from(one.slot, "http://169.254.169.254/latest/meta-data/instance-id")).stdout, "");
    assert.equal(await lab.machine(one.slot).must(metadata("instance-id")), one.id);
    assert.equal(await lab.machine(two.slot).must(metadata("instance-id")), two.id);
    assert.equal(await lab.machine(one.slot).must(metadata("public-ipv4")), lab.machine(one.slot).publicAddress);
    await giveRole(one);
    assert.equal(await lab.machine(one.slot).must(metadata("iam/security-credentials/")), "pair");
    assert.match(await claimFrom(one), /<associationId>/);
    assert.equal(await control.holderOf(eip.address), one.id);
    assert.equal(await served(probes.client), "one\n");
    await control.expireCredentials();
    assert.match(await claimFrom(one), /<associationId>/, "new credentials are there at once");
    await associate(two);
  });

  it("moves the address away from an instance that is dead", async () => {
    await lab.fault("power-off", two.slot);
    assert.equal(await served(probes.client), "");
    await associate(one);
    assert.equal(await served(probes.client), "one\n");
    await lab.heal();
  });

  const nameOf = (node: Node) => (node === one ? "one\n" : "two\n");
  const served = async (namespace: Namespace) =>
    (await namespace.run("curl", ["--silent", "--max-time", "1", `http://${eip.address}/made`])).stdout;
  const from = (slot: SlotName, url: string) => lab.machine(slot).run(`curl --silent --fail --max-time 2 ${url}`);

  const ask = (parameters: Readonly<Record<string, string>>) => askAws(lab, parameters);

  async function makeGroup(): Promise<void> {
    const vpc = elementOf(await ask({ Action: "DescribeVpcs" }), "vpcId");
    const made = { Action: "CreateSecurityGroup", GroupName: "pair", GroupDescription: "pair", VpcId: vpc };
    group = elementOf(await ask(made), "groupId");
    await ask({
      Action: "AuthorizeSecurityGroupIngress",
      GroupId: group,
      ...permission(1, "tcp", "80", { "IpRanges.1.CidrIp": "0.0.0.0/0" }),
      ...permission(2, "112", "-1", { "Groups.1.GroupId": group }),
      ...permission(3, "icmp", "-1", { "Groups.1.GroupId": group }),
    });
  }

  const permission = (at: number, protocol: string, port: string, source: object) =>
    Object.fromEntries(
      Object.entries({ IpProtocol: protocol, FromPort: port, ToPort: port, ...source }).map(([name, text]) => [
        `IpPermissions.${at}.${name}`,
        String(text),
      ]),
    );

  const defaultGroup = async () =>
    elementOf(
      await ask({ Action: "DescribeSecurityGroups", "Filter.1.Name": "group-name", "Filter.1.Value.1": "default" }),
      "groupId",
    );

  async function makeInstance(name: string, securityGroup = group): Promise<Node> {
    const script = `#!/bin/sh\necho ${name} >/etc/made\n`;
    const nic = {
      DeviceIndex: "0",
      AssociatePublicIpAddress: "true",
      SecondaryPrivateIpAddressCount: "1",
      SubnetId: elementOf(await ask({ Action: "DescribeSubnets" }), "subnetId"),
      "SecurityGroupId.1": securityGroup,
    };
    const answer = await ask({
      Action: "RunInstances",
      ImageId: image,
      InstanceType: "t4g.small",
      MinCount: "1",
      MaxCount: "1",
      UserData: Buffer.from(script).toString("base64"),
      ...Object.fromEntries(Object.entries(nic).map(([key, text]) => [`NetworkInterface.1.${key}`, text])),
    });
    const id = elementOf(answer, "instanceId");
    const { instances } = await control.state();
    const { slot, privateIps: [main = "", secondary = ""] = [] } = instances.find((found) => found.id === id) ?? {};
    return { id, eni: elementOf(answer, "networkInterfaceId"), slot: slot as SlotName, main, secondary };
  }

  const claim = ({ eni, secondary }: Node) => ({
    Action: "AssociateAddress",
    AllocationId: eip.id,
    NetworkInterfaceId: eni,
    PrivateIpAddress: secondary,
    AllowReassociation: "true",
  });

  const associate = (node: Node) => ask(claim(node));

  /** Whether a packet of a protocol gets from one to another on the private link. */
  async function hears(to: Node, sender: Node, protocol: number): Promise<boolean> {
    const listen = `import socket; s = socket.socket(socket.AF_INET, socket.SOCK_RAW, ${protocol}); s.settimeout(2); s.recv(99)`;
    const heard = lab.machine(to.slot).run(`python3 -c '${listen}'`);
    const say = `import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_RAW, ${protocol})
for _ in range(10): s.sendto(b"x", ("${to.main}", 0)); time.sleep(0.1)`;
    await lab.machine(sender.slot).run("python3 -", { input: say });
    return (await heard).code === 0;
  }

  /** What a shell on an instance reads there, by version 2. */
  const metadata = (path: string) =>
    `token=$(curl --silent --fail --request PUT --header "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token)
curl --silent --fail --header "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/${path}`;

  async function giveRole(node: Node): Promise<void> {
    const iam = (parameters: Readonly<Record<string, string>>) => askAws(lab, parameters, "iam");
    const trusted = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
    const arn = (resource: string) => `arn:aws:ec2:${awsApi.region}:123456789012:${resource}`;
    const resources = [`elastic-ip/${eip.id}`, `network-interface/${node.eni}`].map(arn);
    const allowed = { Effect: "Allow", Action: "ec2:AssociateAddress", Resource: resources };
    await iam({ Action: "CreateRole", RoleName: "pair", AssumeRolePolicyDocument: policy(trusted) });
    await iam({ Action: "PutRolePolicy", RoleName: "pair", PolicyName: "move", PolicyDocument: policy(allowed) });
    await iam({ Action: "CreateInstanceProfile", InstanceProfileName: "pair" });
    await iam({ Action: "AddRoleToInstanceProfile", InstanceProfileName: "pair", RoleName: "pair" });
    const profile = { "IamInstanceProfile.Name": "pair" };
    await ask({ Action: "AssociateIamInstanceProfile", InstanceId: node.id, ...profile });
  }

  /** With what the metadata gives, by the name that machines know EC2 by. */
  function claimFrom(node: Node): Promise<string> {
    const fields = Object.entries({ ...claim(node), Version: "2016-11-15" }).map(
      ([name, text]) => `--data-urlencode '${name}=${text}'`,
    );
    const script = `set -eu
credentials=$(${metadata("iam/security-credentials/pair")})
field() { printf '%s' "$credentials" | python3 -c "import json, sys; print(json.load(sys.stdin)['$1'])"; }
curl --silent --fail-with-body --config - ${fields.join(" ")} https://ec2.${awsApi.region}.amazonaws.com/ <<END
user = "$(field AccessKeyId):$(field SecretAccessKey)"
header = "X-Amz-Security-Token: $(field Token)"
aws-sigv4 = "aws:amz:${awsApi.region}:ec2"
END
`;
    return lab.machine(node.slot).must(script);
  }
});

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
