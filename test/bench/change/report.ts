// How long a change of one line takes by each way, and held against what the project promises. Pure.
import type { Circumstances } from "../bench";
import type { Span } from "../provision/timeline";
import { median, worst } from "../statistics";
import type { Kind } from "./kinds";

export const ways = ["up", "ssh", "ansible"] as const;
export type Way = (typeof ways)[number];

export interface Timed {
  /** From the command's start until both nodes do what was changed. */
  readonly servesSeconds: number;
  /** Until the command ended. */
  readonly endedSeconds: number;
  /** Of `pulumi up`: when it was on the nodes. */
  readonly spans?: readonly Span[];
}

export interface ChangeReport {
  readonly circumstances: Circumstances;
  readonly ansible: string;
  readonly measured: Readonly<Record<Kind, Readonly<Record<Way, readonly Timed[]>>>>;
  /** `pulumi up` of the same program without a change, in turns with the changes. */
  readonly unchangedSeconds: readonly number[];
  /** Of a program without a line, and of one that loads the SDK. */
  readonly blankSeconds: readonly number[];
  readonly emptySeconds: readonly number[];
}

/** At most so many times bare ssh, after what the engine takes to start. */
export const GOAL_RATIO = 1.5;

export interface Judged {
  readonly serves: { readonly median: number; readonly worst: number };
  readonly ended: number;
  /** Of `pulumi up` alone: what it may take. */
  readonly allowed: number | undefined;
}

export function judge(report: ChangeReport, kind: Kind, way: Way): Judged {
  const seconds = (of: Way) => report.measured[kind][of].map(({ servesSeconds }) => servesSeconds);
  return {
    serves: { median: median(seconds(way)), worst: worst(seconds(way)) },
    ended: median(report.measured[kind][way].map(({ endedSeconds }) => endedSeconds)),
    allowed: way === "up" ? GOAL_RATIO * median(seconds("ssh")) + engineSeconds(report) : undefined,
  };
}

/** The engine, its language host, the compiler, the SDK and this program, with nothing to do on a host. */
export function engineSeconds({ unchangedSeconds }: ChangeReport): number {
  return median(unchangedSeconds);
}
