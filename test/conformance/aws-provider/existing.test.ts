// Things that are there already: read by their ids, found by data sources, and imported.
import assert from "node:assert/strict";
import { AllocateAddressCommand, CreateSecurityGroupCommand, type Tag } from "@aws-sdk/client-ec2";
import type { UpResult } from "../../lab/pulumi";
import { image } from "../aws/awsForTests";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";

type Outputs = Readonly<Record<string, unknown>>;

describe("aws provider: what exists", function () {
  this.timeout(5 * 60_000);
  let cloud: Cloud;
  let stack: Stack;
  let result: UpResult;
  let found: Record<string, Outputs>;
  const ids = { address: "", group: "", instance: "", subnets: [] as string[] };

  before(async () => {
    cloud = await Cloud.start();
    const { ec2 } = cloud.aws;
    const tagged = (ResourceType: "elastic-ip" | "security-group", Tags: Tag[]) => ({
      TagSpecifications: [{ ResourceType, Tags }],
    });
    const edge = tagged("elastic-ip", [{ Key: "pair", Value: "edge" }]);
    ids.address = (await ec2.send(new AllocateAddressCommand({ Domain: "vpc", ...edge }))).AllocationId ?? "";
    const group = {
      GroupName: "web",
      Description: "Mine",
      ...tagged("security-group", [{ Key: "whose", Value: "mine" }]),
    };
    ids.group = (await ec2.send(new CreateSecurityGroupCommand(group))).GroupId ?? "";
    ids.instance = (await cloud.aws.instance()).InstanceId ?? "";
    ids.subnets = await cloud.aws.subnets();
    stack = await cloud.stack("existing");
    result = await stack.up(cloud.withProvider(resources()));
    found = result.outputs as Record<string, Outputs>;
  });

  after(() => cloud?.stop());

  function resources(): Resources {
    const all = { protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] };
    return {
      byId: { type: "Eip", args: {}, options: { get: ids.address } },
      instanceById: { type: "Instance", args: {}, options: { get: ids.instance } },
      imported: {
        type: "SecurityGroup",
        args: { name: "web", description: "Mine", egress: [all], tags: { whose: "mine" } },
        options: { import: ids.group },
      },
      vpc: { type: "getVpc", args: { default: true } },
      subnets: { type: "getSubnets", args: { filters: [{ name: "default-for-az", values: ["true"] }] } },
      subnet: { type: "getSubnet", args: { id: ids.subnets[1] } },
      zone: { type: "getSubnet", args: { availabilityZone: "eu-central-1a", defaultForAz: true } },
      group: { type: "getSecurityGroup", args: { tags: { whose: "mine" } } },
      address: { type: "getElasticIp", args: { tags: { pair: "edge" } } },
      addressById: { type: "getElasticIp", args: { id: ids.address } },
      zones: { type: "getAvailabilityZones", args: { state: "available" } },
      region: { type: "getRegion", args: {} },
      caller: { type: "getCallerIdentity", args: {} },
      image: { type: "getParameter", args: { name: "/aws/service/debian/release/12/latest/amd64" } },
    };
  }

  it("reads a resource by its id, and owns nothing of it", async () => {
    const { publicIp, domain } = (await stack.state("byId")).outputs;
    assert.match(String(publicIp), /^203\.0\.113\.\d+$/);
    assert.equal(domain, "vpc");
    assert.equal((await stack.state("instanceById")).outputs.instanceState, "running");
  });

  it("imports what the program describes as it is", async () => {
    const { id, outputs } = await stack.state("imported");
    assert.deepEqual([id, outputs.name, outputs.description], [ids.group, "web", "Mine"]);
    const again = await stack.preview(cloud.withProvider(resources()), { expectNoChanges: true, allowFailure: true });
    assert.equal(again.code, 0, again.stdout);
  });

  it("refuses to import what is not as the program says", async () => {
    const other = await cloud.stack("another");
    const { imported } = resources();
    const changed = { ...imported, args: { ...imported?.args, description: "Yours" } } as Resources[string];
    const refused = await other.up(cloud.withProvider({ imported: changed }), { allowFailure: true });
    assert.match(shownAbout("imported", refused), /description: \{Mine\} => \{Yours\}/);
  });

  it("finds the default network and its subnets", () => {
    assert.equal(found.vpc?.cidrBlock, "10.77.0.0/16");
    assert.deepEqual(new Set(found.subnets?.ids as string[]), new Set(ids.subnets));
    assert.deepEqual([found.subnet?.id, found.subnet?.vpcId], [ids.subnets[1], found.vpc?.id]);
    assert.deepEqual([found.zone?.availabilityZone, found.zone?.cidrBlock], ["eu-central-1a", "10.77.16.0/20"]);
  });

  it("finds groups and addresses by tags or id", () => {
    assert.deepEqual([found.group?.id, found.group?.name], [ids.group, "web"]);
    assert.deepEqual([found.address?.id, found.addressById?.publicIp], [ids.address, found.address?.publicIp]);
    assert.match(String(found.address?.arn), new RegExp(`:elastic-ip/${ids.address}$`));
  });

  it("knows region, zones and account", () => {
    assert.deepEqual(
      [found.region?.region, found.region?.endpoint],
      ["eu-central-1", "ec2.eu-central-1.amazonaws.com"],
    );
    assert.deepEqual(found.zones?.names, ["eu-central-1a", "eu-central-1b", "eu-central-1c"]);
    assert.equal(found.caller?.accountId, "123456789012");
  });

  it("reads a public parameter, and calls what it finds secret, whatever it is", async () => {
    assert.equal(result.outputs.image, "[secret]");
    const { image: told } = (await stack.pulumi.outputs({ showSecrets: true })) as Record<string, Outputs>;
    assert.deepEqual([told?.value, told?.type], [image, "String"]);
  });

  it("fails where there is none, or more than one, or no parameter of that name", async () => {
    const wrong: Record<string, readonly [Resources[string], RegExp]> = {
      none: [{ type: "getVpc", args: { cidrBlock: "10.1.0.0/16" } }, /no matching EC2 VPC found/],
      gone: [{ type: "getElasticIp", args: { id: "eipalloc-0123456789abcdef0" } }, /no matching EC2 EIP found/],
      several: [{ type: "getSubnet", args: { defaultForAz: true } }, /multiple EC2 Subnets matched/],
      parameter: [
        { type: "getParameter", args: { name: "/nothing" } },
        /reading SSM Parameter \(\/nothing\).*ParameterNotFound/,
      ],
    };
    const stack = await cloud.stack("wrong");
    for (const [name, [resource, message]] of Object.entries(wrong)) {
      const failed = await stack.up(cloud.withProvider({ [name]: resource }), { allowFailure: true });
      assert.match(failed.stdout, message, name);
    }
  });

  it("leaves alone what it does not own when the stack is destroyed", async () => {
    await cloud.changes();
    await stack.pulumi.destroy();
    assert.deepEqual(await cloud.changes(), ["DeleteSecurityGroup"]);
    assert.equal(result.code, 0);
  });
});
