// Runs every test, in lanes side by side: most of their time goes by while somebody else is waited for. Each lane is a
// mocha of its own, and has its labs to itself. What fails beside the others has another try with the machine to itself,
// where it has no excuse, and both are reported.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { filesOf, laneNames } from "./laneFiles";
import { count, merge, type Outcome, outcomeOf, type Results, worthAnotherTry } from "./results";

const mocha = resolve(__dirname, "../../node_modules/mocha/bin/mocha.js");
const width = Math.max(...laneNames.map((name) => name.length));
const running = new Set<ChildProcess>();

/** @param name of the lane, and prefix of its labs: lanes may need some of the same name */
async function run(name: string, files: readonly string[], directory: string): Promise<Results> {
  const file = join(directory, name);
  const child = spawn(process.execPath, [mocha, ...process.argv.slice(2), ...files], {
    env: {
      ...process.env,
      HA_LB_TEST_RESULTS: file,
      HA_LB_LAB_PREFIX: `${process.env.HA_LB_LAB_PREFIX ?? ""}${name}-`,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface(stream).on("line", (line) => console.log(`${name.padEnd(width)} | ${line}`));
  }
  const [code, signal] = await once(child, "close");
  running.delete(child);
  const told: Results | undefined = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  // mocha ends with the number of failures. One that ended in another way has failed, whatever it would have told.
  if (told && code === Math.min(count(told).failures.length, 255)) return told;
  return merge([told ?? {}, { "": { passed: 0, failures: [`lane ${name} ended with ${signal ?? code}`] } }]);
}

async function main(): Promise<void> {
  let interrupted = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // A terminal tells them itself; either way this process goes last.
    process.on(signal, () => {
      interrupted = true;
      for (const child of running) if (signal !== "SIGINT") child.kill(signal);
    });
  }
  const directory = mkdtempSync(join(tmpdir(), "lanes-"));
  const first = merge(await Promise.all(laneNames.map((name) => run(name, filesOf(name), directory))));
  const again = interrupted ? [] : worthAnotherTry(first);
  const second = again.length > 0 ? await run("again", again, directory) : {};
  rmSync(directory, { recursive: true });
  report(outcomeOf(first, second));
}

/** Once more at the end, where nobody has to look for it between the lanes. */
function report({ passed, failures, excused }: Outcome): void {
  if (excused.length > 0) console.log(`\nFailed beside other lanes, and not alone:\n${indented(excused)}`);
  if (failures.length > 0) console.log(`\nFailed:\n${indented(failures)}`);
  console.log(`\n${passed} tests passed, ${failures.length} failed; ${excused.length} failed only beside other lanes.`);
  if (process.env.HA_LB_TEST_COUNTS) writeFileSync(process.env.HA_LB_TEST_COUNTS, `${passed} ${failures.length}\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

const indented = (failures: readonly string[]) =>
  failures.map((text) => `  ${text.replaceAll("\n", "\n    ")}`).join("\n");

main();
