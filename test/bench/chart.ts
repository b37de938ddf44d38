// A chart of horizontal bars as SVG text: rows in groups along one axis. Pure; knows nothing of what it shows.

export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly color: string;
  /** A thin line instead of a bar. */
  readonly thin?: boolean;
}

export interface Mark {
  readonly at: number;
  readonly color: string;
}

export interface Row {
  readonly label: string;
  readonly segments: readonly Segment[];
  /** Upright lines across the row. */
  readonly marks?: readonly Mark[];
  /** Written to the right of the last segment. */
  readonly note?: string;
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  /** The axis goes from 0 to `max`, which is a multiple of `step`. */
  readonly axis: { readonly label: string; readonly max: number; readonly step: number };
  readonly groups: readonly { readonly title: string; readonly rows: readonly Row[] }[];
  readonly legend: readonly { readonly label: string; readonly color: string; readonly mark?: boolean }[];
}

/** Readable on paper, on a light page and by the colour-blind (after Okabe and Ito). */
export const colors = {
  first: "#0072b2",
  second: "#56b4e9",
  third: "#009e73",
  other: "#a9a9a9",
  alarm: "#d55e00",
  warning: "#e69f00",
  special: "#cc79a7",
  ink: "#24292f",
} as const;

const layout = { width: 860, left: 190, right: 110, top: 92, row: 20, bar: 12, group: 34 } as const;
const plotWidth = layout.width - layout.left - layout.right;
const faint = "#57606a";

export function drawChart({ title, subtitle, axis, groups, legend }: Chart): string {
  const x = (value: number) => round(layout.left + (Math.min(value, axis.max) / axis.max) * plotWidth);
  let y: number = layout.top;
  const body: string[] = [];
  for (const group of groups) {
    body.push(text(16, y + 18, group.title, { weight: 600 }));
    y += layout.group - 8;
    for (const row of group.rows) {
      body.push(...drawRow(row, y, x));
      y += layout.row;
    }
    y += 8;
  }
  const height = y + 44;
  const ticks = Array.from({ length: Math.round(axis.max / axis.step) + 1 }, (_, index) => index * axis.step);
  const grid = ticks.flatMap((value) => [
    `<line x1="${x(value)}" y1="${layout.top}" x2="${x(value)}" y2="${y}" stroke="#d0d7de" stroke-width="1"/>`,
    text(x(value), y + 16, String(round(value)), { anchor: "middle", color: faint }),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${height}" viewBox="0 0 ${layout.width} ${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#ffffff"/>`,
    text(16, 28, title, { size: 17, weight: 600 }),
    text(16, 48, subtitle, { color: faint }),
    ...drawLegend(legend),
    ...grid,
    ...body,
    text(layout.left + plotWidth / 2, y + 34, axis.label, { anchor: "middle", color: faint }),
    "</svg>\n",
  ].join("\n");
}

function drawRow({ label, segments, marks = [], note }: Row, y: number, x: (value: number) => number): string[] {
  const middle = y + layout.row / 2;
  const bars = segments.map(({ from, to, color, thin }) => {
    const height = thin ? 2 : layout.bar;
    const width = round(Math.max(1, x(to) - x(from)));
    return `<rect x="${x(from)}" y="${middle - height / 2}" width="${width}" height="${height}" rx="${thin ? 0 : 1.5}" fill="${color}"/>`;
  });
  const lines = marks.map(
    ({ at, color }) =>
      `<line x1="${x(at)}" y1="${y + 1}" x2="${x(at)}" y2="${y + layout.row - 1}" stroke="${color}" stroke-width="2"/>`,
  );
  const bar = Math.max(layout.left, ...segments.map(({ to }) => x(to)));
  // Beside the bar, or beyond a mark that is in the way.
  const end = Math.max(bar, ...marks.map(({ at }) => x(at)).filter((at) => at < bar + 50));
  return [
    text(layout.left - 10, middle + 4, label, { anchor: "end" }),
    ...bars,
    ...lines,
    ...(note === undefined ? [] : [text(end + 6, middle + 4, note, { color: faint })]),
  ];
}

function drawLegend(legend: Chart["legend"]): string[] {
  let left = 16;
  return legend.flatMap(({ label, color, mark }) => {
    const at = left;
    // Roughly the width of this text.
    left += 38 + label.length * 5.9 + (label.match(/[A-Z]/g)?.length ?? 0) * 2.5;
    const sample = mark
      ? `<line x1="${at + 6}" y1="62" x2="${at + 6}" y2="76" stroke="${color}" stroke-width="2"/>`
      : `<rect x="${at}" y="63" width="12" height="12" rx="1.5" fill="${color}"/>`;
    return [sample, text(at + 18, 73, label)];
  });
}

interface TextStyle {
  readonly anchor?: "start" | "middle" | "end";
  readonly color?: string;
  readonly size?: number;
  readonly weight?: number;
}

function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor, color = colors.ink, size, weight } = style;
  const attributes = [
    `x="${round(x)}" y="${round(y)}" fill="${color}"`,
    anchor && `text-anchor="${anchor}"`,
    size && `font-size="${size}"`,
    weight && `font-weight="${weight}"`,
  ];
  return `<text ${attributes.filter(Boolean).join(" ")}>${escaped(content)}</text>`;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A multiple of `step` that nothing in the chart exceeds. */
export function axisEnd(largest: number, step: number): number {
  return Math.max(step, Math.ceil(largest / step) * step);
}
