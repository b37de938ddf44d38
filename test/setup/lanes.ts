// Runs every test, in lanes side by side: most of their time goes by while somebody else is waited for. Each lane is a
// mocha of its own, and has its labs to itself.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { filesOf, type LaneName, laneNames } from "./laneFiles";

const mocha = resolve(__dirname, "../../node_modules/mocha/bin/mocha.js");
const width = Math.max(...laneNames.map((name) => name.length));

interface Lane {
  readonly name: string;
  readonly child: ChildProcess;
  readonly counts: string;
}

function start(name: LaneName, directory: string): Lane {
  const counts = join(directory, name);
  const child = spawn(process.execPath, [mocha, ...process.argv.slice(2), ...filesOf(name)], {
    env: {
      ...process.env,
      HA_LB_TEST_COUNTS: counts,
      // Lanes may need labs of the same name, and each has its own.
      HA_LB_LAB_PREFIX: `${process.env.HA_LB_LAB_PREFIX ?? ""}${name}-`,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface(stream).on("line", (line) => console.log(`${name.padEnd(width)} | ${line}`));
  }
  return { name, child, counts };
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Which failed, and why. */
  readonly failures: string;
}

async function end({ name, child, counts }: Lane): Promise<Outcome> {
  const [code, signal] = await once(child, "close");
  const [numbers = "", ...failures] = existsSync(counts) ? readFileSync(counts, "utf8").split("\n") : [];
  const [passed = 0, failed = 0] = numbers.split(" ").map(Number);
  // A lane that ended before it could count has failed, whatever it would have counted.
  if (code !== 0 && failed === 0) return { passed, failed: 1, failures: `lane ${name} ended with ${signal ?? code}\n` };
  return { passed, failed, failures: failures.join("\n") };
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "lanes-"));
  const lanes = laneNames.map((name) => start(name, directory));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A terminal tells them itself; either way this process goes last.
    process.on(signal, () => lanes.map(({ child }) => signal !== "SIGINT" && child.kill(signal)));
  }
  const results = await Promise.all(lanes.map(end));
  rmSync(directory, { recursive: true });
  const [passed, failed] = (["passed", "failed"] as const).map((key) =>
    results.reduce((sum, each) => sum + each[key], 0),
  );
  // Once more at the end, where nobody has to look for them between the lanes.
  console.log(`\n${results.map(({ failures }) => failures).join("")}${passed} tests passed, ${failed} failed.`);
  if (process.env.HA_LB_TEST_COUNTS) writeFileSync(process.env.HA_LB_TEST_COUNTS, `${passed} ${failed}\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

main();
