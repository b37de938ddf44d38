// What the Pulumi CLI prints and keeps, as tests read it. Pure.

const operations: Readonly<Record<string, string>> = {
  created: "create",
  updated: "update",
  replaced: "replace",
  deleted: "delete",
  unchanged: "same",
};

/** Reads the summary: `+ 2 created`, `+-1 to replace`, `3 unchanged`. */
export function countChanges(stdout: string): Record<string, number> {
  const summary = stdout.slice(stdout.lastIndexOf("\nResources:"));
  const counts = summary.matchAll(/^ +[-+~ ]*(\d+) (?:to (\w+)|(\w+))$/gm);
  return Object.fromEntries(
    Array.from(counts, ([, count, planned, done = ""]) => [planned ?? operations[done] ?? done, Number(count)]),
  );
}

/** Without the lines that only say that something goes on. */
export function readable({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  return [stdout, stderr]
    .map((text) => text.replace(/^@ .*\n/gm, "").trim())
    .filter(Boolean)
    .join("\n");
}

export function hideSecrets(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ("ciphertext" in value) {
    return "[secret]";
  }
  return Array.isArray(value)
    ? value.map(hideSecrets)
    : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, hideSecrets(part)]));
}
