// Tables and picture of an update report. Pure.
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors } from "../chart";
import type { Table } from "../table";
import { type Kind, type Phase, sum, type UpdateReport, type Verdict, WANTED_REQUESTS, type Way } from "./report";

const kindTitles: Readonly<Record<Kind, string>> = {
  "keep-alive": "HTTP/1.1, kept",
  "tls-keep-alive": "HTTPS, HTTP/1.1, kept",
  http2: "HTTPS, HTTP/2, kept",
  "new-connection": "HTTP/1.1, new",
  "tls-full": "HTTPS, HTTP/1.1, new",
};
const wayTitles: Readonly<Record<Way, string>> = {
  quiet: "nothing",
  up: "`pulumi up`",
  reload: "`systemctl reload haproxy`",
  restart: "`systemctl restart haproxy`",
};
const verdicts: Readonly<Record<Verdict, string>> = {
  met: "0: met",
  missed: "0: missed",
  few: `0: none lost, of fewer than ${WANTED_REQUESTS}`,
  none: "–",
};
const wayColors: Readonly<Record<Way, string>> = {
  quiet: colors.third,
  up: colors.first,
  reload: colors.second,
  restart: colors.other,
};

export function tables(report: UpdateReport): Table[] {
  return [sums(report), byKind(report), changesMade(report)];
}

function sums({ phases }: UpdateReport): Table {
  return {
    title: "Updates under load",
    head: ["What happens", "Times", "Requests", "Failed", "Connections cut", "Failed each time", "Goal"],
    rows: phases
      .map(sum)
      .map(({ way, changes, requests, failed, cut, failedPerChange, verdict }) => [
        wayTitles[way],
        way === "quiet" ? "–" : String(changes),
        String(requests),
        String(failed),
        String(cut),
        way === "quiet" ? "–" : failedPerChange.toFixed(1),
        verdicts[verdict],
      ]),
  };
}

function byKind({ phases, perSecond, circumstances }: UpdateReport): Table {
  const perKind = (Object.keys(kindTitles) as Kind[]).flatMap((kind) =>
    phases.flatMap(({ way, counted }) =>
      counted
        .filter((one) => one.kind === kind)
        .map(({ requests, failed, cut, p50Us, p99Us }) => [
          kindTitles[kind],
          wayTitles[way],
          String(requests),
          String(failed),
          String(cut),
          milliseconds(p50Us),
          milliseconds(p99Us),
        ]),
    ),
  );
  const rates = (Object.keys(kindTitles) as Kind[]).map((kind) => `${perSecond[kind]} (${kindTitles[kind]})`);
  const all = Object.values(perSecond).reduce((total, rate) => total + rate, 0);
  const sentAgain = phases.flatMap(({ counted }) => counted).reduce((total, { again }) => total + again, 0);
  return {
    title: "By kind of connection",
    head: ["Connections", "What happens", "Requests", "Failed", "Cut", "p50", "p99"],
    rows: perKind,
    notes: [
      `${all} requests a second: ${rates.join(", ")}. ${sentAgain} requests of HTTP/2 were refused unread and sent again by the client's library.`,
      describeCircumstances(circumstances),
    ],
  };
}

function changesMade({ phases }: UpdateReport): Table {
  return {
    title: "How changes were made",
    head: ["By", "Times", "At run time", "By new processes", "Median", "Worst"],
    rows: phases
      .filter(({ made }) => made.length > 0)
      .map(sum)
      .map(({ way, changes, atRunTime, byReload, medianSeconds, worstSeconds }) => [
        wayTitles[way],
        String(changes),
        String(atRunTime),
        String(byReload),
        seconds(medianSeconds),
        seconds(worstSeconds),
      ]),
  };
}

export function chart({ phases, circumstances }: UpdateReport): Chart {
  const changed = phases.filter(({ made }) => made.length > 0);
  const largest = Math.max(...changed.flatMap((one) => one.counted.map(({ failed }) => failed / one.made.length)));
  const step = largest > 50 ? 20 : 5;
  return {
    title: "What clients lose while HAProxy gets another configuration",
    subtitle: `Requests that failed each time, on average of ${changed[0]?.made.length ?? 0}; ${circumstances.cores} cores`,
    axis: { label: "failed requests each time", max: axisEnd(largest, step), step },
    groups: changed.map((one) => ({ title: wayTitles[one.way].replaceAll("`", ""), rows: rowsOf(one) })),
    legend: changed.map(({ way }) => ({ label: wayTitles[way].replaceAll("`", ""), color: wayColors[way] })),
  };
}

function rowsOf({ way, made, counted }: Phase): Chart["groups"][number]["rows"] {
  return counted.map(({ kind, failed }) => ({
    label: kindTitles[kind],
    segments: [{ from: 0, to: failed / made.length, color: wayColors[way] }],
    note: failed === 0 ? "0" : (failed / made.length).toFixed(1),
  }));
}

function milliseconds(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

function seconds(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(2)} s`;
}
