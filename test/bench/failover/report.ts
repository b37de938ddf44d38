// What the failover bench found, summed up and held against what the project promises. Pure.
import type { FailoverProfile } from "../../../src/keepalived/args";
import type { FaultName } from "../../lab/faults";
import type { ObservedOutage } from "../../pair/observe";
import type { Circumstances } from "../bench";
import { groupBy } from "../grouping";
import { median, rounded, worst } from "../statistics";

export type Configuration = FailoverProfile | "tutorial";

export interface Observation extends ObservedOutage {
  readonly configuration: Configuration;
  readonly fault: FaultName;
  readonly repeat: number;
  /** How often it was measured before, while other tenants had the machine. */
  readonly disturbed: number;
  /** What the timers alone allow; null where nothing is bound to happen. */
  readonly limitMs: number | null;
}

/** One fault in one configuration. `null` milliseconds: the address did not come back within the patience. */
export interface Cell {
  readonly configuration: Configuration;
  readonly fault: FaultName;
  readonly repeats: number;
  readonly medianMs: number | null;
  readonly worstMs: number | null;
  readonly limitMs: number | null;
  readonly medianRequestsLost: number;
  readonly worstRequestsLost: number;
  /** Repeats that ended with the address on both nodes, or on none. */
  readonly withoutSingleOwner: number;
  /** The project's promise for every single repeat, in milliseconds. */
  readonly goalMs: number | null;
  readonly verdict: Verdict;
}

/** `partly`: the median keeps the promise, the worst does not. `none`: nothing was promised. */
export type Verdict = "met" | "partly" | "missed" | "none";

export interface FailoverReport {
  readonly circumstances: Circumstances;
  readonly requestsPerSecond: number;
  readonly patienceMs: { readonly ours: number; readonly tutorial: number };
  readonly cells: readonly Cell[];
  readonly observations: readonly Observation[];
}

/** Of the limit, for a node that falls silent. */
const SILENT_FACTOR = 1.1;
const goals: Partial<Record<Configuration, Partial<Record<FaultName, number>>>> = {
  steady: { "haproxy-stop": 800, "haproxy-hang": 2500 },
  fast: { "haproxy-hang": 1500 },
  fastest: { "haproxy-stop": 200 },
};

export function goalMs(configuration: Configuration, fault: FaultName, limitMs: number | null): number | null {
  if (configuration === "tutorial") {
    return null;
  }
  const isSilent = fault === "power-off" || fault === "keepalived-kill";
  return isSilent && limitMs !== null ? Math.round(SILENT_FACTOR * limitMs) : (goals[configuration]?.[fault] ?? null);
}

export function cells(observations: readonly Observation[]): Cell[] {
  const byCell = groupBy(observations, ({ configuration, fault }) => `${configuration} ${fault}`);
  return Array.from(byCell.values(), summary);
}

function summary(repeats: readonly Observation[]): Cell {
  const [{ configuration, fault }] = repeats as [Observation];
  const outages = repeats.map(({ recovered, outageMs }) => (recovered ? outageMs : Number.POSITIVE_INFINITY));
  const lost = repeats.map(({ requestsLost }) => requestsLost);
  // It depends a little on which node was the standby; the stricter one counts.
  const limits = repeats.flatMap(({ limitMs }) => limitMs ?? []);
  const limitMs = limits.length > 0 ? Math.min(...limits) : null;
  const goal = goalMs(configuration, fault, limitMs);
  return {
    configuration,
    fault,
    repeats: repeats.length,
    medianMs: finite(median(outages)),
    worstMs: finite(worst(outages)),
    limitMs,
    medianRequestsLost: median(lost),
    worstRequestsLost: worst(lost),
    withoutSingleOwner: repeats.filter(({ ownerAfter }) => ownerAfter === null).length,
    goalMs: goal,
    verdict: verdict(median(outages), worst(outages), goal),
  };
}

export function verdict(medianMs: number, worstMs: number, goal: number | null): Verdict {
  if (goal === null) {
    return "none";
  }
  return worstMs <= goal ? "met" : medianMs <= goal ? "partly" : "missed";
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? rounded(value, 1) : null;
}
