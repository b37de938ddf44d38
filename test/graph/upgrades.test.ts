// What earlier releases have made has to be what this one makes: otherwise an upgrade of the package replaces machines,
// or gives an address up. recorded/ has what was released; see recordedTree.ts for what a difference means.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HaLoadBalancer, type HaLoadBalancerArgs } from "../../src";
import { componentArgs, sampleArgs } from "../unit/sampleArgs";
import { made as madeByAws } from "./awsAnswers";
import { awsArgs } from "./awsArgs";
import { made as madeByHcloud } from "./hcloudAnswers";
import { hcloudArgs } from "./hcloudArgs";
import { type Recorded, recorded, sufferings } from "./recordedTree";
import { type Made, run } from "./registrations";

const platforms: Readonly<Record<string, { readonly args: () => HaLoadBalancerArgs; readonly made?: Made }>> = {
  existing: { args: () => componentArgs(sampleArgs()) },
  hcloud: { args: () => hcloudArgs(), made: madeByHcloud },
  aws: { args: () => awsArgs(), made: madeByAws },
};

describe("an upgrade of this package", () => {
  for (const [platform, { args, made }] of Object.entries(platforms)) {
    it(`replaces nothing that a pair on ${platform} has`, async () => {
      const now = recorded(await run(() => new HaLoadBalancer("edge", args()).address, made));
      const file = join(__dirname, "recorded", `${platform}.json`);
      if (process.env.UPDATE_GOLDEN === "1") {
        mkdirSync(join(__dirname, "recorded"), { recursive: true });
        writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
      }
      const before = JSON.parse(readFileSync(file, "utf8")) as Recorded[];
      assert.deepEqual(sufferings(before, now), []);
      const added = now.filter(({ urn, aliases }) => !before.some((was) => was.urn === urn || aliases.length > 0));
      assert.deepEqual(
        added.map(({ urn }) => urn),
        [],
        "new ones do no harm; record them with UPDATE_GOLDEN=1",
      );
    });
  }
});

describe("the comparison of what is made", () => {
  const server: Recorded = {
    urn: "my:Pair$cloud:Server::edge-lb1",
    inputs: { location: "fsn1", userData: "secret" },
    replaceOnChanges: ["serverType"],
    ignoreChanges: ["image"],
    aliases: [],
  };
  const renamed = { ...server, urn: "my:Pair$cloud:Server::edge-first" };

  for (const [what, is, says] of [
    ["a resource with another name", renamed, /edge-lb1 is gone: .*aliases: \[\{ name: "edge-lb1" \}\]/],
    ["a resource of another type", { ...server, urn: "my:Pair$cloud:Machine::edge-lb1" }, /Server::edge-lb1 is gone/],
    [
      "another value",
      { ...server, inputs: { ...server.inputs, location: "nbg1" } },
      /location was "fsn1" and is "nbg1"/,
    ],
    ["an input less", { ...server, inputs: { location: "fsn1" } }, /userData was "secret" and is undefined/],
    ["an input more", { ...server, inputs: { ...server.inputs, backups: true } }, /backups was undefined and is true/],
    ["what is ignored no longer", { ...server, ignoreChanges: [] }, /ignoreChanges was \["image"\] and is \[\]/],
    ["what replaces from now on", { ...server, replaceOnChanges: ["image"] }, /replaceOnChanges was/],
  ] as const) {
    it(`tells of ${what}, and what to do`, () => {
      const [first, ...others] = sufferings([server], [is]);
      assert.deepEqual(others, []);
      assert.match(first ?? "", says);
    });
  }

  it("takes a former name for the same resource", () => {
    for (const alias of ["edge-lb1", `urn:pulumi:prod::site::${server.urn}`]) {
      assert.deepEqual(sufferings([server], [{ ...renamed, aliases: [alias] }]), []);
    }
  });
});
