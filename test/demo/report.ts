// What the demo found: the JSON for programs, the table for people.
import type { FaultReport } from "../pair/observe";

export interface DemoReport {
  platform: string;
  /** Version of the Pulumi engine. */
  engine: string;
  provisionSeconds: number;
  /** Resources that the second `up` touched. */
  secondUpChanges: number;
  faults: Omit<FaultReport, "lostOutside" | "stolenMs">[];
  /** Resources that `preview --refresh` would touch after all the faults. */
  previewChangesAfterFaults: number;
  destroyed: boolean;
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
