// The resources of a pair from create to destroy. One stack goes through its life in `before`; each test looks at one
// behaviour of it.
import assert from "node:assert/strict";
import { DescribeInstancesCommand, DescribeSecurityGroupsCommand, DescribeTagsCommand } from "@aws-sdk/client-ec2";
import { tables } from "../../lab/providers/aws/tables/tables";
import { checkInputs } from "../../lab/providers/protocol/inputs";
import type { Properties } from "../../lab/providers/protocol/values";
import type { ResourceState, UpdateResult } from "../../lab/pulumi";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { pairIn, policy, publicKey, rule, userData, withArgs } from "./pair";

type Outputs = Readonly<Record<string, unknown>>;

describe("aws provider: life cycle", function () {
  this.timeout(5 * 60_000);
  let cloud: Cloud;
  let stack: Stack;
  let pair: Resources;
  let previewed: { readonly result: UpdateResult; readonly changes: readonly string[] };
  const created: Record<string, ResourceState & { readonly outputs: Outputs }> = {};
  let createChanges: readonly string[];

  before(async () => {
    cloud = await Cloud.start();
    pair = pairIn(await cloud.aws.subnets());
    stack = await cloud.stack("lifecycle");
    const resources = cloud.withProvider(pair);
    previewed = { result: await stack.preview(resources), changes: await cloud.changes() };
    await stack.up(resources);
    createChanges = await cloud.changes();
    for (const name of Object.keys(pair)) {
      created[name] = await stack.state(name);
    }
  });

  after(() => cloud?.stop());

  const outputs = (name: string): Outputs => created[name]?.outputs ?? {};
  const tagsOf = async (id: unknown) => {
    const filters = [{ Name: "resource-id", Values: [String(id)] }];
    const { Tags = [] } = await cloud.aws.ec2.send(new DescribeTagsCommand({ Filters: filters }));
    return Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value]));
  };

  it("changes nothing in a preview", () => {
    assert.equal(previewed.result.changes.create, Object.keys(pair).length + 2);
    assert.deepEqual(previewed.changes, []);
  });

  it("has the outputs that the SDK says, of its types", () => {
    for (const [name, { type, outputs: state }] of Object.entries(created)) {
      const { inputs, prepared, outputs: others } = tables[type] ?? assert.fail(`there is no table of ${type}`);
      const { id: _, ...own } = state as Properties;
      const known = Object.entries({ ...inputs, ...prepared, ...others });
      // What the double does not take may be told nevertheless.
      const told = known.map(([key, { missingInDouble, ...property }]) => [key, property]);
      assert.deepEqual(checkInputs(Object.fromEntries(told), own).failures, [], name);
      const always = known.filter(([key, property]) => !inputs[key] || property.required).map(([key]) => key);
      assert.deepEqual(
        always.filter((key) => own[key] === undefined),
        [],
        `${name} lacks outputs`,
      );
    }
  });

  it("has the ids that the Terraform provider has", () => {
    assert.match(created.first?.id ?? "", /^i-[0-9a-f]{17}$/);
    assert.match(created.group?.id ?? "", /^sg-[0-9a-f]{17}$/);
    assert.match(created.address?.id ?? "", /^eipalloc-[0-9a-f]{17}$/);
    assert.equal(created.role?.id, outputs("role").name);
    assert.equal(created.profile?.id, outputs("profile").name);
    assert.equal(created.policy?.id, `${outputs("role").name}:${outputs("policy").name}`);
    assert.equal(created.key?.id, outputs("key").keyName);
  });

  it("names what has no name after the resource, with seven hexadecimal digits, and no instances or addresses", () => {
    for (const name of ["group", "role", "profile", "policy"]) {
      assert.match(String(outputs(name).name), new RegExp(`^${name}-[0-9a-f]{7}$`));
    }
    assert.match(String(outputs("key").keyName), /^key-[0-9a-f]{7}$/);
    for (const name of ["first", "address"]) {
      assert.deepEqual(Object.keys(outputs(name).tagsAll as object).includes("Name"), false);
    }
  });

  it("waits until an instance runs and has its addresses", async () => {
    const { instanceState, publicIp, privateIp, secondaryPrivateIps, primaryNetworkInterfaceId } = outputs("first");
    assert.equal(instanceState, "running");
    assert.match(String(publicIp), /^198\.51\.100\.3\d$/);
    assert.match(String(privateIp), /^10\.77\.16\.\d+$/);
    assert.deepEqual(secondaryPrivateIps, ["10.77.16.100"]);
    assert.match(String(primaryNetworkInterfaceId), /^eni-/);
  });

  it("has the program's user data and groups in the state, in the clear", () => {
    assert.equal(outputs("first").userData, userData);
    assert.deepEqual(outputs("first").vpcSecurityGroupIds, [created.group?.id]);
  });

  it("boots an instance with what the program says of it", async () => {
    const { Reservations: [found] = [] } = await cloud.aws.ec2.send(
      new DescribeInstancesCommand({ InstanceIds: [created.first?.id ?? ""] }),
    );
    const instance = found?.Instances?.[0];
    assert.equal(instance?.MetadataOptions?.HttpTokens, "required");
    assert.equal(instance?.IamInstanceProfile?.Arn, outputs("profile").arn);
    assert.equal(instance?.KeyName, created.key?.id);
    const [machine] = [...cloud.aws.machines.options.values()].filter((one) => one.userData === userData);
    assert.deepEqual(
      machine?.authorizedKeys.map((key) => key.split(" ")[1]),
      [publicKey.split(" ")[1]],
    );
  });

  it("encrypts the root volume, and tags it", async () => {
    const { encrypted, volumeId, volumeSize, tags } = outputs("first").rootBlockDevice as Outputs;
    assert.deepEqual([encrypted, volumeSize, tags], [true, 8, { of: "load-balancer" }]);
    assert.deepEqual(await tagsOf(volumeId), { of: "load-balancer" });
  });

  it("leaves an address without an association to nobody", () => {
    const { publicIp, associationId, instance, networkInterface, privateIp } = outputs("address");
    assert.match(String(publicIp), /^203\.0\.113\.\d+$/);
    assert.deepEqual([associationId, instance, networkInterface, privateIp], ["", "", "", ""]);
    assert.ok(!createChanges.some((change) => change.includes("Associate")));
  });

  it("gives a group the rules that the program lists and no others, not even all the way out", async () => {
    const stack2 = await cloud.stack("groups");
    await stack2.up(cloud.withProvider({ closed: { type: "SecurityGroup", args: {} } }));
    const { id, outputs: closed } = await stack2.state("closed");
    assert.deepEqual([closed.egress, closed.ingress, closed.description], [[], [], "Managed by Pulumi"]);
    const ids = [id ?? "", created.group?.id ?? ""];
    const { SecurityGroups = [] } = await cloud.aws.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ids }));
    const egress = (group: string | undefined) =>
      SecurityGroups.find(({ GroupId }) => GroupId === group)?.IpPermissionsEgress?.length;
    assert.equal(egress(id), 0);
    assert.ok(egress(created.group?.id));
    await stack2.pulumi.destroy();
    await cloud.changes();
  });

  it("has no secret of the configuration in the state", async () => {
    const { text } = await stack.pulumi.exportState();
    assert.ok(!text.includes(cloud.aws.admin.secretAccessKey));
  });

  it("plans nothing when nothing changed, with a refresh as well", async () => {
    const again = await stack.preview(cloud.withProvider(pair), {
      refresh: true,
      expectNoChanges: true,
      allowFailure: true,
    });
    assert.equal(again.code, 0, again.stdout);
    assert.deepEqual(Object.keys(again.changes), ["same"]);
    assert.deepEqual(await cloud.changes(), []);
  });

  describe("updates in place", () => {
    const rules = [rule(443), rule(80)];
    const changes: Record<string, Outputs> = {
      key: { tags: { pair: "other" } },
      group: { ingress: rules },
      role: { description: "The nodes", tags: {} },
      policy: { policy: policy("ec2:DescribeAddresses", ["*", "arn:aws:ec2:::x"]) },
      address: { tags: { pair: "edge", more: "yes" } },
      first: {
        tags: { role: "other" },
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "optional" },
        secondaryPrivateIps: ["10.77.16.101"],
        disableApiTermination: false,
        rootBlockDevice: { encrypted: true, tags: { of: "another" } },
      },
      second: { instanceType: "t3.medium" },
    };
    let planned: UpdateResult;
    let done: UpdateResult;
    let made: readonly string[];

    before(async () => {
      const all = Object.entries(changes).reduce((before, [name, args]) => withArgs(before, name, args), pair);
      const resources = cloud.withProvider(all);
      planned = await stack.preview(resources);
      done = await stack.up(resources);
      made = await cloud.changes();
    });

    it("as planned, and replaces nothing", () => {
      const updates = Object.keys(changes).length;
      assert.deepEqual([planned.changes.update, planned.changes.replace], [updates, undefined], planned.stdout);
      assert.deepEqual([done.changes.update, done.changes.replace], [updates, undefined], done.stdout);
    });

    it("knowing in the preview which outputs stay", () => {
      assert.doesNotMatch(shownAbout("witness", planned), /update/, planned.stdout);
    });

    it("only the rules of a group that are new or gone", async () => {
      assert.equal(made.filter((change) => change.endsWith("SecurityGroupIngress")).length, 2);
      const { ingress } = (await stack.state("group")).outputs as { ingress: readonly { fromPort: number }[] };
      assert.deepEqual(ingress.map(({ fromPort }) => fromPort).sort(), [443, 80]);
    });

    it("an instance's addresses, metadata service, tags and volume", async () => {
      const { outputs: state } = await stack.state("first");
      assert.deepEqual(state.secondaryPrivateIps, ["10.77.16.101"]);
      assert.equal((state.metadataOptions as Outputs).httpTokens, "optional");
      assert.deepEqual(state.tagsAll, { role: "other" });
      assert.equal(state.instanceState, "running");
      assert.deepEqual(await tagsOf((state.rootBlockDevice as Outputs).volumeId), { of: "another" });
    });

    it("the size of an instance, which stops it for a moment", async () => {
      const about = made.filter((change) => /^(Stop|Start)Instances|ModifyInstanceAttribute/.test(change));
      assert.deepEqual(about, ["StopInstances", "ModifyInstanceAttribute", "StartInstances"]);
      assert.equal((await stack.state("second")).outputs.instanceType, "t3.medium");
    });

    it("tags and the description of a role", async () => {
      const { outputs: state } = await stack.state("role");
      assert.deepEqual([state.tags, state.description], [{}, "The nodes"]);
      assert.deepEqual(await tagsOf(created.address?.id), { pair: "edge", more: "yes" });
    });

    it("plans nothing for a policy that means the same in other words", async () => {
      const before = withArgs(pair, "policy", {
        policy: `{"Statement": {"Resource": ["*"], "Action": ["ec2:DescribeAddresses"], "Effect": "Allow"}, "Version": "2012-10-17"}`,
      });
      await stack.up(cloud.withProvider(pair));
      const planned = await stack.preview(cloud.withProvider(before));
      assert.deepEqual(Object.keys(planned.changes), ["same"], planned.stdout);
      await cloud.changes();
    });
  });

  describe("in the end", () => {
    it("leaves nothing behind", async () => {
      await stack.pulumi.destroy();
      const { instances, addresses } = await cloud.aws.control.state();
      assert.deepEqual([instances.filter(({ state }) => state !== "terminated"), addresses], [[], []]);
    });
  });
});
