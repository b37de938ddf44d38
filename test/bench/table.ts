// Tables for a terminal and for Markdown. Pure.

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below it. */
  readonly notes?: readonly string[];
}

export function asText({ title, head, rows, notes = [] }: Table): string {
  const widths = columnWidths([head, ...rows]);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const ruler = widths.map((width) => "-".repeat(width)).join("  ");
  return [title, "", line(head), ruler, ...rows.map(line), ...notes].join("\n");
}

export function asMarkdown({ title, head, rows, notes = [] }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
  return [`### ${title}`, table, ...notes].join("\n\n");
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
}
