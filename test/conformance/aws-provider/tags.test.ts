// Tags: of resources, of the provider's configuration, and those that it does not look at. And other names for things.
import assert from "node:assert/strict";
import { CreateTagsCommand, DescribeTagsCommand } from "@aws-sdk/client-ec2";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { publicKey, trust, withArgs } from "./pair";

type Outputs = Readonly<Record<string, unknown>>;

describe("aws provider: tags and names", function () {
  this.timeout(5 * 60_000);
  let cloud: Cloud;
  let stack: Stack;
  let resources: Resources;
  const configuration = { defaultTags: { tags: { team: "edge", env: "test" } }, ignoreTags: { keys: ["billing"] } };
  const withTags = (all: Resources, defaults: object = configuration) => cloud.withProvider(all, { ...defaults });

  const tagsOf = async (id: unknown) => {
    const filters = [{ Name: "resource-id", Values: [String(id)] }];
    const { Tags = [] } = await cloud.aws.ec2.send(new DescribeTagsCommand({ Filters: filters }));
    return Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value]));
  };
  const unchanged = async () => {
    const again = await stack.preview(withTags(resources), {
      refresh: true,
      expectNoChanges: true,
      allowFailure: true,
    });
    assert.equal(again.code, 0, again.stdout);
  };

  before(async () => {
    cloud = await Cloud.start();
    const [subnetId] = await cloud.aws.subnets();
    resources = {
      address: { type: "Eip", args: { tags: { pair: "one", env: "own" } } },
      same: { type: "Eip", args: { tags: { team: "edge" } } },
      untagged: { type: "Eip", args: {} },
      role: { type: "Role", args: { assumeRolePolicy: trust, namePrefix: "nodes-" } },
      group: { type: "SecurityGroup", args: { name: "named" } },
      key: { type: "KeyPair", args: { publicKey, keyNamePrefix: "keys-" } },
      instance: {
        type: "Instance",
        args: {
          ami: "ami-0deb000000000012a",
          instanceType: "t3.small",
          subnetId,
          rootBlockDevice: { tags: { of: "it" } },
        },
      },
    };
    stack = await cloud.stack("tags");
    await stack.up(withTags(resources));
    await cloud.changes();
  });

  after(() => cloud?.stop());

  it("adds those of the configuration to those of a resource, whose own count more", async () => {
    const { id, outputs } = await stack.state("address");
    assert.deepEqual(outputs.tags, { pair: "one", env: "own" });
    assert.deepEqual(outputs.tagsAll, { team: "edge", pair: "one", env: "own" });
    assert.deepEqual(await tagsOf(id), outputs.tagsAll);
    assert.deepEqual((await stack.state("same")).outputs.tags, { team: "edge" });
    assert.deepEqual((await stack.state("untagged")).outputs.tags, {});
    assert.deepEqual((await stack.state("role")).outputs.tagsAll, { team: "edge", env: "test" });
  });

  it("tags the root volume with them as well", async () => {
    const { volumeId } = (await stack.state("instance")).outputs.rootBlockDevice as Outputs;
    assert.deepEqual(await tagsOf(volumeId), { team: "edge", env: "test", of: "it" });
  });

  it("plans nothing when nothing changed, nor for tags that it is not to look at", async () => {
    await unchanged();
    const { id = "" } = await stack.state("address");
    const tags = [{ Key: "billing", Value: "4711" }];
    await cloud.aws.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tags }));
    await unchanged();
    assert.equal((await tagsOf(id)).billing, "4711");
  });

  it("tags everything anew when the configuration has other tags", async () => {
    const { changes, stdout } = await stack.up(
      withTags(resources, { ...configuration, defaultTags: { tags: { env: "live" } } }),
    );
    assert.deepEqual([changes.replace, changes.update], [undefined, 8], stdout);
    const { id } = await stack.state("untagged");
    assert.deepEqual(await tagsOf(id), { env: "live" });
    await stack.up(withTags(resources));
  });

  it("makes names of prefixes, which stay", async () => {
    assert.match(String((await stack.state("role")).outputs.name), /^nodes-\d{17}[0-9a-f]{8}$/);
    assert.match(String((await stack.state("key")).id), /^keys-\d{17}[0-9a-f]{8}$/);
    await unchanged();
  });

  it("deletes what has a name of its own before it is made anew", async () => {
    await cloud.changes();
    await stack.up(withTags(withArgs(resources, "group", { description: "other" })));
    const made = (await cloud.changes()).filter((change) => /^(Create|Delete)SecurityGroup$/.test(change));
    assert.deepEqual(made, ["DeleteSecurityGroup", "CreateSecurityGroup"]);
  });

  it("is found by the environment alone", async () => {
    const { accessKeyId, secretAccessKey } = cloud.aws.admin;
    const found = await cloud.stack("environment", {
      AWS_ENDPOINT_URL: cloud.endpoint,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    await found.up({ address: { type: "Eip", args: {} } });
    const { outputs } = await found.state("address");
    assert.equal(outputs.region, "eu-central-1");
    assert.match(
      shownAbout("address", await found.preview({ address: { type: "Eip", args: { region: "eu-west-1" } } })),
      /replace/,
    );
    await found.pulumi.destroy();
  });
});
