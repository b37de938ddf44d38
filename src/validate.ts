// Checks all arguments: what is known at once, everything as soon as it is known. Nothing is created from
// arguments that have a problem, because every child takes its inputs from what comes out here.
import * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs } from "./args";
import { defaultMonitoringPort, type Haproxy, haproxyShape } from "./haproxy/operation/rules";
import { type Backend, type Frontend, type ProxyDraft, proxyProblems } from "./haproxy/rules";
import { defaultPorts } from "./keepalived/model";
import { type Failover, failoverProblems } from "./keepalived/rules";
import { type Packages, packagesShape } from "./packages/rules";
import type { Platform } from "./platform";
import * as checks from "./validation/checks";
import { type Draft, draft, entries, isComplete, isRecord, known, UNKNOWN } from "./validation/draft";
import { InvalidArgumentsError, type Problem, problem, show } from "./validation/problem";
import { unknownProperties } from "./validation/shape";

/** Arguments that passed. */
export interface Settings {
  readonly frontends: Frontend[];
  readonly backends: Backend[];
  readonly haproxy?: Haproxy;
  readonly failover?: Failover;
  readonly packages?: Packages;
  readonly revision?: string;
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
    haproxy?: Draft<Haproxy>;
    failover?: Draft<Failover>;
    packages?: Draft<Packages>;
    revision?: Draft<string>;
    platform: Draft<Record<string, unknown>>;
  };
  return [
    ...unknownProperties("", values as unknown as Record<string, unknown>, PROPERTIES),
    ...proxyProblems(values),
    ...checks.optional(haproxyShape)("haproxy", values.haproxy),
    ...failoverProblems(values.failover, namesOf(platform)),
    ...ownPortProblems(values),
    ...packagesShape("packages", values.packages),
    ...checks.optional(checks.text(200))("revision", values.revision),
    ...(typeof platform?.problems === "function" ? platform.problems(values.platform) : [noPlatform(platform)]),
  ];
}

/** Those that can be meant; of what else stands there the platform tells. */
function namesOf(platform: Platform | undefined): string[] {
  const names: unknown = platform?.nodeNames;
  return Array.isArray(names) ? names.filter(checks.isText) : [];
}

const PROPERTIES: readonly (keyof HaLoadBalancerArgs)[] = [
  "platform",
  "frontends",
  "backends",
  "haproxy",
  "failover",
  "packages",
  "revision",
];

function noPlatform(given: unknown): Problem {
  const complaint = given === undefined || given === null ? "is missing." : `${show(given)} is not a platform.`;
  return problem("platform", `${complaint} Give one such as existing({ nodes, virtualAddresses, ssh }).`);
}

/** Nothing else can listen on what the nodes use for themselves. */
function ownPortProblems({ frontends, failover, haproxy }: OwnPorts): Problem[] {
  if (failover === UNKNOWN) {
    return [];
  }
  const given = isRecord(failover) ? failover : {};
  const monitoring = isRecord(haproxy) && isRecord(haproxy.monitoring) ? haproxy.monitoring : undefined;
  const own = [
    ...(["statusPort", "peersPort", "certificatesPort"] as const).map(
      (key) => [`failover.${key}`, given[key] ?? defaultPorts[key]] as const,
    ),
    ...(monitoring ? [["haproxy.monitoring.port", monitoring.port ?? defaultMonitoringPort] as const] : []),
  ].filter(([, port]) => known(port));
  const ofFrontends = entries<Frontend>("frontends", frontends).map(
    ({ path, value }) => [`${path}.port`, value.port] as const,
  );
  return own.flatMap(([taken, port], index) =>
    [...ofFrontends, ...own.slice(index + 1)]
      .filter(([, other]) => other === port)
      .map(([path]) => problem(path, `${show(port)} is ${taken} of the nodes, too. Give one of them another port.`)),
  );
}

interface OwnPorts {
  readonly frontends: Draft<Frontend[]>;
  readonly failover?: Draft<Failover>;
  readonly haproxy?: Draft<Haproxy>;
}

function report(component: string, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    throw new InvalidArgumentsError(component, problems);
  }
}
