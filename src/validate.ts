// Checks all arguments: what is known at once, everything as soon as it is known. Nothing is created from
// arguments that have a problem, because every child takes its inputs from what comes out here.
import * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs } from "./args";
import { type Backend, type Frontend, type ProxyDraft, proxyProblems } from "./haproxy/rules";
import { type Failover, failoverProblems } from "./keepalived/rules";
import type { Platform } from "./platform";
import { type Draft, draft, isComplete } from "./validation/draft";
import { InvalidArgumentsError, type Problem } from "./validation/problem";

/** Arguments that passed. */
export interface Settings {
  readonly frontends: Frontend[];
  readonly backends: Backend[];
  readonly failover?: Failover;
}

/**
 * @throws InvalidArgumentsError at once when what is known already has problems; the Output is rejected with it when
 * the rest has.
 */
export function validate(component: string, args: HaLoadBalancerArgs): pulumi.Output<Settings> {
  const { platform, ...own } = args;
  const all = { ...own, platform: platform.args };
  const now = draft(all);
  report(component, problemsOf(now, platform));
  return pulumi.output(all).apply((resolved) => {
    if (!isComplete(now)) {
      report(component, problemsOf(resolved, platform));
    }
    return resolved as unknown as Settings;
  });
}

function problemsOf(all: unknown, platform: Platform): Problem[] {
  const values = all as ProxyDraft & { failover?: Draft<Failover>; platform: Draft<Record<string, unknown>> };
  return [
    ...proxyProblems(values),
    ...failoverProblems(values.failover, platform.nodeNames),
    ...platform.problems(values.platform),
  ];
}

function report(component: string, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new InvalidArgumentsError(component, problems);
  }
}
