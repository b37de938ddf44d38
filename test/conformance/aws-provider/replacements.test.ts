// Changes for which there is another instance, group, key or role, and those for which there is not.
import assert from "node:assert/strict";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { pairIn, publicKey, withArgs } from "./pair";

type Outputs = Readonly<Record<string, unknown>>;

describe("aws provider: replaces", function () {
  this.timeout(5 * 60_000);
  let cloud: Cloud;
  let stack: Stack;
  let pair: Resources;

  before(async () => {
    cloud = await Cloud.start();
    pair = pairIn(await cloud.aws.subnets());
    stack = await cloud.stack("replacements");
    await stack.up(cloud.withProvider(pair));
    await cloud.changes();
  });

  after(() => cloud?.stop());

  const otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBMWGRwfIiUoKy4xNDc6PUBDRklMT1JVWFteYWRnam0A other";
  const replacements: readonly [string, () => Record<string, Outputs>][] = [
    [
      "an instance with another image, or in another subnet",
      () => ({
        first: { ami: "ami-0deb000000000013a" },
        second: { subnetId: pair.first?.args.subnetId, secondaryPrivateIps: ["10.77.16.120"] },
      }),
    ],
    [
      "an instance with another key, or without encryption of its root volume",
      () => ({
        first: { keyName: { $output: "witness.keyName" } },
        second: { rootBlockDevice: { encrypted: false } },
      }),
    ],
    [
      "an instance with other user data where the program says so, or of another kind of processor",
      () => ({
        first: { userData: "#cloud-config\n{}\n", userDataReplaceOnChange: true },
        second: { instanceType: "t4g.small" },
      }),
    ],
    [
      "a key with another public key, a group with another description or name, and a role with another name",
      () => ({ key: { publicKey: otherKey }, group: { description: "other" }, role: { name: "named" } }),
    ],
    [
      "a policy of another role, and a profile with another path",
      () => ({ policy: { role: "x" }, profile: { path: "/x/" } }),
    ],
  ];

  for (const [what, changes] of replacements) {
    it(what, async () => {
      const { witness, ...others } = pair;
      const resources: Resources = { witness: { type: "KeyPair", args: { publicKey } }, ...others };
      const all = Object.entries(changes()).reduce((before, [name, args]) => withArgs(before, name, args), resources);
      const planned = await stack.preview(cloud.withProvider(all));
      for (const name of Object.keys(changes())) {
        assert.match(shownAbout(name, planned), /replace/, planned.stdout);
      }
    });
  }

  it("no instance for other user data, nor for what the program ignores", async () => {
    const other = withArgs(pair, "first", { userData: "#cloud-config\n{}\n" });
    const planned = await stack.preview(cloud.withProvider(other));
    assert.deepEqual([planned.changes.update, planned.changes.replace], [1, undefined], planned.stdout);
    const changed = withArgs(other, "first", { ami: "ami-0deb000000000013a", keyName: "x" });
    const first = { ...changed.first, options: { ignoreChanges: ["userData", "ami", "keyName"] } };
    const ignored = await stack.preview(cloud.withProvider({ ...changed, first } as Resources));
    assert.deepEqual(Object.keys(ignored.changes), ["same"], ignored.stdout);
  });

  it("by making the new one before the old one is deleted", async () => {
    const args = {
      userData: "#cloud-config\n{}\n",
      userDataReplaceOnChange: true,
      secondaryPrivateIps: ["10.77.16.99"],
    };
    await stack.up(cloud.withProvider(withArgs(pair, "first", args)));
    const made = (await cloud.changes()).filter((change) => /^(Run|Terminate)Instances$/.test(change));
    assert.deepEqual(made, ["RunInstances", "TerminateInstances"]);
  });
});
