// Elastic IPs and who may move them: associations with secondary private addresses, and the resources of policies.
import assert from "node:assert/strict";
import {
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DisassociateAddressCommand,
  type Instance,
  ReleaseAddressCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { AwsForTests, type Credentials, existing, refusal } from "./awsForTests";

interface Node {
  readonly id: string;
  readonly eni: string;
  readonly main: string;
  readonly secondary: string;
}

describe("aws: Elastic IPs", function () {
  this.timeout(5 * 60_000);
  let aws: AwsForTests;
  let one: Node;
  let two: Node;
  let eip: { id: string; address: string };
  let other: { id: string; address: string };

  before(async () => {
    aws = await AwsForTests.start();
    [one, two] = [nodeOf(await aws.instance()), nodeOf(await aws.instance())];
    [eip, other] = [await aws.elasticIp(), await aws.elasticIp()];
  });
  afterEach(() => aws.control.reset());
  after(() => aws.stop());

  it("are the lab's, and nobody's at first", async () => {
    assert.deepEqual([eip.address, other.address], ["203.0.113.201", "203.0.113.202"]);
    assert.equal(await aws.control.holderOf(eip.address), null);
  });

  it("go to a secondary private address, and the instance keeps its own public one", async () => {
    await associate(one);
    assert.deepEqual(aws.machines.calls.at(-1), `route ${eip.address} srv1 as ${one.secondary}`);
    const { InstanceId, NetworkInterfaceId, PrivateIpAddress, AssociationId } = await described();
    assert.deepEqual([InstanceId, NetworkInterfaceId, PrivateIpAddress], [one.id, one.eni, one.secondary]);
    assert.match(AssociationId ?? "", /^eipassoc-/);
    assert.equal(await publicAddress(one), "198.51.100.31");
    const { NetworkInterfaces = [] } = await aws.ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [one.eni] }),
    );
    const { PrivateIpAddresses = [] } = existing(NetworkInterfaces[0]);
    assert.deepEqual(
      PrivateIpAddresses.map((found) => [
        found.PrivateIpAddress,
        found.Association?.PublicIp,
        found.Association?.AllocationId,
      ]),
      [
        [one.main, "198.51.100.31", undefined],
        [one.secondary, eip.address, eip.id],
      ],
    );
  });

  it("move by one call, without a disassociation before", async () => {
    await associate(two);
    assert.equal((await described()).InstanceId, two.id);
    assert.deepEqual(
      (await aws.control.moves()).map(({ address, from, to }) => [address, from, to]),
      [[eip.address, one.id, two.id]],
    );
    const { AssociationId } = await described();
    await associate(two);
    assert.equal((await described()).AssociationId, AssociationId, "already there");
    assert.equal((await aws.control.moves()).length, 1);
  });

  it("stay where they are unless the call allows a reassociation", async () => {
    assert.equal(await refusal(associate(one, { AllowReassociation: false })), "Resource.AlreadyAssociated");
    assert.equal(await aws.control.holderOf(eip.address), two.id);
  });

  it("push out another one that the private address had", async () => {
    const more = { AllocationId: other.id };
    assert.equal(await refusal(associate(two, { ...more, AllowReassociation: false })), "Resource.AlreadyAssociated");
    await associate(two, more);
    assert.equal(await aws.control.holderOf(eip.address), null);
    assert.equal(await aws.control.holderOf(other.address), two.id);
    await aws.ec2.send(new DisassociateAddressCommand({ AssociationId: (await described(other)).AssociationId }));
    assert.equal(await aws.control.holderOf(other.address), null);
    assert.equal(aws.machines.routes.has(other.address), false);
  });

  it("take the place of the automatic public address where they go to the main private one", async () => {
    await associate(one, { PrivateIpAddress: undefined });
    assert.equal(await publicAddress(one), eip.address);
    await associate(two);
    assert.equal(await publicAddress(one), "198.51.100.31");
  });

  it("do not go to what is not there", async () => {
    const refused = (options: object) => refusal(associate(one, options));
    assert.equal(await refused({ AllocationId: "eipalloc-0123456789abcdef0" }), "InvalidAllocationID.NotFound");
    assert.equal(await refused({ NetworkInterfaceId: "eni-0123456789abcdef0" }), "InvalidNetworkInterfaceID.NotFound");
    assert.equal(await refused({ PrivateIpAddress: two.secondary }), "InvalidParameterValue");
    assert.equal(await refused({ DryRun: true }), "DryRunOperation");
    assert.equal(await aws.control.holderOf(eip.address), two.id);
  });

  it("move traffic as long after the call as is set", async () => {
    await aws.control.delays({ AssociateAddress: 0.2, traffic: 0.3 });
    const begun = Date.now();
    await associate(one);
    const answered = Date.now() - begun;
    assert.ok(answered >= 200 && answered < 480, `${answered} ms`);
    assert.equal((await described()).InstanceId, one.id);
    assert.equal(aws.machines.routes.get(eip.address), "srv2");
    await new Promise((waited) => setTimeout(waited, 400));
    assert.equal(aws.machines.routes.get(eip.address), "srv1");
  });

  it("are nobody's when the instance is terminated, and gone when they are released", async () => {
    const third = nodeOf(await aws.instance());
    await associate(third, { AllocationId: other.id });
    assert.equal(aws.machines.routes.get(other.address), "srv3");
    await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [third.id] }));
    assert.equal(await aws.control.holderOf(other.address), null);
    assert.equal(aws.machines.routes.has(other.address), false);
    await aws.ec2.send(new ReleaseAddressCommand({ AllocationId: other.id }));
    await assert.rejects(aws.control.holderOf(other.address), /There is no Elastic IP/);
    other = await aws.elasticIp();
  });

  describe("for who has a policy", () => {
    let user: Credentials;
    const arn = (resource: string) => `arn:aws:ec2:eu-central-1:123456789012:${resource}`;
    const describing = { Effect: "Allow", Action: "ec2:DescribeAddresses", Resource: "*" };
    const allowing = (...resources: string[]) => ({
      Effect: "Allow",
      Action: "ec2:AssociateAddress",
      Resource: resources.map(arn),
    });
    const right = () =>
      allowing(`elastic-ip/${eip.id}`, `network-interface/${one.eni}`, `network-interface/${two.eni}`);
    const may = (...statements: object[]) => aws.allow("pair", statements);

    before(async () => {
      user = await aws.user("pair", [describing]);
    });
    beforeEach(() => associate(two));

    it("refuse what the policy does not name, each by its name", async () => {
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
      await may(right());
      const describe = aws.ec2As(user).send(new DescribeAddressesCommand());
      assert.equal(await refusal(describe), "UnauthorizedOperation");
    });

    it("move by the address and the interfaces that it names", async () => {
      await may(describing, right());
      await associate(one, {}, user);
      await associate(two, {}, user);
      assert.equal(await aws.control.holderOf(eip.address), two.id);
    });

    it("refuse any other address, and any other interface", async () => {
      await may(allowing(`elastic-ip/${other.id}`, `network-interface/${one.eni}`));
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
      await may(allowing(`elastic-ip/${eip.id}`, `network-interface/${two.eni}`));
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
      await associate(two, {}, user);
      await may(allowing(`elastic-ip/${eip.id}`));
      assert.equal(await refusal(associate(two, {}, user)), "UnauthorizedOperation");
    });

    it("refuse the right resource in another region or account", async () => {
      const elsewhere = (text: string) => ({
        ...right(),
        Resource: right().Resource.map((name) => name.replace(...split(text))),
      });
      await may(elsewhere("eu-central-1 eu-west-1"));
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
      await may(elsewhere("123456789012 210987654321"));
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
    });

    it("read wildcards, denials and conditions", async () => {
      await may(allowing("elastic-ip/*", "network-interface/eni-*"));
      await associate(one, {}, user);
      await may({ Effect: "Allow", Action: "ec2:Associate*", Resource: "*" }, { ...right(), Effect: "Deny" });
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
      const inRegion = (name: string) => ({ ...right(), Condition: { StringEquals: { "aws:RequestedRegion": name } } });
      await may(inRegion("eu-central-1"));
      await associate(one, {}, user);
      await may(inRegion("eu-west-1"));
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
      await may({ ...right(), Condition: { Bool: { "aws:SomethingUnknown": "true" } } });
      assert.equal(await refusal(associate(one, {}, user)), "UnauthorizedOperation");
      await may({ Effect: "Allow", NotAction: "ec2:Disassociate*", NotResource: arn("instance/*") });
      await associate(one, {}, user);
    });

    it("refuse who signs with a wrong secret, whatever he may do", async () => {
      await may(right());
      assert.equal(await refusal(associate(one, {}, { ...user, secretAccessKey: "wrong" })), "AuthFailure");
      assert.equal(await refusal(associate(one, {}, { ...user, accessKeyId: "AKIA0000000000000000" })), "AuthFailure");
      const token = { ...user, sessionToken: "none" };
      assert.equal(await refusal(associate(one, {}, token)), "AuthFailure");
    });

    it("are told the same by curl, in EC2's own words", async () => {
      await may(right());
      const claim = {
        Action: "AssociateAddress",
        AllocationId: eip.id,
        NetworkInterfaceId: one.eni,
        PrivateIpAddress: one.secondary,
        AllowReassociation: "true",
      };
      const moved = await aws.curl(user, claim);
      assert.equal(moved.status, 200);
      assert.match(moved.body, /<associationId>eipassoc-[0-9a-f]+<\/associationId>/);
      const refused = await aws.curl(user, { ...claim, AllocationId: other.id });
      assert.equal(refused.status, 403);
      assert.match(
        refused.body,
        /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Response><Errors><Error><Code>UnauthorizedOperation<\/Code><Message>You are not authorized to perform this operation\. User: arn:aws:iam::123456789012:user\/pair is not authorized to perform: ec2:AssociateAddress on resource: arn:aws:ec2:eu-central-1:123456789012:elastic-ip\/eipalloc-[0-9a-f]+ because/,
      );
      const [last] = (await aws.control.requests()).slice(-1);
      assert.deepEqual([last?.action, last?.status, last?.code], ["AssociateAddress", 403, "UnauthorizedOperation"]);
    });
  });

  function associate(node: Node, options: object = {}, credentials: Credentials = aws.admin) {
    return aws.ec2As(credentials).send(
      new AssociateAddressCommand({
        AllocationId: eip.id,
        NetworkInterfaceId: node.eni,
        PrivateIpAddress: node.secondary,
        AllowReassociation: true,
        ...options,
      }),
    );
  }

  async function described({ id } = eip) {
    const { Addresses = [] } = await aws.ec2.send(new DescribeAddressesCommand({ AllocationIds: [id] }));
    return existing(Addresses[0]);
  }

  async function publicAddress({ id }: Node) {
    const { Reservations = [] } = await aws.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    return Reservations[0]?.Instances?.[0]?.PublicIpAddress;
  }
});

function nodeOf({ InstanceId = "", NetworkInterfaces = [] }: Instance): Node {
  const { NetworkInterfaceId = "", PrivateIpAddresses = [] } = existing(NetworkInterfaces[0]);
  const [main = "", secondary = ""] = PrivateIpAddresses.map(({ PrivateIpAddress }) => PrivateIpAddress);
  return { id: InstanceId, eni: NetworkInterfaceId, main, secondary };
}

const split = (text: string): [string, string] => {
  const [one = "", two = ""] = text.split(" ");
  return [one, two];
};
