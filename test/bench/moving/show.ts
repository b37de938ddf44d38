// Tables and picture of what it takes a cloud to move an address. Pure.
import { pairFaults } from "../../pair/faults";
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors, type Row } from "../chart";
import { groupBy } from "../grouping";
import type { Table } from "../table";
import { type Cell, type Figure, type Idle, type MovingReport, overheadGoalMs, type Subject } from "./report";

const subjects: Readonly<Record<Subject, string>> = { agent: "agent", script: "one-shot script" };
const parts = [
  { key: "detection", label: "until the standby is MASTER", color: colors.other },
  { key: "toTheCall", label: "until its call is at the API", color: colors.alarm },
  { key: "cloud", label: "until the cloud has moved the address", color: colors.second },
  { key: "toService", label: "until a client has an answer", color: colors.first },
] as const;

export function tables({ cells, idle, circumstances, requestsPerSecond }: MovingReport): Table[] {
  return [
    {
      title: "Outage, and what it is made of",
      head: [
        "Fault",
        "The API takes",
        "By",
        "Outage",
        "MASTER after",
        "call after",
        "cloud",
        "service after",
        "Overhead",
        "Goal",
        "Calls before the move",
        "Requests lost",
      ],
      rows: cells.map(row),
      notes: [
        `Milliseconds, median and worst of ${Math.max(...cells.map(({ repeats }) => repeats))}; ${requestsPerSecond} new connections a second. Overhead: everything but detection and the cloud's own time.`,
        describeCircumstances(circumstances),
      ],
    },
    ...(idle.length > 0 ? [idleTable(idle)] : []),
  ];
}

function row(cell: Cell): string[] {
  const { subject, overheadMs } = cell;
  return [
    titleOf(cell),
    `${cell.delaySeconds} s`,
    subjects[subject],
    both(cell.outageMs),
    ...parts.map(({ key }) => both(cell.parts[key])),
    both(overheadMs),
    subject === "agent" ? verdict(overheadMs) : "–",
    String(cell.mostCallsBefore),
    String(Math.round(cell.medianRequestsLost)),
  ];
}

function verdict({ median, worst }: Figure): string {
  const word = worst <= overheadGoalMs ? "met" : median <= overheadGoalMs ? "median only" : "missed";
  return `≤ ${overheadGoalMs}: ${word}`;
}

function both({ median, worst }: Figure): string {
  return `${Math.round(median)}, ${Math.round(worst)}`;
}

function titleOf({ fault }: Cell): string {
  return pairFaults.find(({ name }) => name === fault)?.title ?? fault;
}

function idleTable(idle: readonly Idle[]): Table {
  return {
    title: "While nothing happens",
    head: ["Node", "State", "Processor", "API calls"],
    rows: idle.map(({ node, state, cpuSecondsPerHour, callsPerHour }) => [
      node,
      state,
      `${cpuSecondsPerHour.toFixed(1)} s an hour`,
      `${Math.round(callsPerHour)} an hour`,
    ]),
    notes: [`Both of a node's agents, over ${Math.round(Math.min(...idle.map(({ seconds }) => seconds)))} s.`],
  };
}

export function chart({ cells, circumstances, addressKind, requestsPerSecond }: MovingReport): Chart {
  const max = axisEnd(Math.max(...cells.map(({ outageMs }) => outageMs.worst)) / 1000, 1);
  const groups = groupBy(cells, (cell) => `${titleOf(cell)}, the API takes ${cell.delaySeconds} s`);
  return {
    title: `How long the ${addressKind} is away`,
    subtitle: `Medians of ${Math.max(...cells.map(({ repeats }) => repeats))} repeats, ${requestsPerSecond} new connections a second, ${circumstances.cores} cores`,
    axis: { label: "seconds without an answer", max, step: 1 },
    groups: Array.from(groups, ([title, found]) => ({ title, rows: found.map(bar) })),
    legend: parts.map(({ label, color }) => ({ label, color })),
  };
}

function bar(cell: Cell): Row {
  let at = 0;
  const segments = parts.map(({ key, color }) => {
    const from = at;
    at += cell.parts[key].median / 1000;
    return { from, to: at, color };
  });
  return { label: subjects[cell.subject], segments, note: `${(cell.outageMs.median / 1000).toFixed(2)} s` };
}
