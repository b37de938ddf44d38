// Injects one fault while a client keeps requesting, and reports what the client saw.
import type { LoadOptions, LoadReport, LoadRun } from "../lab/client/loadClient";
import type { Sample } from "../lab/client/outage";
import { ownTime, stolenMs } from "../lab/clock";
import { until } from "../lab/command";
import type { FaultName } from "../lab/faults";
import type { PairFault, TimedPair } from "./faults";
import type { LoadBalancerName } from "./platforms/site";

/** Any two load balancers behind one address. */
export interface ObservedPair {
  /** Begins to make requests, as clients do. */
  startLoad(options: Omit<LoadOptions, "url">): Promise<LoadRun>;
  /** Whether somebody else gets an answer. */
  answers(): Promise<boolean>;
  fault(name: FaultName, node: LoadBalancerName): Promise<number>;
  /** Lifts what `fault` broke. */
  heal(): Promise<void>;
  /** The nodes that have the shared address now. */
  holders(): Promise<LoadBalancerName[]>;
}

/** What the client saw. */
export interface ObservedOutage {
  readonly outageMs: number;
  /** When it began, by the lab's clock (`now`); when the fault was injected where there was none. */
  readonly outageStart: number;
  /** False when the address was still away in the end; the outage is then as long as the patience. */
  readonly recovered: boolean;
  readonly requestsLost: number;
  /** Those of them that were not under way during the outage. */
  readonly lostOutside: readonly Sample[];
  readonly requests: number;
  /** Requests a second, as they were made. */
  readonly rate: number;
  readonly ownerBefore: LoadBalancerName;
  /** Time that the machine did not have for itself until then: any outage may be longer by that. */
  readonly stolenMs: number;
  /** The same as before when the address did not move; null when no node, or both, had it in the end. */
  readonly ownerAfter: LoadBalancerName | null;
}

export interface FaultReport {
  readonly name: string;
  readonly outageMs: number;
  readonly requestsLost: number;
  readonly requests: number;
  readonly ownerBefore: string;
  readonly ownerAfter: string;
  /** What the timers alone allow. */
  readonly limitMs: number;
}

/** With what tests judge by. */
export interface ObservedFault extends FaultReport, Pick<ObservedOutage, "lostOutside" | "rate" | "stolenMs"> {}

export function reportOf(observed: ObservedFault): FaultReport {
  const { name, outageMs, requestsLost, requests, ownerBefore, ownerAfter, limitMs } = observed;
  return { name, outageMs, requestsLost, requests, ownerBefore, ownerAfter, limitMs };
}

export interface ObserveOptions {
  /** New connections a second. @default 200 */
  readonly perSecond?: number;
  /** How long the address may be away. @default 30000 */
  readonly patienceMs?: number;
  /** The node may get over the fault by itself. @default false: another one has to take over */
  readonly ridesOut?: boolean;
  /** What is done once the address has settled, while requests are still made. @default nothing */
  readonly afterwards?: (injectedAt: number) => Promise<void>;
}

const STEADY_ANSWERS = 20;

/**
 * The pair has to be redundant before; the fault is still in place after, and the address has to be on the other node,
 * or may still be on the same one if that is said to ride the fault out.
 * @throws Error when it is not, within the patience
 */
export async function observeFault(
  pair: ObservedPair & TimedPair,
  fault: PairFault,
  options: Omit<ObserveOptions, "ridesOut"> = {},
): Promise<ObservedFault> {
  const [active] = await pair.holders();
  const limitMs = Math.round(fault.limitMs(pair, active ?? "lb1"));
  const { ridesOut = false } = fault;
  const {
    recovered,
    ownerAfter,
    outageStart: _,
    ...seen
  } = await observeOutage(pair, fault.name, {
    ...options,
    ridesOut,
  });
  if (!recovered || ownerAfter === null || (ownerAfter === seen.ownerBefore && !ridesOut)) {
    const place = ownerAfter === null ? "on no single node" : `on ${ownerAfter}`;
    throw new Error(
      `${fault.title} on ${seen.ownerBefore}: the address is ${place} and ${recovered ? "" : "not "}answered`,
    );
  }
  return { name: fault.name, ...seen, ownerAfter, limitMs };
}

/** An address that does not move, or answers nobody, within the patience is a result here. */
export async function observeOutage(
  pair: ObservedPair,
  fault: FaultName,
  options: ObserveOptions = {},
): Promise<ObservedOutage> {
  const { injectedAt, load, ...nodes } = await watchFault(pair, fault, options);
  return {
    outageMs: Math.round(load.outageMs),
    outageStart: load.outageStart ?? injectedAt,
    recovered: load.recovered,
    requestsLost: load.lost,
    lostOutside: load.lostOutside,
    requests: load.requests,
    rate: load.rate,
    ...nodes,
  };
}

/** A fault from before its injection until the address has settled, and what is done then, with every request of the client. */
export interface WatchedFault extends Pick<ObservedOutage, "ownerBefore" | "ownerAfter" | "stolenMs"> {
  /** By the lab's clock. */
  readonly injectedAt: number;
  readonly load: LoadReport;
}

export async function watchFault(
  pair: ObservedPair,
  fault: FaultName,
  { perSecond = 200, patienceMs = 30_000, ridesOut = false, afterwards = async () => {} }: ObserveOptions = {},
): Promise<WatchedFault> {
  const [ownerBefore, second] = await pair.holders();
  if (!ownerBefore || second) {
    throw new Error("one node has to hold the address before a fault");
  }
  const client = await pair.startLoad({ perSecond, timeoutMs: 1000 });
  const stolenBefore = stolenMs();
  try {
    const injectedAt = await pair.fault(fault, ownerBefore);
    await settles(pair, patienceMs, (holder) => holder !== ownerBefore || ridesOut);
    const [ownerAfter, another] = await pair.holders();
    const stolen = Math.round(stolenMs() - stolenBefore);
    await afterwards(injectedAt);
    const load = await client.stop({ since: injectedAt });
    return {
      injectedAt,
      load,
      ownerBefore,
      stolenMs: stolen,
      ownerAfter: ownerAfter && !another ? ownerAfter : null,
    };
  } catch (error) {
    await client.stop();
    throw error;
  }
}

/** Returns when the right node alone holds the address and answers steadily, or when patience ends. */
async function settles(
  pair: ObservedPair,
  patienceMs: number,
  isRight: (holder: LoadBalancerName) => boolean,
): Promise<void> {
  const deadline = ownTime() + patienceMs;
  let answers = 0;
  const settled = async () => {
    if (ownTime() > deadline) {
      return true;
    }
    const [holder, second] = await pair.holders();
    const right = holder !== undefined && !second && isRight(holder);
    answers = right && (await pair.answers()) ? answers + 1 : 0;
    return answers >= STEADY_ANSWERS;
  };
  // One request may still be under way at the deadline.
  await until("the address to settle", settled, patienceMs + 10_000, 5);
}

/** Waits for as many good answers in a row as tell the client, too, that an outage is over. */
export async function answersSteadily(pair: ObservedPair): Promise<void> {
  let answers = 0;
  const steady = async () => {
    answers = (await pair.answers()) ? answers + 1 : 0;
    return answers >= STEADY_ANSWERS;
  };
  await until("the address to answer steadily", steady, 30_000, 5);
}
