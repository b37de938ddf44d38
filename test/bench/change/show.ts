// Tables and picture of a report of changes. Pure.
import { describeCircumstances } from "../bench";
import { axisEnd, type Chart, colors } from "../chart";
import { median, worst } from "../statistics";
import type { Table } from "../table";
import { type Kind, kinds } from "./kinds";
import { type ChangeReport, engineSeconds, GOAL_RATIO, judge, type Timed, type Way, ways } from "./report";

const kindTitles: Readonly<Record<Kind, string>> = {
  weight: "weight of a server",
  route: "a route",
};
const wayTitles: Readonly<Record<Way, string>> = {
  up: "`pulumi up`",
  ssh: "the same steps by ssh",
  ansible: "an Ansible playbook",
};

export function tables(report: ChangeReport): Table[] {
  return [changes(report), phases(report), engine(report)];
}

function changes(report: ChangeReport): Table {
  return {
    title: "From a changed line to both nodes serving it",
    head: ["Changed", "By", "Both serve it, median", "Worst", "Command ended", "Goal"],
    rows: kinds.flatMap((kind) =>
      ways.map((way) => {
        const { serves, ended, allowed } = judge(report, kind, way);
        const goal =
          allowed === undefined ? "–" : `≤ ${seconds(allowed)}: ${serves.median <= allowed ? "met" : "missed"}`;
        return [kindTitles[kind], wayTitles[way], seconds(serves.median), seconds(serves.worst), seconds(ended), goal];
      }),
    ),
    notes: [
      `Goal: ${GOAL_RATIO} × bare ssh, and an \`up\` without a change (${seconds(engineSeconds(report))}). ansible-core ${report.ansible}.`,
    ],
  };
}

function phases({ measured }: ChangeReport): Table {
  const rows = kinds.map((kind) => {
    const parts = measured[kind].up.map(partsOf);
    const typical = (part: keyof Parts) => seconds(median(parts.map((one) => one[part])));
    return [kindTitles[kind], typical("before"), typical("first"), typical("second"), typical("after")];
  });
  return {
    title: "Where `pulumi up` spends its time (medians)",
    head: ["Changed", "Until lb1", "On lb1", "On lb2", "Afterwards"],
    rows,
  };
}

function engine({ unchangedSeconds, emptySeconds, blankSeconds, circumstances }: ChangeReport): Table {
  const row = (title: string, values: readonly number[]) => [title, seconds(median(values)), seconds(worst(values))];
  return {
    title: "`pulumi up` that changes nothing",
    head: ["Program", "Median", "Worst"],
    rows: [
      row("the pair's, unchanged", unchangedSeconds),
      row("no resource, but the SDK", emptySeconds),
      row("an empty program, without a line", blankSeconds),
    ],
    notes: [describeCircumstances(circumstances)],
  };
}

interface Parts {
  readonly before: number;
  readonly first: number;
  readonly second: number;
  readonly after: number;
}

/** One `apply` after the other, each with its connection. */
function partsOf({ spans = [], endedSeconds }: Timed): Parts {
  const [first, second] = [...spans].sort((a, b) => a.from - b.from);
  if (!first || !second) {
    throw new Error("an update that was not on both nodes");
  }
  return {
    before: first.from,
    first: second.from - first.from,
    second: second.to - second.from,
    after: endedSeconds - second.to,
  };
}

export function chart(report: ChangeReport): Chart {
  const longest = Math.max(...kinds.flatMap((kind) => ways.map((way) => judge(report, kind, way).serves.median)));
  const step = longest > 12 ? 5 : 1;
  return {
    title: "From a changed line to both nodes serving it",
    subtitle: `Medians of ${report.measured.weight.up.length}; ${report.circumstances.cores} cores`,
    axis: { label: "seconds", max: axisEnd(longest, step), step },
    groups: kinds.map((kind) => ({ title: kindTitles[kind], rows: ways.map((way) => rowOf(report, kind, way)) })),
    legend: [
      { label: "the engine's own start", color: colors.other },
      { label: "on the nodes, by this library", color: colors.first },
      { label: "by other means", color: colors.second },
    ],
  };
}

function rowOf(report: ChangeReport, kind: Kind, way: Way): Chart["groups"][number]["rows"][number] {
  const { median: to } = judge(report, kind, way).serves;
  const starts = way === "up" ? median(report.measured[kind].up.map((one) => partsOf(one).before)) : 0;
  return {
    label: wayTitles[way].replaceAll("`", ""),
    segments: [
      ...(starts > 0 ? [{ from: 0, to: starts, color: colors.other }] : []),
      { from: starts, to, color: way === "up" ? colors.first : colors.second },
    ],
    note: seconds(to),
  };
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}
