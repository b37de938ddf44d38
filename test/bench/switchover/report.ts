// What clients lost in a switchover, with and without draining before, held against what the project promises. Pure.
import type { Circumstances } from "../bench";
import { groupBy } from "../grouping";
import { median, rounded, worst } from "../statistics";
import type { Counted, Kind } from "../update/report";

/** Whether connections get time to end before the address moves. */
export const ways = ["drained", "at once"] as const;
export type Way = (typeof ways)[number];

/** One switchover. */
export interface Observation {
  readonly way: Way;
  readonly repeat: number;
  /** How often it was measured before, while other tenants had the machine. */
  readonly disturbed: number;
  /** How long the address did not answer those who came anew. */
  readonly gapMs: number;
  /** What the platform itself takes: the protocol after a goodbye, or the cloud from the call on. */
  readonly platformMs: number;
  /** From the command to its end. */
  readonly commandSeconds: number;
  /** Connections that, as the command said, were open when the addresses moved. */
  readonly openStill: number;
  /** When the addresses left the node, in milliseconds of the Unix epoch: by Keepalived, or by the cloud. */
  readonly givenAwayAt: number;
  readonly counted: readonly Counted[];
}

export interface Cell {
  readonly way: Way;
  readonly repeats: number;
  readonly gapMs: Figure;
  readonly platformMs: number;
  /** Of the gap, what the platform has nothing to do with. */
  readonly beyondMs: Figure;
  readonly commandSeconds: number;
  readonly openStill: Figure;
  readonly requests: number;
  /** Had failed before the addresses left the node. */
  readonly failedWhileDraining: number;
  /** All that failed. */
  readonly failed: number;
  /** Of these, over a connection that was there and ended before the answer. */
  readonly cut: number;
  readonly cutByKind: Readonly<Partial<Record<Kind, number>>>;
}

export interface Figure {
  readonly median: number;
  readonly worst: number;
}

export interface SwitchoverReport {
  readonly circumstances: Circumstances;
  readonly platform: string;
  readonly perSecond: Readonly<Partial<Record<Kind, number>>>;
  readonly cells: readonly Cell[];
  readonly observations: readonly Observation[];
}

export const beyondGoalMs = 100;
/** What has not ended just before is reset. */
const CLOSING_MS = 100;

export function cells(observations: readonly Observation[]): Cell[] {
  return Array.from(
    groupBy(observations, ({ way }) => way),
    ([way, repeats]) => summary(way, repeats),
  );
}

function summary(way: Way, repeats: readonly Observation[]): Cell {
  const figure = (of: (one: Observation) => number): Figure => {
    const values = repeats.map(of);
    return { median: rounded(median(values), 1), worst: rounded(worst(values), 1) };
  };
  const counted = repeats.flatMap((one) => one.counted);
  const total = (field: "requests" | "failed" | "cut") => counted.reduce((sum, one) => sum + one[field], 0);
  return {
    way,
    repeats: repeats.length,
    gapMs: figure(({ gapMs }) => gapMs),
    platformMs: rounded(median(repeats.map(({ platformMs }) => platformMs)), 1),
    beyondMs: figure(({ gapMs, platformMs }) => Math.max(0, gapMs - platformMs)),
    commandSeconds: rounded(median(repeats.map(({ commandSeconds }) => commandSeconds)), 1),
    openStill: figure(({ openStill }) => openStill),
    requests: total("requests"),
    failedWhileDraining: repeats.reduce((sum, one) => sum + failedBefore(one), 0),
    failed: total("failed"),
    cut: total("cut"),
    cutByKind: Object.fromEntries(
      Array.from(
        groupBy(counted, ({ kind }) => kind),
        ([kind, found]) => [kind, found.reduce((sum, { cut }) => sum + cut, 0)],
      ),
    ),
  };
}

function failedBefore({ counted, givenAwayAt }: Observation): number {
  return counted.flatMap(({ failures }) => failures).filter(({ until }) => until < givenAwayAt - CLOSING_MS).length;
}

export type Verdict = "met" | "median only" | "missed";

export function verdict({ beyondMs, failedWhileDraining }: Cell): Verdict {
  if (failedWhileDraining > 0 || beyondMs.median > beyondGoalMs) {
    return "missed";
  }
  return beyondMs.worst <= beyondGoalMs ? "met" : "median only";
}
