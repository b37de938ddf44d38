// Tables and picture of a failover report. Pure.
import type { FaultName } from "../../lab/faults";
import { pairFaults } from "../../pair/faults";
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors, type Row } from "../chart";
import { groupBy } from "../grouping";
import type { Table } from "../table";
import type { Cell, Configuration, FailoverReport, Observation, Verdict } from "./report";

const verdicts: Readonly<Record<Verdict, string>> = {
  met: "met",
  partly: "median only",
  missed: "missed",
  none: "",
};
const looks: Readonly<Record<Configuration, { readonly label: string; readonly color: string }>> = {
  steady: { label: "steady", color: colors.first },
  fast: { label: "fast", color: colors.second },
  fastest: { label: "fastest", color: colors.third },
  tutorial: { label: "tutorial's pair", color: colors.other },
};

export function tables(report: FailoverReport): Table[] {
  const { cells, observations, circumstances, requestsPerSecond, patienceMs } = report;
  return [
    {
      title: "Outage per fault",
      head: ["Fault", "Configuration", "Median", "Worst", "Timers allow", "Requests lost", "Goal", ""],
      rows: byFault(cells).flatMap(([fault, found]) =>
        found.map((cell) => [
          titleOf(fault),
          looks[cell.configuration].label,
          duration(cell.medianMs),
          `${duration(cell.worstMs)}${cell.withoutSingleOwner > 0 ? " (1)" : ""}`,
          cell.limitMs === null ? "–" : duration(cell.limitMs),
          `${Math.round(cell.medianRequestsLost)}, at most ${cell.worstRequestsLost}`,
          cell.goalMs === null ? "–" : `≤ ${duration(cell.goalMs)}`,
          verdicts[cell.verdict],
        ]),
      ),
      notes: [
        `${repeatsOf(cells)} each; ${requestsPerSecond} requests a second, each over a new connection. Never: not within ${patienceMs.tutorial / 1000} s. ${again(observations)}`,
        ...(cells.some(({ withoutSingleOwner }) => withoutSingleOwner > 0)
          ? ["(1) Afterwards both nodes had the address: the one that Keepalived left behind answers on."]
          : []),
        describeCircumstances(circumstances),
      ],
    },
  ];
}

export function chart({ cells, circumstances, requestsPerSecond }: FailoverReport): Chart {
  const shown = cells.flatMap(({ worstMs, limitMs }) => [worstMs ?? 0, limitMs ?? 0]);
  const max = axisEnd(Math.max(...shown) / 1000, 1);
  const configurations = (Object.keys(looks) as Configuration[]).filter((name) =>
    cells.some(({ configuration }) => configuration === name),
  );
  return {
    title: "How long the shared address is away",
    subtitle: `Median (bar) and worst (line) of ${repeatsOf(cells)}, ${requestsPerSecond} new connections a second, ${circumstances.cores} cores`,
    axis: { label: "seconds without an answer", max, step: 1 },
    groups: byFault(cells).map(([fault, found]) => ({
      title: titleOf(fault),
      rows: found.map((cell) => row(cell, max)),
    })),
    legend: [
      ...configurations.map((name) => looks[name]),
      { label: "what the timers allow", color: colors.alarm, mark: true },
    ],
  };
}

function row({ configuration, medianMs, worstMs, limitMs }: Cell, max: number): Row {
  const { label, color } = looks[configuration];
  const middle = medianMs === null ? max : medianMs / 1000;
  const end = worstMs === null ? max : worstMs / 1000;
  return {
    label,
    segments: [
      { from: 0, to: middle, color },
      { from: middle, to: end, color, thin: true },
    ],
    marks: limitMs === null ? [] : [{ at: limitMs / 1000, color: colors.alarm }],
    note: medianMs === null ? "never" : duration(medianMs),
  };
}

function byFault(cells: readonly Cell[]): [FaultName, Cell[]][] {
  return [...groupBy(cells, ({ fault }) => fault)];
}

function again(observations: readonly Observation[]): string {
  const times = observations.reduce((sum, { disturbed }) => sum + disturbed, 0);
  return `${times} of ${observations.length + times} measurements were made again, because others had the machine meanwhile.`;
}

function repeatsOf(cells: readonly Cell[]): string {
  const count = Math.max(...cells.map(({ repeats }) => repeats));
  return count === 1 ? "1 repeat" : `${count} repeats`;
}

function titleOf(fault: FaultName): string {
  return pairFaults.find(({ name }) => name === fault)?.title ?? fault;
}

function duration(ms: number | null): string {
  return ms === null ? "never" : `${(ms / 1000).toFixed(2)} s`;
}
