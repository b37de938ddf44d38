// Which test file runs in which lane: those that need a cloud, and all others.
import { globSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(__dirname, "../..");
const ofClouds = /^test\/(conformance\/(aws|hcloud|hetzner|movers)|e2e\/(aws|cloud|hcloud)|lab\/(aws|cloud)|smoke)/;

export const laneNames = ["clouds", "hosts"] as const;

export function filesOf(lane: (typeof laneNames)[number]): string[] {
  const files = globSync("test/**/*.test.ts", { cwd: root }).sort();
  return files.filter((file) => ofClouds.test(file) === (lane === "clouds"));
}
