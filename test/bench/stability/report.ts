// What the stability bench found, as tables and as a picture. Pure.
import type { FailoverProfile } from "../../../src/keepalived/args";
import type { LoadBalancerName } from "../../pair/pair";
import { type Circumstances, describeCircumstances } from "../bench";
import { type Chart, colors } from "../chart";
import type { Table } from "../table";
import type { StallKind } from "./schedule";

/** A stall as it was, in milliseconds since the beginning of the run. */
export interface PastStall {
  readonly node: LoadBalancerName;
  readonly kind: StallKind;
  readonly from: number;
  readonly to: number;
}

/** A node that entered the state MASTER, which none had a reason to. */
export interface FalseFailover {
  readonly node: LoadBalancerName;
  readonly at: number;
}

export interface ProfileRun {
  readonly profile: FailoverProfile;
  readonly ownerBefore: LoadBalancerName;
  readonly falseFailovers: readonly FalseFailover[];
  readonly stalls: readonly PastStall[];
  readonly requests: number;
  readonly requestsLost: number;
  readonly worstOutageMs: number;
}

export interface StabilityReport {
  readonly circumstances: Circumstances;
  readonly seed: string;
  readonly minutes: number;
  readonly requestsPerSecond: number;
  readonly runs: readonly ProfileRun[];
}

export function tables({ circumstances, seed, minutes, requestsPerSecond, runs }: StabilityReport): Table[] {
  return [
    {
      title: "False failovers while both nodes stall",
      head: [
        "Profile",
        "False failovers",
        "Stalls of lb1, lb2",
        "Longest stall",
        "Requests lost",
        "Worst outage",
        "Goal",
      ],
      rows: runs.map(({ profile, falseFailovers, stalls, requests, requestsLost, worstOutageMs }) => [
        profile,
        String(falseFailovers.length),
        (["lb1", "lb2"] as const).map((name) => stalls.filter(({ node }) => node === name).length).join(", "),
        seconds(Math.max(0, ...stalls.map(({ from, to }) => to - from))),
        `${requestsLost} of ${requests}`,
        seconds(worstOutageMs),
        profile === "steady" ? `none: ${falseFailovers.length === 0 ? "met" : "missed"}` : "–",
      ]),
      notes: [
        `Each node stalls at random, for up to 2 s at a time and a quarter of the time, for ${minutes} minutes (seed "${seed}"); ${requestsPerSecond} requests a second. A stalled active node answers nobody: those requests are lost whether or not the address moves.`,
        describeCircumstances(circumstances),
      ],
    },
  ];
}

export function chart({ minutes, runs }: StabilityReport): Chart {
  const max = Math.ceil(minutes);
  const minute = (ms: number) => ms / 60_000;
  return {
    title: "False failovers while both nodes stall at random for up to 2 s",
    subtitle: "Each mark in orange: the address moved although no node was dead",
    axis: { label: "minutes", max, step: 1 },
    groups: runs.map(({ profile, stalls, falseFailovers }) => ({
      title: `${profile}: ${falseFailovers.length}`,
      rows: (["lb1", "lb2"] as const).map((name) => ({
        label: name,
        segments: stalls
          .filter(({ node }) => node === name)
          .map(({ kind, from, to }) => ({ from: minute(from), to: minute(to), color: kindColors[kind] })),
        marks: falseFailovers
          .filter(({ node }) => node === name)
          .map(({ at }) => ({ at: minute(at), color: colors.alarm })),
      })),
    })),
    legend: [
      { label: "Keepalived stopped", color: kindColors.keepalived },
      { label: "machine stopped", color: kindColors.machine },
      { label: "became MASTER", color: colors.alarm, mark: true },
    ],
  };
}

const kindColors: Readonly<Record<StallKind, string>> = { keepalived: colors.second, machine: colors.first };

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
