// Tables and picture of a proxy report. Pure.
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors } from "../chart";
import type { Table } from "../table";
import {
  type Cell,
  type Comparison,
  type Cost,
  cellOf,
  cells,
  comparisons,
  costs,
  type Kind,
  kinds,
  type ProxyReport,
  type Run,
  type VariantName,
} from "./report";

const kindTitles: Readonly<Record<Kind, string>> = {
  "keep-alive": "HTTP, keep-alive",
  "new-connection": "HTTP, new connections",
  "tls-resumed": "HTTPS, resumed sessions",
  "tls-full": "HTTPS, full handshakes",
};
const variantTitles: Readonly<Record<VariantName, string>> = {
  ours: "rendered",
  "ours-again": "rendered, once more",
  "hand-tuned": "hand-tuned",
  nginx: "nginx",
  direct: "the server directly",
  bare: "rendered, bare",
  "hand-tuned-bare": "hand-tuned, bare",
  "nginx-bare": "nginx, bare",
  "shared-connections": 'rendered, connectionReuse: "always"',
  "no-log": "a log line",
  "no-forwarded": "X-Forwarded-For, -Proto, -Host and -Port",
  "no-guard": "the guard against an empty Content-Length",
  "no-checks": "health checks of two servers",
};
const ALL_FEATURES = "log line, headers and guard together";

export function tables(report: ProxyReport): Table[] {
  const all = cells(report.runs);
  const notes = [
    `Medians of ${report.repeats} repeats of ${report.seconds} s, taken in turns; the load balancer has one processor, client and servers the rest. ${steal(report.runs)} Processor time is that of the host: the proxy's and that of the journal, which has its log lines. Bare: no log, no headers, no guard.`,
    describeCircumstances(report.circumstances),
  ];
  return [figures(all), equal(comparisons(all)), { ...features(costs(all)), notes }];
}

const shown: readonly VariantName[] = [
  "ours",
  "hand-tuned",
  "nginx",
  "direct",
  "bare",
  "hand-tuned-bare",
  "nginx-bare",
  "shared-connections",
];

function figures(all: readonly Cell[]): Table {
  return {
    title: "Through a load balancer",
    head: ["Load", "Through", "Requests/s", "p50", "p99", "Processor time of a request"],
    rows: kinds.flatMap((kind) =>
      shown.flatMap((variant) => {
        const cell = cellOf(all, kind, variant);
        return cell
          ? [
              [
                kindTitles[kind],
                variantTitles[variant],
                String(Math.round(cell.perSecond)),
                milliseconds(cell.p50Us),
                milliseconds(cell.p99Us),
                variant === "direct" ? "–" : processorTime(cell),
              ],
            ]
          : [];
      }),
    ),
  };
}

function equal(all: readonly Comparison[]): Table {
  return {
    title: "At equal features",
    head: ["Load", "", "Compared with", "Requests/s", "Requests/s of processor time", "Goal"],
    rows: all.map(({ kind, ours, other, rate, economy, goal, isMet }) => [
      kindTitles[kind],
      variantTitles[ours],
      variantTitles[other],
      `${rate.toFixed(2)} ×`,
      `${economy.toFixed(2)} ×`,
      goal === null ? "– (chance)" : `≥ ${goal.toFixed(2)} ×: ${isMet ? "met" : "missed"}`,
    ]),
  };
}

function features(all: readonly Cost[]): Table {
  return {
    title: "What the defaults cost a request",
    head: ["Default", "HAProxy", "Journal", "Requests/s, by those without it"],
    rows: all.map(({ without, proxyUs, journalUs, rate }) => [
      without === "bare" ? ALL_FEATURES : variantTitles[without],
      microseconds(proxyUs),
      // The others write the same lines: what differs there is chance.
      without === "no-log" || without === "bare" ? microseconds(journalUs) : "–",
      `${rate.toFixed(2)} ×`,
    ]),
  };
}

export function chart(report: ProxyReport): Chart {
  const all = cells(report.runs);
  const rows = (kind: Kind) => {
    const base = cellOf(all, kind, "hand-tuned")?.perSecond ?? Number.NaN;
    return bars.flatMap(([variant, color]) => {
      const cell = cellOf(all, kind, variant);
      return cell ? [{ label: variantTitles[variant], ratio: cell.perSecond / base, cell, color }] : [];
    });
  };
  const groups = kinds.map((kind) => ({ title: kindTitles[kind], rows: rows(kind) }));
  const step = 0.5;
  const largest = Math.max(...groups.flatMap((group) => group.rows.map(({ ratio }) => ratio)));
  return {
    title: "Requests a second through a load balancer",
    subtitle: `The load balancer has one processor, client and servers the rest; a hand-tuned haproxy.cfg is 1`,
    axis: { label: "times as many as through the hand-tuned one", max: axisEnd(largest, step), step },
    groups: groups.map(({ title, rows: found }) => ({
      title,
      rows: found.map(({ label, ratio, cell, color }) => ({
        label,
        segments: [{ from: 0, to: ratio, color }],
        note: `${Math.round(cell.perSecond)}/s`,
      })),
    })),
    legend: bars.map(([variant, color]) => ({ label: variantTitles[variant], color })),
  };
}

const bars: readonly (readonly [VariantName, string])[] = [
  ["ours", colors.first],
  ["hand-tuned", colors.second],
  ["nginx", colors.third],
  ["direct", colors.other],
];

function steal(runs: readonly Run[]): string {
  const shares = runs.map(({ seconds, ownSeconds }) => 1 - ownSeconds / seconds);
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return `Of the seconds of a run, others had ${percent(mean)} on average and ${percent(Math.max(...shares))} at most; they do not count.`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(2)} ms`;
}

function processorTime({ proxyUsPerRequest, journalUsPerRequest }: Cell): string {
  return `${microseconds(proxyUsPerRequest)}${journalUsPerRequest >= 1 ? ` + ${microseconds(journalUsPerRequest)} of the journal` : ""}`;
}

function microseconds(us: number): string {
  // No "-0.0".
  return `${(Math.round(us * 10) / 10 + 0).toFixed(1)} µs`;
}
