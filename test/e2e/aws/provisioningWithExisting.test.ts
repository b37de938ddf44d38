// What an account has already is used, and stays: network, security group, role, key, address, and instances.
import assert from "node:assert/strict";
import type { Lab } from "../../lab/lab";
import { audit } from "../../pair/audit";
import { type AwsSettings, Pair } from "../../pair/pair";
import { ec2 } from "../../pair/platforms/aws";
import { leftOn, takeOff } from "../../pair/takeOff";
import { withLab } from "../labForTests";
import { reach } from "../reach";
import { makeInstance, makeParts, type Parts, removeParts, terminate } from "./parts";
import { awsCloud } from "./tested";

describe("a pair on AWS beside what is there already", function () {
  this.timeout(600_000);
  let lab: Lab;
  let parts: Parts;
  let before: readonly string[];

  withLab(
    "aws-provisioning",
    async (started) => {
      lab = started;
      parts = await makeParts(lab);
      before = await inventory();
    },
    { cloud: "aws" },
  );
  after(() => parts && removeParts(lab, parts));

  const inventory = async () => (await awsCloud.hand(lab).inventory()).toSorted();
  const running = async () => (await ec2(lab).state()).instances.filter(({ state }) => state === "running");

  it("takes its subnets, group, role, key and address from the account, and leaves them there", async () => {
    const pair = await Pair.prepare(lab, { aws: brought() }, "parts");
    const { changes, outputs } = await pair.up();
    // Program, component, and for each of two instances itself, a host key, what draws its addresses, and two commands.
    assert.deepEqual(changes, { create: 12 });
    assert.equal(outputs.address, parts.address);
    await audit(pair);
    const address = pair.host("lb1").publicAddress ?? "";
    const found = [22, 80, 8405].map((port) => reach(lab.client, address, port));
    assert.deepEqual(await Promise.all(found), ["silent", "open", "silent"]);
    await pair.pulumi.destroy();
    assert.deepEqual(await inventory(), before);
    assert.equal(await ec2(lab).holderOf(parts.address), null);
  });

  it("configures two instances that are there, and leaves them serving until it is taken off them", async () => {
    const instances = [];
    for (const subnetId of parts.subnetIds) instances.push(await makeInstance(lab, parts, subnetId));
    const { elasticIps } = brought();
    const pair = await Pair.prepare(lab, { aws: { elasticIps, instances, ssh: { user: "admin" } } }, "instances");
    const { changes, outputs } = await pair.up();
    assert.deepEqual(changes, { create: 6 });
    assert.equal(outputs.address, parts.address);
    await audit(pair);
    await pair.pulumi.destroy();
    assert.equal((await running()).length, 2);
    for (const name of [await pair.standby(), await pair.active()]) {
      assert.ok(await pair.answers(), "clients are served to the end");
      await takeOff(pair.host(name));
      assert.deepEqual(await leftOn(pair.host(name), pair.addresses), []);
    }
    await terminate(
      lab,
      instances.map(({ id }) => id),
    );
    assert.deepEqual(await inventory(), before);
  });

  function brought(): AwsSettings {
    return {
      subnetIds: [...parts.subnetIds],
      vpcId: parts.vpcId,
      securityGroupIds: [parts.securityGroupId],
      instanceProfile: parts.instanceProfile,
      elasticIps: [{ name: "main", id: parts.allocationId }],
      ssh: { existingKeyPair: parts.keyPair },
    };
  }
});
