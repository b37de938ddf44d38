// Tables and picture of what a switchover costs clients. Pure.
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors, type Row } from "../chart";
import type { Table } from "../table";
import { beyondGoalMs, type Cell, type Figure, type SwitchoverReport, verdict, type Way } from "./report";

const wayTitles: Readonly<Record<Way, string>> = {
  drained: "`ha-lb switchover`",
  "at once": "`ha-lb switchover --drain-seconds 0`",
};
const platformTitles: Readonly<Record<string, string>> = {
  existing: "the skew after a goodbye",
  hcloud: "the API, from the call on",
  aws: "the API, from the call on",
};

export function tables({ cells, circumstances, platform, perSecond }: SwitchoverReport): Table[] {
  const all = Object.values(perSecond).reduce((total, rate) => total + rate, 0);
  return [
    {
      title: `A switchover under load, ${platform}`,
      head: [
        "Command",
        "Gap",
        "Platform's own",
        "Beyond it",
        "Requests",
        "Failed while draining",
        "Failed in all",
        "Connections cut",
        "Open when it moved",
        "Command took",
        "Goal",
      ],
      rows: cells.map(row),
      notes: [
        `Milliseconds, median and worst of ${Math.max(...cells.map(({ repeats }) => repeats))}; the platform's own: ${platformTitles[platform]}. ${all} requests a second, half of them over kept connections of HTTP/1.1 and HTTP/2, beside 100 new connections a second that see the gap.`,
        describeCircumstances(circumstances),
      ],
    },
  ];
}

function row(cell: Cell): string[] {
  return [
    wayTitles[cell.way],
    both(cell.gapMs),
    String(Math.round(cell.platformMs)),
    both(cell.beyondMs),
    String(cell.requests),
    cell.way === "drained" ? String(cell.failedWhileDraining) : "–",
    String(cell.failed),
    String(cell.cut),
    both(cell.openStill),
    `${cell.commandSeconds.toFixed(1)} s`,
    cell.way === "drained" ? `≤ ${beyondGoalMs}, 0 failed: ${verdict(cell)}` : "–",
  ];
}

function both({ median, worst }: Figure): string {
  return `${Math.round(median)}, ${Math.round(worst)}`;
}

export function chart({ cells, circumstances, platform }: SwitchoverReport): Chart {
  const largest = Math.max(...cells.map(({ cut, repeats }) => cut / repeats), 1);
  const step = largest > 50 ? 20 : 5;
  return {
    title: `What a switchover cuts, ${platform}`,
    subtitle: `Requests over connections that ended before the answer, on average of ${cells[0]?.repeats ?? 0}; ${circumstances.cores} cores`,
    axis: { label: "requests cut each time", max: axisEnd(largest, step), step },
    groups: [{ title: "", rows: cells.map(bar) }],
    legend: cells.map(({ way }) => ({ label: wayTitles[way].replaceAll("`", ""), color: colorOf(way) })),
  };
}

function bar({ way, cut, repeats }: Cell): Row {
  const each = cut / repeats;
  return {
    label: way,
    segments: [{ from: 0, to: each, color: colorOf(way) }],
    note: cut === 0 ? "0" : each.toFixed(1),
  };
}

function colorOf(way: Way): string {
  return way === "drained" ? colors.first : colors.other;
}
