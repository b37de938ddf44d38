import type { Lab } from "../lab/lab";

/** A request from the lab's operator. */
export function fetchFrom({ lab }: { readonly lab: Lab }, address: string, headers: readonly string[] = []) {
  const own = headers.flatMap((header) => ["--header", header]);
  return lab.operator.run("curl", ["--silent", "--show-error", "--fail", "--max-time", "2", ...own, address]);
}
