// Tables and picture of an update report. Pure.
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors } from "../chart";
import type { Table } from "../table";
import {
  downloads,
  type Kind,
  type Phase,
  rated,
  sum,
  type UpdateReport,
  type Verdict,
  WANTED_REQUESTS,
  type Way,
} from "./report";

const kindTitles: Readonly<Record<Kind, string>> = {
  "keep-alive": "HTTP/1.1, kept",
  "tls-keep-alive": "HTTPS, HTTP/1.1, kept",
  http2: "HTTPS, HTTP/2, kept",
  "new-connection": "HTTP/1.1, new",
  "tls-full": "HTTPS, HTTP/1.1, new",
  websocket: "WebSocket",
  "tls-websocket": "WebSocket, TLS",
  download: "download, HTTP/1.1",
  "http2-download": "download, HTTP/2",
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

const AFTER_HARD_STOP = "Of them after their time";

export function tables(report: UpdateReport): Table[] {
  return [sums(report), byKind(report), lasted(report), changesMade(report)];
}

function sums({ phases, hardStopSeconds }: UpdateReport): Table {
  return {
    title: "Updates under load",
    head: [
      "What happens",
      "Times",
      "Requests",
      "Failed",
      "Connections cut",
      AFTER_HARD_STOP,
      "Failed each time",
      "Goal",
    ],
    rows: phases
      .map((phase) => sum(phase, hardStopSeconds))
      .map(({ way, changes, requests, failed, cut, hadTheirTime, failedPerChange, verdict }) => [
        wayTitles[way],
        way === "quiet" ? "–" : String(changes),
        String(requests),
        String(failed),
        String(cut),
        way === "up" ? String(hadTheirTime) : "–",
        way === "quiet" ? "–" : failedPerChange.toFixed(1),
        verdicts[verdict],
      ]),
    notes: [`${AFTER_HARD_STOP}: \`hard-stop-after\`, ${hardStopSeconds} s from when another process takes over.`],
  };
}

function byKind({ phases, perSecond, circumstances }: UpdateReport): Table {
  const perKind = rated.flatMap((kind) =>
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
  const rates = rated.map((kind) => `${perSecond[kind]} (${kindTitles[kind]})`);
  const all = Object.values(perSecond).reduce((total, rate) => total + rate, 0);
  const sentAgain = phases.flatMap(({ counted }) => counted).reduce((total, { again }) => total + again, 0);
  return {
    title: "By kind of connection",
    head: ["Connections", "What happens", "Requests", "Failed", "Cut", "p50", "p99"],
    rows: perKind,
    notes: [
      `${all} requests and messages a second: ${rates.join(", ")}. ${sentAgain} requests of HTTP/2 were refused unread and sent again by the client's library.`,
      describeCircumstances(circumstances),
    ],
  };
}

/** WebSockets and downloads: whether a connection goes on is the question, not how quick it is. */
function lasted({ phases, downloadsAtATime }: UpdateReport): Table {
  const isDownload = (kind: Kind) => downloads.some((one) => one === kind);
  const lasting = phases.flatMap(({ way, counted }) =>
    counted.filter(({ kind }) => kind.endsWith("websocket") || isDownload(kind)).map((one) => ({ way, ...one })),
  );
  return {
    title: "Connections that last",
    head: ["Kind", "What happens", "Opened meanwhile", "Cut", "The longest served for", "Whole downloads"],
    rows: lasting
      .sort((a, b) => Object.keys(kindTitles).indexOf(a.kind) - Object.keys(kindTitles).indexOf(b.kind))
      .map(({ kind, way, connections, cut, longestSeconds, whole }) => [
        kindTitles[kind],
        wayTitles[way],
        String(connections),
        String(cut),
        `${Math.round(longestSeconds)} s`,
        isDownload(kind) ? String(whole) : "–",
      ]),
    notes: [
      `No client closes a WebSocket: 16 at the beginning, and one more every five seconds, of each kind. ${downloadsAtATime} downloads of each kind at a time, ten minutes each; the end of a measurement finds the last ones under way.`,
    ],
  };
}

function changesMade({ phases, hardStopSeconds }: UpdateReport): Table {
  return {
    title: "How changes were made",
    head: ["By", "Times", "At run time", "By new processes", "Median", "Worst", "Processes at most", "Memory"],
    rows: phases
      .filter(({ made }) => made.length > 0)
      .map((phase) => ({ ...sum(phase, hardStopSeconds), made: phase.made }))
      .map(({ way, changes, atRunTime, byReload, medianSeconds, worstSeconds, made }) => [
        wayTitles[way],
        String(changes),
        String(atRunTime),
        String(byReload),
        seconds(medianSeconds),
        seconds(worstSeconds),
        String(Math.max(...made.map(({ workers }) => workers))),
        `${made[0]?.memoryMb} to ${Math.max(...made.map(({ memoryMb }) => memoryMb))} MiB`,
      ]),
    notes: ["Processes and memory of HAProxy on the node with the address: at the first change, and at most."],
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
