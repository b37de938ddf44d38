// What the render bench found, as a table and as a picture. Pure.
import { perBackend } from "../../unit/largeArgs";
import { type Circumstances, describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors } from "../chart";
import { groupBy } from "../grouping";
import { median } from "../statistics";
import type { Table } from "../table";

/** Arguments with so many backends, once. Milliseconds are the processor's. */
export interface Large {
  readonly backends: number;
  readonly validateMs: number;
  readonly renderMs: number;
  /** Of one node's haproxy.cfg. */
  readonly lines: number;
}

export interface RenderReport {
  readonly circumstances: Circumstances;
  readonly larges: readonly Large[];
}

/** The project's promise. */
const GOAL = { backends: 1000, ms: 1000 } as const;

interface Summary {
  readonly backends: number;
  readonly lines: number;
  readonly validateMs: number;
  readonly renderMs: number;
  readonly totalMs: number;
}

export function summaries(larges: readonly Large[]): Summary[] {
  const medianOf = (group: readonly Large[], value: (large: Large) => number) => median(group.map(value));
  return Array.from(groupBy(larges, ({ backends }) => backends).values(), (group) => ({
    backends: group[0]?.backends ?? 0,
    lines: group[0]?.lines ?? 0,
    validateMs: medianOf(group, ({ validateMs }) => validateMs),
    renderMs: medianOf(group, ({ renderMs }) => renderMs),
    totalMs: medianOf(group, ({ validateMs, renderMs }) => validateMs + renderMs),
  }));
}

export function tables({ larges, circumstances }: RenderReport): Table[] {
  return [
    {
      title: "Large configurations",
      head: [
        "Backends",
        "Servers",
        "Lines of haproxy.cfg",
        "Check",
        "Render, both nodes",
        "In all",
        "Per backend",
        "Goal",
      ],
      rows: summaries(larges).map(({ backends, lines, validateMs, renderMs, totalMs }) => [
        String(backends),
        String(backends * perBackend.servers),
        String(lines),
        milliseconds(validateMs),
        milliseconds(renderMs),
        milliseconds(totalMs),
        milliseconds(totalMs / backends, 2),
        backends === GOAL.backends ? `< ${milliseconds(GOAL.ms)}: ${totalMs < GOAL.ms ? "met" : "missed"}` : "–",
      ]),
      notes: [
        `Medians, in milliseconds of the processor's time. A route to each backend, and ${perBackend.tableEntries} entries of tables.`,
        describeCircumstances(circumstances),
      ],
    },
  ];
}

export function chart({ larges, circumstances }: RenderReport): Chart {
  const all = summaries(larges);
  const longest = Math.max(...all.map(({ totalMs }) => totalMs)) / 1000;
  const step = longest > 2 ? 0.5 : 0.25;
  return {
    title: "How long large configurations take",
    subtitle: `Processor time to check the arguments and to render the files of both nodes, ${circumstances.cores} cores`,
    axis: { label: "seconds", max: axisEnd(longest, step), step },
    groups: [
      {
        title: `Backends, with ${perBackend.servers} servers each`,
        rows: all.map(({ backends, validateMs, totalMs }) => ({
          label: String(backends),
          segments: [
            { from: 0, to: validateMs / 1000, color: colors.first },
            { from: validateMs / 1000, to: totalMs / 1000, color: colors.second },
          ],
          note: `${(totalMs / 1000).toFixed(2)} s`,
        })),
      },
    ],
    legend: [
      { label: "check", color: colors.first },
      { label: "render", color: colors.second },
    ],
  };
}

function milliseconds(value: number, digits = 0): string {
  return `${value.toFixed(digits)} ms`;
}
