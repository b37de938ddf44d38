// Rules of a security group as resources of their own, beside a group that lists none.
import assert from "node:assert/strict";
import { DescribeSecurityGroupsCommand, RevokeSecurityGroupIngressCommand } from "@aws-sdk/client-ec2";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { withArgs } from "./pair";

describe("aws provider: rules of security groups", function () {
  this.timeout(5 * 60_000);
  let cloud: Cloud;
  let stack: Stack;
  const securityGroupId = { $output: "group.id" };
  const rules: Resources = {
    group: { type: "SecurityGroup", args: {} },
    web: {
      type: "IngressRule",
      args: { securityGroupId, ipProtocol: "6", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0", description: "web" },
    },
    web6: {
      type: "IngressRule",
      args: { securityGroupId, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv6: "::/0", tags: { a: "b" } },
    },
    vrrp: {
      type: "IngressRule",
      args: { securityGroupId, ipProtocol: "112", referencedSecurityGroupId: securityGroupId },
    },
    out: { type: "EgressRule", args: { securityGroupId, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0" } },
  };

  const group = async () => {
    const { id = "" } = await stack.state("group");
    return (await cloud.aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }))).SecurityGroups?.[0];
  };
  const unchanged = async (resources: Resources) => {
    const again = await stack.preview(cloud.withProvider(resources), {
      refresh: true,
      expectNoChanges: true,
      allowFailure: true,
    });
    assert.equal(again.code, 0, again.stdout);
  };

  before(async () => {
    cloud = await Cloud.start();
    stack = await cloud.stack("rules");
    await stack.up(cloud.withProvider(rules));
    await cloud.changes();
  });

  after(() => cloud?.stop());

  it("have ids of EC2's, and protocols by name", async () => {
    const { id, outputs } = await stack.state("web");
    assert.match(id ?? "", /^sgr-[0-9a-f]{17}$/);
    assert.deepEqual([outputs.ipProtocol, outputs.fromPort, outputs.cidrIpv4], ["tcp", 443, "0.0.0.0/0"]);
    assert.equal((await stack.state("vrrp")).outputs.fromPort, undefined);
    assert.deepEqual((await stack.state("web6")).outputs.tagsAll, { a: "b" });
  });

  it("leave the group as it is: the rules are not the group's own", async () => {
    const found = await group();
    assert.equal(found?.IpPermissions?.length, 2);
    assert.equal(found?.IpPermissionsEgress?.length, 1);
    await unchanged(rules);
    await stack.pulumi.refresh();
    assert.equal(((await stack.state("group")).outputs.ingress as unknown[]).length, 3);
    await unchanged(rules);
  });

  it("change in place, but not from one kind of source to another", async () => {
    const other = withArgs(rules, "web", { fromPort: 8443, toPort: 8443, description: "other" });
    const { changes, stdout } = await stack.up(cloud.withProvider(other));
    assert.deepEqual([changes.update, changes.replace], [1, undefined], stdout);
    assert.deepEqual((await stack.state("web")).outputs.fromPort, 8443);
    await unchanged(other);
    const { cidrIpv4: _, ...args } = other.web?.args ?? {};
    const moved = { ...other, web: { type: "IngressRule", args: { ...args, cidrIpv6: "2001:db8::/32" } } };
    assert.match(shownAbout("web", await stack.preview(cloud.withProvider(moved))), /replace/);
  });

  it("are made anew when they are gone, and deleted without a complaint", async () => {
    const { id: GroupId } = await stack.state("group");
    const revoke = async (name: string) => {
      const { id = "" } = await stack.state(name);
      await cloud.aws.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [id] }));
    };
    await revoke("web");
    const planned = await stack.preview(cloud.withProvider(rules), { refresh: true });
    assert.match(shownAbout("web", planned), /create/, planned.stdout);
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(rules));
    await revoke("vrrp");
    await stack.pulumi.destroy();
  });
});
