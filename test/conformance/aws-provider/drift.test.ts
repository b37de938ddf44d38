// What happens to a stack when AWS changes behind its back, as it does at every failover.
import assert from "node:assert/strict";
import {
  AssociateAddressCommand,
  CreateTagsCommand,
  ReleaseAddressCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { UpdateResult } from "../../lab/pulumi";
import { type Resource, type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { policy, trust } from "./pair";

describe("aws provider: drift", function () {
  this.timeout(5 * 60_000);
  let cloud: Cloud;
  let stack: Stack;
  let free: Resources;
  const address: Resource = { type: "Eip", args: { domain: "vpc" } };

  const idOf = async (name: string) => (await stack.state(name)).id ?? "";
  const outputsOf = async (name: string) => (await stack.state(name)).outputs;
  const secondary = { first: "10.77.16.100", second: "10.77.32.100" } as const;

  /** As the mover does it. */
  const failOver = async (to: keyof typeof secondary) => {
    await cloud.aws.ec2.send(
      new AssociateAddressCommand({
        AllocationId: await idOf("address"),
        NetworkInterfaceId: String((await outputsOf(to)).primaryNetworkInterfaceId),
        PrivateIpAddress: secondary[to],
        AllowReassociation: true,
      }),
    );
  };
  const holder = async () => cloud.aws.control.holderOf(String((await outputsOf("address")).publicIp));
  const refreshed = (resources: Resources): Promise<UpdateResult> =>
    stack.preview(cloud.withProvider(resources), { refresh: true, expectNoChanges: true, allowFailure: true });

  before(async () => {
    cloud = await Cloud.start();
    const subnets = await cloud.aws.subnets();
    const instance = (index: number, ip: string): Resource => ({
      type: "Instance",
      args: {
        ami: "ami-0deb000000000012a",
        instanceType: "t3.small",
        subnetId: subnets[index],
        associatePublicIpAddress: true,
        secondaryPrivateIps: [ip],
      },
    });
    free = {
      address,
      first: { ...instance(0, secondary.first), options: { dependsOn: ["address"] } },
      second: { ...instance(1, secondary.second), options: { dependsOn: ["address"] } },
      role: { type: "Role", args: { assumeRolePolicy: trust } },
    };
    stack = await cloud.stack("drift");
    await stack.up(cloud.withProvider(free));
    await cloud.changes();
  });

  after(() => cloud?.stop());

  it("shows an address that went elsewhere, and plans nothing for it", async () => {
    await failOver("first");
    await stack.pulumi.refresh();
    await failOver("second");
    const again = await refreshed(free);
    assert.equal(again.code, 0, again.stdout);
    assert.deepEqual(Object.keys(again.changes), ["same"]);
    assert.match(shownAbout("address", again), /~ .*address/);
  });

  it("leaves the instances with what they had: the address is on a secondary one of theirs", async () => {
    const before = await outputsOf("second");
    await stack.pulumi.refresh();
    assert.deepEqual(await outputsOf("second"), before);
  });

  it("knows after a refresh where the address is", async () => {
    const { associationId, instance, networkInterface, privateIp, privateDns } = await outputsOf("address");
    assert.match(String(associationId), /^eipassoc-/);
    assert.equal(instance, await idOf("second"));
    assert.equal(networkInterface, (await outputsOf("second")).primaryNetworkInterfaceId);
    assert.deepEqual([privateIp, privateDns], ["10.77.32.100", "ip-10-77-32-100.eu-central-1.compute.internal"]);
  });

  it("moves nothing, refreshed or not", async () => {
    await failOver("first");
    await stack.up(cloud.withProvider(free));
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(free));
    assert.deepEqual(await cloud.changes(), []);
    assert.equal(await holder(), await idOf("first"));
  });

  it("drags the address back where an Eip names an instance", async () => {
    const { first, second } = free;
    const managed = {
      first: { ...first, options: {} },
      second: { ...second, options: {} },
      address: { ...address, args: { ...address.args, instance: { $output: "first.id" } } },
    } as Resources;
    await stack.up(cloud.withProvider(managed));
    await failOver("second");
    const again = await refreshed(managed);
    assert.notEqual(again.code, 0, again.stdout);
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(managed));
    assert.equal(await holder(), await idOf("first"));
    await stack.up(cloud.withProvider(free));
  });

  it("drags the address back where an EipAssociation is managed", async () => {
    const managed: Resources = {
      ...free,
      association: {
        type: "EipAssociation",
        args: {
          allocationId: { $output: "address.id" },
          networkInterfaceId: { $output: "first.primaryNetworkInterfaceId" },
          privateIpAddress: secondary.first,
          allowReassociation: true,
        },
      },
    };
    await stack.up(cloud.withProvider(managed));
    await failOver("second");
    const again = await refreshed(managed);
    assert.notEqual(again.code, 0, again.stdout);
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(managed));
    assert.equal(await holder(), await idOf("first"));
    await stack.up(cloud.withProvider(free));
  });

  it("shows policies that others gave to a role, and leaves them", async () => {
    const PolicyDocument = policy("ec2:DescribeAddresses");
    const RoleName = await idOf("role");
    await cloud.aws.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "stray", PolicyDocument }));
    const again = await refreshed(free);
    assert.equal(again.code, 0, again.stdout);
    await stack.pulumi.refresh();
    assert.deepEqual((await outputsOf("role")).inlinePolicies, [{ name: "stray", policy: PolicyDocument }]);
  });

  it("makes anew what is gone, an instance that was terminated as well", async () => {
    const gone = await idOf("second");
    await cloud.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [gone] }));
    const planned = await stack.preview(cloud.withProvider(free), { refresh: true });
    assert.equal(planned.changes.create, 1, planned.stdout);
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(free));
    assert.notEqual(await idOf("second"), gone);
  });

  it("puts right tags that were changed", async () => {
    const tags = [{ Key: "stray", Value: "yes" }];
    await cloud.aws.ec2.send(new CreateTagsCommand({ Resources: [await idOf("first")], Tags: tags }));
    await stack.pulumi.refresh();
    const { changes, stdout } = await stack.up(cloud.withProvider(free));
    assert.deepEqual([changes.update, changes.replace], [1, undefined], stdout);
    assert.deepEqual((await outputsOf("first")).tagsAll, {});
  });

  it("destroys what is partly gone already, and an address whose instance held it", async () => {
    await failOver("second");
    await cloud.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [await idOf("first")] }));
    await stack.pulumi.destroy();
    assert.deepEqual((await cloud.aws.control.state()).addresses, []);
  });

  it("destroys an address that was given back already", async () => {
    await stack.up(cloud.withProvider({ address }));
    await cloud.aws.ec2.send(new ReleaseAddressCommand({ AllocationId: await idOf("address") }));
    await stack.pulumi.destroy();
  });
});
