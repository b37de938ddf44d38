// The components for other languages: below each is what HaLoadBalancer makes of the same arguments, and nothing else.
import assert from "node:assert/strict";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import { HaLoadBalancer, type HaLoadBalancerArgs } from "../../src";
import { AwsHaLoadBalancer } from "../../src/packaged/awsHaLoadBalancer";
import { ExistingHaLoadBalancer } from "../../src/packaged/existingHaLoadBalancer";
import { HcloudHaLoadBalancer } from "../../src/packaged/hcloudHaLoadBalancer";
import { InvalidArgumentsError } from "../../src/validation/problem";
import { changed, componentArgs, sampleArgs } from "../unit/sampleArgs";
import { made as madeByAws } from "./awsAnswers";
import { awsArgs } from "./awsArgs";
import { made as madeByHetzner } from "./hcloudAnswers";
import { hcloudArgs } from "./hcloudArgs";
import { type Made, type Program, run } from "./registrations";

type Twin = new (name: string, args: never) => ComponentResource & { readonly address: Output<string> };

const twins: readonly [Twin, () => HaLoadBalancerArgs, Made?][] = [
  [ExistingHaLoadBalancer, () => componentArgs(sampleArgs())],
  [HcloudHaLoadBalancer, hcloudArgs, madeByHetzner],
  [AwsHaLoadBalancer, awsArgs, madeByAws],
];

describe("a component for other languages", () => {
  for (const [twin, args, made] of twins) {
    it(`makes what HaLoadBalancer makes: ${twin.name}`, async () => {
      const own = await run(() => new HaLoadBalancer("edge", args()).address, made);
      const packaged = await run(() => new twin("edge", flat(args())).address, made);
      const [first] = packaged.registrations;
      assert.equal(first?.type, `ha-load-balancer:index:${twin.name}`);
      const [, pair] = packaged.registrations;
      assert.deepEqual([pair?.type, pair?.parent], ["ha-load-balancer:index:HaLoadBalancer", first?.urn]);
      assert.ok(own.registrations.length >= 5);
      assert.deepEqual([...own.errors, ...packaged.errors], []);
      assert.deepEqual(tree(packaged), [`${first?.type} edge`, ...tree(own)].sort());
    });
  }

  it("names properties by the paths that they have there", async () => {
    const wrong = changed(["platform.ssh.privateKey", "no key"], ["frontends[0].port", 0]);
    const error = await run(() => new ExistingHaLoadBalancer("edge", flat(componentArgs(wrong))).address).catch(
      (thrown) => thrown,
    );
    assert.ok(error instanceof InvalidArgumentsError);
    assert.deepEqual(
      error.problems.map(({ path }) => path),
      ["frontends[0].port", "ssh.privateKey"],
    );
    assert.doesNotMatch(error.message, /platform/);
  });
});

/** The platform's arguments beside all others, as classes for one platform have them. */
function flat({ platform, ...balancing }: HaLoadBalancerArgs): never {
  return { ...platform.args, ...balancing } as never;
}

function tree({ registrations }: Program): string[] {
  return registrations.map(({ type, name }) => `${type} ${name}`).sort();
}
