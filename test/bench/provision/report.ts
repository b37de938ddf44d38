// What the provision bench found, summed up, as tables and as a picture. Pure.
import { type Circumstances, describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors } from "../chart";
import { median } from "../statistics";
import type { Table } from "../table";
import type { Span } from "./timeline";

export interface Logins {
  readonly lb1: number;
  readonly lb2: number;
}

export interface Update {
  readonly seconds: number;
  readonly logins: Logins;
}

export interface FirstUp extends Update {
  readonly spans: readonly Span[];
  /** The slower install and both applies. */
  readonly ownWorkSeconds: number;
}

export interface ProvisionReport {
  readonly circumstances: Circumstances;
  readonly first: readonly FirstUp[];
  /** Taken in turns with the programs without resources. */
  readonly noChange: readonly Update[];
  /** Of a program that imports Pulumi's SDK, as every program with resources does, and makes no resource. */
  readonly emptySeconds: readonly number[];
  /** Of an empty program: no lines. */
  readonly blankSeconds: readonly number[];
  readonly oneLine: readonly Update[];
}

export const goals = { firstRatio: 1.3, noChangeRatio: 1.5, noChangeLogins: 0 } as const;

export function firstRatio(report: ProvisionReport): number {
  return median(report.first.map(({ seconds, ownWorkSeconds }) => seconds / ownWorkSeconds));
}

/** By the stricter reading of "an empty program": one without a line. */
export function noChangeRatio({ noChange, blankSeconds }: ProvisionReport): number {
  return median(noChange.map(({ seconds }) => seconds)) / median(blankSeconds);
}

/** By the other one: what every program with resources needs before it has any. */
function sdkRatio({ noChange, emptySeconds }: ProvisionReport): number {
  return median(noChange.map(({ seconds }) => seconds)) / median(emptySeconds);
}

export function tables(report: ProvisionReport): Table[] {
  const { first, noChange, blankSeconds, emptySeconds, oneLine, circumstances } = report;
  const line = (title: string, updates: readonly Update[], comparison = "", goal = "") => [
    title,
    seconds(median(updates.map((update) => update.seconds))),
    seconds(Math.max(...updates.map((update) => update.seconds))),
    `${Math.max(...updates.map(({ logins }) => logins.lb1))} and ${Math.max(...updates.map(({ logins }) => logins.lb2))}`,
    comparison,
    goal,
  ];
  const own = median(first.map(({ ownWorkSeconds }) => ownWorkSeconds));
  const without = (all: readonly number[]) => all.map((value) => ({ seconds: value, logins: { lb1: 0, lb2: 0 } }));
  return [
    {
      title: "Duration of `pulumi up`",
      head: ["`pulumi up`", "Median", "Worst", "SSH connections", "Compared with", "Goal"],
      rows: [
        line(
          "first, on fresh hosts",
          first,
          `${firstRatio(report).toFixed(2)} × the slower install and both applies (${seconds(own)})`,
          `≤ ${goals.firstRatio} ×: ${verdict(firstRatio(report) <= goals.firstRatio)}`,
        ),
        line("one line changed", oneLine),
        line(
          "no change",
          noChange,
          `${noChangeRatio(report).toFixed(2)} × an empty program, ${sdkRatio(report).toFixed(2)} × one that loads the SDK`,
          `≤ ${goals.noChangeRatio} ×: ${verdict(noChangeRatio(report) <= goals.noChangeRatio)}; no connection: ${verdict(connections(noChange) === goals.noChangeLogins)}`,
        ),
        line("an empty program, without a line", without(blankSeconds)),
        line("no resource, but the SDK", without(emptySeconds)),
      ],
      notes: [describeCircumstances(circumstances)],
    },
  ];
}

export function chart(report: ProvisionReport): Chart {
  const { first, noChange, blankSeconds, emptySeconds, oneLine, circumstances } = report;
  const typical = middleOne(first);
  const bar = (label: string, value: number, color: string) => ({
    label,
    segments: [{ from: 0, to: value, color }],
    note: seconds(value),
  });
  const longest = Math.max(...first.map((one) => one.seconds));
  const step = longest > 30 ? 10 : 5;
  return {
    title: "How long pulumi up takes",
    subtitle: `Two hosts, packages from a server beside them, ${circumstances.cores} cores`,
    axis: { label: "seconds", max: axisEnd(longest, step), step },
    groups: [
      {
        title: "First, on fresh hosts",
        rows: [
          ...typical.spans.map(({ name, from, to }) => ({
            label: name,
            segments: [{ from, to, color: name.endsWith("install") ? colors.second : colors.first }],
            note: seconds(to - from),
          })),
          bar("in all", typical.seconds, colors.third),
        ],
      },
      {
        title: "Later (medians)",
        rows: [
          bar("one line changed", median(oneLine.map((update) => update.seconds)), colors.third),
          bar("no change", median(noChange.map((update) => update.seconds)), colors.third),
          bar("an empty program", median(blankSeconds), colors.other),
          bar("no resource, but the SDK", median(emptySeconds), colors.other),
        ],
      },
    ],
    legend: [
      { label: "packages", color: colors.second },
      { label: "apply: check, put in use, wait until it serves", color: colors.first },
      { label: "the whole update", color: colors.third },
    ],
  };
}

/** The first up of median length. */
function middleOne(first: readonly FirstUp[]): FirstUp {
  const sorted = [...first].sort((a, b) => a.seconds - b.seconds);
  return sorted[Math.floor((sorted.length - 1) / 2)] as FirstUp;
}

function connections(updates: readonly Update[]): number {
  return updates.reduce((sum, { logins }) => sum + logins.lb1 + logins.lb2, 0);
}

function verdict(met: boolean): string {
  return met ? "met" : "missed";
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
