// The result of a drill as CI servers read it. Pure.
export interface Result {
  readonly suite: string;
  readonly test: string;
  readonly seconds: number;
  /** What the measurement was, for whoever looks. */
  readonly output: string;
  /** The pair did not do what it should. */
  readonly failure?: string;
  /** The drill could not be held. */
  readonly error?: string;
}

export function junit({ suite, test, seconds, output, failure, error }: Result): string {
  const counts = `tests="1" failures="${failure ? 1 : 0}" errors="${error ? 1 : 0}" time="${seconds.toFixed(3)}"`;
  const problem = (kind: string, text: string | undefined) =>
    text ? [`      <${kind} message="${escaped(text)}"/>`] : [];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite name="${escaped(suite)}" ${counts}>`,
    `    <testcase classname="${escaped(suite)}" name="${escaped(test)}" time="${seconds.toFixed(3)}">`,
    ...problem("failure", failure),
    ...problem("error", error),
    `      <system-out>${escaped(output)}</system-out>`,
    "    </testcase>",
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // Other control characters cannot stand in XML at all.
  return text.replace(/[^\P{Cc}\t\n]/gu, "?").replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
