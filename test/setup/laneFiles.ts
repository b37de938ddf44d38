// Which test file runs in which lane, so that all lanes take about as long: those of a cloud (one of them with guides and
// the package for other languages), those of what HAProxy is told to do and of packages, those of parts alone (and of hosts
// that were made by hand), and all others.
import { globSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** A file goes where the first pattern matches. */
const lanes = {
  hcloud: /^test\/(e2e\/hcloud|docs|packaged)/,
  aws: /^test\/(e2e\/(aws|badHosts)|smoke)/,
  language: /^test\/(e2e\/(language|package|systemUpgrade|newerDebian)|examples|demo|package\/)/,
  parts: /^test\/(?!e2e(?!\/adopt))/,
  hosts: /./,
} as const;

export type LaneName = keyof typeof lanes;
export const laneNames = Object.keys(lanes) as LaneName[];

export function filesOf(lane: LaneName): string[] {
  const files = globSync("test/**/*.test.ts", { cwd: root }).sort();
  return files.filter((file) => laneNames.find((name) => lanes[name].test(file)) === lane);
}
