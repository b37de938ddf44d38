// `npm run demo` as a user runs it: what it reports, and that nothing stays behind however it ends.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withLab } from "../e2e/labForTests";
import { run } from "../lab/command";
import type { Lab } from "../lab/lab";
import type { DemoReport } from "./report";

const labName = "demo-test";
const root = resolve(__dirname, "../..");

function startDemo(...options: string[]): ChildProcess & { said: () => string } {
  const child = spawn("bash", ["test/setup/run", "test/demo/main.ts", "--lab", labName, ...options], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  }
  return Object.assign(child, { said: () => text });
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, "close");
  return code;
}

/** What the demo's lab could leave behind: namespaces, mounts, processes, files. */
function leftovers(): string[] {
  const namespaces = readdirSync("/run/netns").filter((name) => name.startsWith(`halb-${labName}-`));
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes(`/${labName}/`));
  const processes = readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && commandLine(pid).includes(`/labs/${labName}/`),
  );
  return [...namespaces, ...mounts, ...processes.map((pid) => `process ${pid}: ${commandLine(pid)}`)];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

describe("npm run demo", function () {
  this.timeout(600_000);
  let lab: Lab;

  // The demo brings up a lab itself; this one tells whether this machine can, and is gone before the demo starts.
  withLab(labName, async (started) => {
    lab = started;
    await lab.down();
  });

  it("reports each fault as JSON and removes everything", async () => {
    const directory = mkdtempSync(join(tmpdir(), "demo-"));
    const json = join(directory, "report.json");
    const demo = startDemo("--faults", "keepalived-stop", "--json", json);
    assert.equal(await exitCode(demo), 0, demo.said());
    const report = JSON.parse(readFileSync(json, "utf8")) as DemoReport;
    rmSync(directory, { recursive: true });
    const { engine, provisionSeconds, faults, ...rest } = report;
    assert.match(engine, /^v\d/);
    assert.ok(provisionSeconds > 0);
    assert.deepEqual(rest, { platform: "existing", secondUpChanges: 0, previewChangesAfterFaults: 0, destroyed: true });
    assert.deepEqual(
      faults.map(({ name, ownerBefore, ownerAfter }) => [name, ownerBefore, ownerAfter]),
      [["keepalived-stop", "lb1", "lb2"]],
    );
    assert.match(demo.said(), /Keepalived stopped +\d+ ms/);
    assert.deepEqual(leftovers(), []);
  });

  for (const [moment, sign] of [
    ["while hosts boot", "booting"],
    ["in the middle of an update", "pulumi up"],
  ] as const) {
    it(`removes everything after Ctrl-C ${moment}`, async () => {
      const demo = startDemo();
      const ended = exitCode(demo);
      await new Promise<void>((seen, never) => {
        demo.stdout?.on("data", () => demo.said().includes(sign) && seen());
        demo.once("close", () => never(new Error(`the demo ended early: ${demo.said()}`)));
      });
      // As a terminal does: to the whole foreground group.
      process.kill(-(demo.pid ?? 0), "SIGINT");
      assert.notEqual(await ended, 0);
      assert.deepEqual(leftovers(), []);
    });
  }

  it("says in one sentence what it needs when it is not root", async () => {
    const command = ["--reuid=65534", "--clear-groups", "bash", "test/setup/run", "test/demo/main.ts"];
    const { code, stderr } = await run("setpriv", command, { cwd: root });
    assert.equal(code, 1);
    assert.match(stderr, /^setup: this boots hosts in network namespaces, which needs root on Linux: [^\n]*\n$/);
  });

  it("explains an option that it does not know", async () => {
    const demo = startDemo("--faults", "meteor");
    assert.equal(await exitCode(demo), 64);
    assert.match(demo.said(), /"meteor" is not a fault\. Faults: haproxy-stop/);
  });
});
