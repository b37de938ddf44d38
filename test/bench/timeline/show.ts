// Table and picture of what happens after a fault, moment by moment. Pure.
import { pairFaults } from "../../pair/faults";
import type { State } from "../../pair/transitions";
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors, type Row, type Segment } from "../chart";
import type { Table } from "../table";
import { BUCKET_MS, type Bucket, firstAt, type Node, type Timeline, type TimelineReport, typical } from "./report";

const looks = { MASTER: colors.first, BACKUP: colors.second, FAULT: colors.special, gone: colors.other } as const;
const service = { answered: colors.third, partly: colors.warning, lost: colors.alarm } as const;

export function tables({ timelines, circumstances, requestsPerSecond, repeats }: TimelineReport): Table[] {
  return [
    {
      title: "What happens after a fault",
      head: ["Fault", "Profile", "The node knows", "The standby is MASTER", "Answers again", "Timers allow", "Lost"],
      rows: typical(timelines).map((line) => [
        titleOf(line),
        line.profile,
        seconds(firstAt(line.failed, "FAULT")),
        seconds(firstAt(line.standby, "MASTER")),
        seconds(line.backAtMs),
        seconds(line.limitMs),
        String(line.requestsLost),
      ]),
      notes: [
        `Since the fault; ${repeats === 1 ? "one repeat" : `of ${repeats} repeats the middle one`}. ${requestsPerSecond} requests a second, each over a new connection.`,
        describeCircumstances(circumstances),
      ],
    },
  ];
}

export function chart({ timelines, circumstances, requestsPerSecond, repeats }: TimelineReport): Chart {
  const shown = typical(timelines);
  const several = new Set(shown.map(({ profile }) => profile)).size > 1;
  const end = Math.max(...shown.map(({ buckets }) => buckets.length * BUCKET_MS));
  return {
    title: "What happens after a fault",
    subtitle: `${repeats === 1 ? "One repeat" : `The middle one of ${repeats} repeats`}, ${requestsPerSecond} new connections a second, ${circumstances.cores} cores, profile ${[...new Set(shown.map(({ profile }) => profile))].join(", ")}`,
    axis: { label: "seconds since the fault", max: axisEnd(end / 1000, 0.5), step: 0.5 },
    groups: shown.map((line) => ({ title: titleOf(line) + (several ? `, ${line.profile}` : ""), rows: rowsOf(line) })),
    legend: [
      { label: "answered", color: service.answered },
      { label: "partly lost", color: service.partly },
      { label: "lost", color: service.lost },
      ...(["MASTER", "BACKUP", "FAULT"] as const).map((state) => ({ label: state, color: looks[state] })),
      { label: "no Keepalived", color: looks.gone },
    ],
  };
}

function rowsOf(line: Timeline): Row[] {
  const end = line.buckets.length * BUCKET_MS;
  return [
    {
      label: "requests",
      segments: joined(line.buckets.flatMap(requestSegment)),
      note: `${seconds(line.backAtMs - line.lostFromMs)}, ${line.requestsLost} lost`,
    },
    {
      label: "the node of the fault",
      segments: stateSegments(line.failed, line.fault === "power-off" ? "gone" : "MASTER", end),
    },
    { label: "the other one", segments: stateSegments(line.standby, "BACKUP", end) },
  ];
}

/** None while nothing was sent, as on a busy machine. */
function requestSegment({ sent, lost }: Bucket, index: number): Segment[] {
  if (sent === 0) return [];
  const color = lost === 0 ? service.answered : lost < sent ? service.partly : service.lost;
  return [{ from: (index * BUCKET_MS) / 1000, to: ((index + 1) * BUCKET_MS) / 1000, color }];
}

function joined(segments: readonly Segment[]): Segment[] {
  const all: Segment[] = [];
  for (const segment of segments) {
    const last = all.at(-1);
    if (last?.color === segment.color && last.to === segment.from) all[all.length - 1] = { ...last, to: segment.to };
    else all.push(segment);
  }
  return all;
}

function stateSegments({ steps }: Node, first: State, endMs: number): Segment[] {
  const all = [{ atMs: 0, state: first }, ...steps.filter(({ atMs }) => atMs < endMs)];
  return all.map(({ atMs, state }, index) => ({
    from: atMs / 1000,
    to: (all[index + 1]?.atMs ?? endMs) / 1000,
    color: looks[state],
  }));
}

function titleOf({ fault }: Timeline): string {
  return pairFaults.find(({ name }) => name === fault)?.title ?? fault;
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "–" : `${(ms / 1000).toFixed(2)} s`;
}
