// Which test file runs in which lane, so that all lanes take about as long: those of a cloud, each with others to fill it up,
// those of hosts, and those of parts alone and of what HAProxy is told to do. More lanes than four only wait for each other
// on two processors.
import { globSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");

/** A file goes where the first pattern matches. */
const lanes = {
  hcloud: /^test\/(e2e\/hcloud|docs|packaged|examples)/,
  aws: /^test\/(e2e\/(aws|badHosts|package|systemUpgrade|newerDebian)|smoke|lab\/aws)/,
  parts: /^test\/(?!e2e(?!\/(adopt|language))|demo|package\/)/,
  hosts: /./,
} as const;

export type LaneName = keyof typeof lanes;
export const laneNames = Object.keys(lanes) as LaneName[];

export function filesOf(lane: LaneName): string[] {
  const files = globSync("test/**/*.test.ts", { cwd: root }).sort();
  return files.filter((file) => laneNames.find((name) => lanes[name].test(file)) === lane);
}
