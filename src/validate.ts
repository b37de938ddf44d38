// Checks all arguments: what is known at once, everything as soon as it is known. Nothing is created from
// arguments that have a problem, because every child takes its inputs from what comes out here.
import * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs, PackagesArgs } from "./args";
import { type Backend, type Frontend, type ProxyDraft, proxyProblems } from "./haproxy/rules";
import { defaultStatusPort } from "./keepalived/model";
import { type Failover, failoverProblems } from "./keepalived/rules";
import type { Platform } from "./platform";
import * as checks from "./validation/checks";
import { type Draft, draft, entries, isComplete, isRecord, known, UNKNOWN } from "./validation/draft";
import { InvalidArgumentsError, type Problem, problem, show } from "./validation/problem";

type Packages = pulumi.UnwrappedObject<PackagesArgs>;

/** Arguments that passed. */
export interface Settings {
  readonly frontends: Frontend[];
  readonly backends: Backend[];
  readonly failover?: Failover;
  readonly packages?: Packages;
}

/**
 * @throws InvalidArgumentsError at once when what is known already has problems; the Output is rejected with it when
 * the rest has.
 */
export function validate(component: string, args: HaLoadBalancerArgs): pulumi.Output<Settings> {
  const { platform, ...own } = args ?? {};
  const all = { ...own, platform: platform?.args };
  const now = draft(all);
  report(component, problemsOf(now, platform));
  return pulumi.output(all).apply((resolved) => {
    const complete = draft(resolved);
    if (!isComplete(now)) {
      report(component, problemsOf(complete, platform));
    }
    return complete as unknown as Settings;
  });
}

function problemsOf(all: unknown, platform: Platform): Problem[] {
  const values = all as ProxyDraft & {
    failover?: Draft<Failover>;
    packages?: Draft<Packages>;
    platform: Draft<Record<string, unknown>>;
  };
  return [
    ...proxyProblems(values),
    ...failoverProblems(values.failover, platform?.nodeNames ?? []),
    ...statusPortProblems(values),
    ...packagesProblems(values.packages),
    ...(typeof platform?.problems === "function" ? platform.problems(values.platform) : [noPlatform(platform)]),
  ];
}

function noPlatform(given: unknown): Problem {
  const complaint = given === undefined || given === null ? "is missing." : `${show(given)} is not a platform.`;
  return problem("platform", `${complaint} Give one such as existing({ nodes, virtualAddresses, ssh }).`);
}

/** HAProxy and the agent cannot listen on the same port. */
function statusPortProblems({ frontends, failover }: ProxyDraft & { failover?: Draft<Failover> }): Problem[] {
  if (failover === UNKNOWN) {
    return [];
  }
  const statusPort = failover?.statusPort ?? defaultStatusPort;
  return entries<Frontend>("frontends", frontends)
    .filter(({ value }) => known(value.port) && value.port === statusPort)
    .map(({ path, value }) =>
      problem(
        `${path}.port`,
        `${show(value.port)} is the port of the nodes' status. Use another one, or give failover.statusPort another one.`,
      ),
    );
}

function packagesProblems(packages: Draft<Packages> | undefined): Problem[] {
  if (known(packages) && !isRecord(packages)) {
    return checks.object("packages", packages);
  }
  return known(packages)
    ? checks.optional(checks.wholeNumber(1, 1800))("packages.lockTimeoutSeconds", packages.lockTimeoutSeconds)
    : [];
}

function report(component: string, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new InvalidArgumentsError(component, problems);
  }
}
