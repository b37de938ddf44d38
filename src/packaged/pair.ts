// What the components for other languages are made of: a HaLoadBalancer below each, and its outputs as theirs.
// They are flat, as one class has one platform; everything else is the library's own.
import type { Resource } from "@pulumi/pulumi";
import type { BalancingArgs } from "../args";
import { HaLoadBalancer } from "../haLoadBalancer";
import type { Platform } from "../platform";
import { type Problem, problem } from "../validation/problem";

/** The pair as a child that has the same name, with the platform's arguments beside all others. */
export function pairBelow<Args extends BalancingArgs>(
  parent: Resource,
  name: string,
  args: Args,
  platformOf: (args: Omit<Args, keyof BalancingArgs>) => Platform,
): HaLoadBalancer {
  const { frontends, backends, haproxy, failover, packages, revision, ...own } = args;
  const platform = platformOf(own);
  const problems: Platform["problems"] = (draft) => platform.problems(draft).map(asWritten);
  const balancing = { frontends, backends, haproxy, failover, packages, revision };
  return new HaLoadBalancer(name, { ...balancing, platform: { ...platform, problems } }, { parent });
}

/** There is no `platform` in arguments that are flat. */
function asWritten({ path, message }: Problem): Problem {
  return problem(withoutPlatform(path), withoutPlatform(message));
}

function withoutPlatform(text: string): string {
  return text.replace(/\bplatform\.(?=[a-z])/g, "");
}
