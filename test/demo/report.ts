// What the demo found: the JSON for programs, the table for people.
import type { FaultReport } from "../pair/observe";

/** What the demo has not come to yet is null. */
export interface DemoReport {
  platform: string;
  /** Version of the Pulumi engine. */
  engine: string | null;
  provisionSeconds: number | null;
  /** Resources that the second `up` touched. */
  secondUpChanges: number | null;
  faults: FaultReport[];
  /** Resources that `preview --refresh` would touch after all the faults. */
  previewChangesAfterFaults: number | null;
  /** False when the lab is to be kept, too. */
  destroyed: boolean;
}

/** What did not come out as the library promises, a sentence each, of a demo that has come to its end. */
export function brokenPromises(report: DemoReport, kept: boolean): string[] {
  const { secondUpChanges, previewChangesAfterFaults, destroyed } = report;
  return [
    ...(secondUpChanges === 0 ? [] : [`The second \`up\` changed ${secondUpChanges} resources.`]),
    ...(previewChangesAfterFaults === 0
      ? []
      : [`After the faults a preview wants to change ${previewChangesAfterFaults} resources.`]),
    ...(destroyed || kept ? [] : ["`pulumi destroy` failed."]),
  ];
}

export function faultTable(faults: DemoReport["faults"], titles: ReadonlyMap<string, string>): string {
  const rows = faults.map((fault) => [
    titles.get(fault.name) ?? fault.name,
    `${fault.outageMs} ms`,
    `${fault.limitMs} ms`,
    `${fault.requestsLost} of ${fault.requests}`,
    `${fault.ownerBefore} -> ${fault.ownerAfter}`,
  ]);
  return table([["Fault", "Outage", "Timers allow", "Requests lost", "Address"], ...rows]);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
}

/** Everything but `same` in the engine's count of operations. */
export function touched(changes: Readonly<Record<string, number>>): number {
  return Object.entries(changes)
    .filter(([operation]) => operation !== "same")
    .reduce((sum, [, count]) => sum + count, 0);
}
