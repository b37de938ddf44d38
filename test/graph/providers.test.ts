// Providers that a user gives the component, such as one for another account: all that belongs to the pair goes by them.
import assert from "node:assert/strict";
import { Provider as AwsProvider } from "@pulumi/aws";
import { Provider as CommandProvider } from "@pulumi/command";
import { Provider as HcloudProvider } from "@pulumi/hcloud";
import type * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type HaLoadBalancerArgs } from "../../src";
import { componentArgs, sampleArgs } from "../unit/sampleArgs";
import { made as madeByAws } from "./awsAnswers";
import { awsArgs } from "./awsArgs";
import { made as madeByHcloud } from "./hcloudAnswers";
import { hcloudArgs } from "./hcloudArgs";
import { type Made, type Program, run } from "./registrations";

interface Case {
  readonly platform: string;
  readonly args: () => HaLoadBalancerArgs;
  readonly made?: Made;
  /** Packages, each with a provider by hand. */
  readonly providers: Readonly<Record<string, () => pulumi.ProviderResource>>;
}

const command = () => new CommandProvider("by-hand-command");
const aws = () => new AwsProvider("by-hand-aws", { region: "eu-central-1" });
const hcloud = () => new HcloudProvider("by-hand-hcloud", { token: "0" });

const cases: readonly Case[] = [
  {
    platform: "existing",
    args: () => componentArgs(sampleArgs()),
    providers: { command },
  },
  {
    platform: "hcloud",
    args: () => hcloudArgs({ floatingIps: [{ name: "main" }, { name: "old", id: "77" }] }),
    made: madeByHcloud,
    providers: { command, hcloud },
  },
  {
    platform: "aws",
    args: () => awsArgs({ elasticIps: [{ name: "main" }, { name: "old", id: "eipalloc-0123456789abcdef0" }] }),
    made: madeByAws,
    providers: { command, aws },
  },
];

describe("providers of the user's", () => {
  for (const { platform, args, made, providers } of cases) {
    it(`are those of every resource and every look-up on ${platform}, and of no other package's`, async () => {
      const given = () => Object.values(providers).map((make) => make());
      const all = usersOf(await run(() => new HaLoadBalancer("edge", args(), { providers: given() }).address, made));
      assert.deepEqual(Object.keys(all).sort(), Object.keys(providers).sort());
      for (const [name, make] of Object.entries(providers)) {
        const others = Object.entries(all).flatMap(([one, count]) => (one === name ? [] : [count]));
        const byDefault = others.reduce((sum, count) => sum + count, 0);
        const one = usersOf(await run(() => new HaLoadBalancer("edge", args(), { provider: make() }).address, made));
        assert.deepEqual(one, { [name]: all[name], ...(byDefault ? { default: byDefault } : {}) });
      }
    });
  }
});

/** How many resources and look-ups go by a package's provider, or by the default ones. */
function usersOf({ registrations, calls, errors }: Program): Record<string, number> {
  assert.deepEqual(errors, []);
  const found: Record<string, number> = {};
  const resources = registrations.filter(({ type }) => !/^(pulumi|ha-load-balancer):/.test(type));
  for (const { type, provider } of [...resources, ...calls.map(({ token, provider }) => ({ type: token, provider }))]) {
    const [, ofPackage = "default"] = /pulumi:providers:(\w+)::/.exec(provider) ?? [];
    assert.ok(provider === "" || ofPackage === type.split(":")[0], `${type} goes by ${provider}`);
    found[ofPackage] = (found[ofPackage] ?? 0) + 1;
  }
  return found;
}
