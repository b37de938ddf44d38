// Where the time of a failover goes when a cloud moves the address, beside a notify script as it is usually written. Pure.
import type { FaultName } from "../../lab/faults";
import type { ObservedOutage } from "../../pair/observe";
import type { Circumstances } from "../bench";
import { groupBy } from "../grouping";
import { median, rounded, worst } from "../statistics";

export type Subject = "agent" | "script";

/** Milliseconds, one after the other; together they are the outage. */
export interface Parts {
  /** Until the standby is MASTER. */
  readonly detection: number;
  /** From there until the call that moves the address is at the API. */
  readonly toTheCall: number;
  /** What the API itself takes until the traffic goes elsewhere. */
  readonly cloud: number;
  /** Until a client has an answer. */
  readonly toService: number;
}

export interface Observation extends ObservedOutage {
  readonly subject: Subject;
  readonly fault: FaultName;
  /** Seconds that the API takes to move an address. */
  readonly delaySeconds: number;
  readonly repeat: number;
  /** How often it was measured before, while other tenants had the machine. */
  readonly disturbed: number;
  readonly parts: Parts;
  /** Calls of the new node before the traffic moved, the one that moves it included. */
  readonly callsBefore: number;
}

export interface Cell {
  readonly subject: Subject;
  readonly fault: FaultName;
  readonly delaySeconds: number;
  readonly repeats: number;
  readonly outageMs: Figure;
  readonly parts: Readonly<Record<keyof Parts, Figure>>;
  /** Everything but detection and the cloud's own time. */
  readonly overheadMs: Figure;
  readonly mostCallsBefore: number;
  readonly medianRequestsLost: number;
}

export interface Figure {
  readonly median: number;
  readonly worst: number;
}

/** What the agent costs while nothing happens, on one node. */
export interface Idle {
  readonly node: string;
  readonly state: string;
  readonly seconds: number;
  readonly cpuSecondsPerHour: number;
  readonly callsPerHour: number;
}

export interface MovingReport {
  readonly circumstances: Circumstances;
  /** What the cloud calls it. */
  readonly addressKind: string;
  readonly requestsPerSecond: number;
  readonly cells: readonly Cell[];
  readonly idle: readonly Idle[];
  readonly observations: readonly Observation[];
}

export const overheadGoalMs = 150;

export function cells(observations: readonly Observation[]): Cell[] {
  const byCell = groupBy(observations, ({ subject, fault, delaySeconds }) => `${subject} ${fault} ${delaySeconds}`);
  return Array.from(byCell.values(), summary);
}

function summary(repeats: readonly Observation[]): Cell {
  const [{ subject, fault, delaySeconds }] = repeats as [Observation];
  const figure = (of: (one: Observation) => number): Figure => {
    const values = repeats.map(of);
    return { median: rounded(median(values), 1), worst: rounded(worst(values), 1) };
  };
  return {
    subject,
    fault,
    delaySeconds,
    repeats: repeats.length,
    outageMs: figure(({ outageMs }) => outageMs),
    parts: {
      detection: figure(({ parts }) => parts.detection),
      toTheCall: figure(({ parts }) => parts.toTheCall),
      cloud: figure(({ parts }) => parts.cloud),
      toService: figure(({ parts }) => parts.toService),
    },
    overheadMs: figure(({ parts }) => parts.toTheCall + parts.toService),
    mostCallsBefore: worst(repeats.map(({ callsBefore }) => callsBefore)),
    medianRequestsLost: median(repeats.map(({ requestsLost }) => requestsLost)),
  };
}
