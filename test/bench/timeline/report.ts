// A fault moment by moment: what each node became and which requests were lost, from the fault on. Pure.
import type { FailoverProfile } from "../../../src/keepalived/args";
import type { Sample } from "../../lab/client/outage";
import type { FaultName } from "../../lab/faults";
import type { State, Transition } from "../../pair/transitions";
import type { Circumstances } from "../bench";
import { groupBy } from "../grouping";
import { rounded } from "../statistics";

export const BUCKET_MS = 50;
/** How long the picture goes on after the outage. */
const AFTERWARDS_MS = 250;

/** All times are milliseconds since the fault. */
export interface Timeline {
  readonly profile: FailoverProfile;
  readonly fault: FaultName;
  readonly repeat: number;
  /** How often it was measured before, while other tenants had the machine. */
  readonly disturbed: number;
  readonly failed: Node;
  readonly standby: Node;
  /** When the first of the requests was sent that nobody answered, and the first of those that all were answered. */
  readonly lostFromMs: number;
  readonly backAtMs: number;
  readonly requestsLost: number;
  /** By when they were sent; each {@link BUCKET_MS} long. */
  readonly buckets: readonly Bucket[];
  readonly limitMs: number;
}

export interface Node {
  readonly name: string;
  readonly steps: readonly { readonly atMs: number; readonly state: State }[];
}

export interface Bucket {
  readonly sent: number;
  readonly lost: number;
}

export interface TimelineReport {
  readonly circumstances: Circumstances;
  readonly requestsPerSecond: number;
  readonly repeats: number;
  readonly timelines: readonly Timeline[];
}

export function stepsSince(injectedAt: number, transitions: readonly Transition[]): Node["steps"] {
  return transitions.map(({ at, state }) => ({ atMs: rounded(at - injectedAt, 1), state }));
}

/** A request that was under way when the fault came counts as sent then. */
export function bucketsOf(samples: readonly Sample[], injectedAt: number, backAtMs: number): Bucket[] {
  const buckets = Array.from({ length: Math.ceil((backAtMs + AFTERWARDS_MS) / BUCKET_MS) }, () => ({
    sent: 0,
    lost: 0,
  }));
  for (const { at, latencyMs, ok } of samples) {
    const bucket = buckets[Math.floor(Math.max(at - injectedAt, 0) / BUCKET_MS)];
    if (!bucket || at + latencyMs < injectedAt) continue;
    bucket.sent++;
    bucket.lost += ok ? 0 : 1;
  }
  return buckets;
}

/** Of the repeats of a fault, the one with the middle outage. */
export function typical(timelines: readonly Timeline[]): Timeline[] {
  return [...groupBy(timelines, ({ profile, fault }) => `${profile} ${fault}`).values()].map((repeats) => {
    const sorted = [...repeats].sort((a, b) => a.backAtMs - b.backAtMs);
    return sorted[Math.floor((sorted.length - 1) / 2)] as Timeline;
  });
}

export function firstAt({ steps }: Node, state: State): number | undefined {
  return steps.find((step) => step.state === state)?.atMs;
}
