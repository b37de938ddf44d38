// What is AWS's own about a pair: where it stands, what its role may do, and addresses that its nodes may have already.
import assert from "node:assert/strict";
import { askAws, elementOf, elementsOf } from "../../../lab/aws/ask";
import { audit } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { ec2 } from "../../../pair/platforms/aws";
import { type CloudPair, withCloudPair } from "../../cloud/cloudPair";
import { PairRole } from "../role";
import { awsCloud } from "../tested";

describe("a pair on AWS", function () {
  this.timeout(120_000);
  let cloudPair: CloudPair;
  let active: LoadBalancerName;
  let standby: LoadBalancerName;
  withCloudPair(awsCloud, (ready) => {
    cloudPair = ready;
  });
  beforeEach(async () => {
    active = await cloudPair.begin();
    standby = other(active);
  });

  it("comes up with its address claimed and verified", async () => {
    await audit(cloudPair.pair);
    assert.equal((await cloudPair.pair.status("lb1")).holder, active);
  });

  it("has a role that may move this address to these two interfaces, see where it is, and nothing else", async () => {
    const role = new PairRole(cloudPair.lab);
    const [move, see, ...others] = await role.statements();
    const arn = (resource: string) => `arn:aws:ec2:eu-central-1:123456789012:${resource}`;
    const { addresses } = await ec2(cloudPair.lab).state();
    const interfaces = elementsOf(await askAws(cloudPair.lab, { Action: "DescribeInstances" }), "networkInterfaceId");
    const resources = [
      ...addresses.map(({ allocation }) => `elastic-ip/${allocation}`),
      ...new Set(interfaces.map((id) => `network-interface/${id}`)),
    ];
    assert.equal(resources.length, 3);
    assert.deepEqual(
      [move?.Effect, move?.Action, [...(move?.Resource ?? [])].sort()],
      ["Allow", "ec2:AssociateAddress", resources.map(arn).sort()],
    );
    assert.deepEqual([see?.Effect, see?.Action, see?.Resource], ["Allow", "ec2:DescribeAddresses", "*"]);
    assert.deepEqual([others, await role.attached()], [[], []]);
    const trust = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } };
    assert.deepEqual(await role.trusted(), [trust]);
  });

  it("takes over in another availability zone, by one call", async () => {
    const zones = [await zoneOf(active), await zoneOf(standby)];
    assert.notEqual(zones[0], zones[1]);
    await cloudPair.hold(active, true);
    assert.equal(await cloudPair.settled(), standby);
    assert.equal(await ec2(cloudPair.lab).holderOf(cloudPair.address), cloudPair.idOf(standby));
    assert.equal((await cloudPair.claimsOf(standby)).length, 1);
  });

  it("takes over although another Elastic IP is where this one is to go", async () => {
    const { lab } = cloudPair;
    const allocated = await askAws(lab, { Action: "AllocateAddress", Domain: "vpc" });
    try {
      const another = elementOf(allocated, "publicIp");
      await cloudPair.hand.sendTo(another, cloudPair.idOf(standby));
      assert.equal(await ec2(lab).holderOf(another), cloudPair.idOf(standby));
      await cloudPair.hold(active, true);
      assert.equal(await cloudPair.settled(), standby);
      assert.equal((await cloudPair.claimsOf(standby)).length, 1);
      assert.deepEqual(await cloudPair.moves(), [standby]);
      assert.equal(await ec2(lab).holderOf(another), null);
    } finally {
      await askAws(lab, { Action: "ReleaseAddress", AllocationId: elementOf(allocated, "allocationId") });
    }
  });

  async function zoneOf(name: LoadBalancerName): Promise<string> {
    const parameters = { Action: "DescribeInstances", "InstanceId.1": cloudPair.idOf(name) };
    return elementOf(await askAws(cloudPair.lab, parameters), "availabilityZone");
  }
});
