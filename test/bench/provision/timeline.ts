// When each command of an update ran, from the engine's lines and the times at which they came. Pure.

export interface TimedLine {
  /** Since the engine was started. */
  readonly seconds: number;
  readonly text: string;
}

export interface Span {
  /** Logical name of the resource. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

// " +  command:remote:Command edge-lb1-install creating (0s) "; the engine's own durations are whole seconds.
const PROGRESS = /^ *[-+~]* +command:remote:Command (\S+) (creating|created|updating|updated)\b/;

export function commandSpans(lines: readonly TimedLine[]): Span[] {
  const begun = new Map<string, number>();
  const ended = new Map<string, number>();
  for (const { seconds, text } of lines) {
    const [, name, state] = PROGRESS.exec(text) ?? [];
    if (name !== undefined) {
      // Lines of a command's output repeat its state; the first of each kind counts.
      const times = state?.endsWith("ing") ? begun : ended;
      times.set(name, times.get(name) ?? seconds);
    }
  }
  return Array.from(begun, ([name, from]) => {
    const to = ended.get(name);
    if (to === undefined) {
      throw new Error(`the engine never said that ${name} ended`);
    }
    return { name, from, to };
  });
}

/** What an update cannot do without: both installs side by side, then one `apply` after the other. */
export function ownWorkSeconds(spans: readonly Span[]): number {
  const seconds = (kind: string) =>
    spans.filter(({ name }) => name.endsWith(`-${kind}`)).map(({ from, to }) => to - from);
  return Math.max(...seconds("install")) + seconds("apply").reduce((sum, one) => sum + one, 0);
}
