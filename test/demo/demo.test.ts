// `npm run demo` as a user runs it: what it reports, and that nothing stays behind however it ends.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { withLab } from "../e2e/labForTests";
import { run } from "../lab/command";
import { Lab } from "../lab/lab";
import { ownLabName } from "../lab/layout";
import { networkOfMachine, remainsOf } from "../lab/remains";
import { fetchFrom } from "../pair/audit";
import { other, url } from "../pair/pair";
import type { DemoReport } from "./report";

const purpose = "demo-test";
const labName = ownLabName(purpose);
const root = resolve(__dirname, "../..");

type Demo = ChildProcess & { said: () => string };

function startDemo(options: readonly string[], env: NodeJS.ProcessEnv = {}): Demo {
  const child = spawn("bash", ["test/setup/run", "test/demo/main.ts", "--lab", labName, ...options], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
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

/** Resolves once the demo has said something, which it has to do before it ends. */
function says(demo: Demo, sign: string): Promise<void> {
  return new Promise((seen, never) => {
    demo.stdout?.on("data", () => demo.said().includes(sign) && seen());
    demo.once("close", () => never(new Error(`the demo ended early: ${demo.said()}`)));
  });
}

/** As a terminal does: to the whole foreground group. */
const pressCtrlC = (demo: Demo) => process.kill(-(demo.pid ?? 0), "SIGINT");

describe("npm run demo", function () {
  this.timeout(600_000);
  let lab: Lab;
  let directory: string;
  let json: string;
  let machine: string[];

  // The demo brings up a lab itself; this one tells whether this machine can, and is gone before the demo starts.
  withLab(purpose, async (started) => {
    lab = started;
    await lab.down();
    directory = mkdtempSync(join(tmpdir(), "demo-"));
    json = join(directory, "report.json");
    machine = await networkOfMachine();
  });
  after(() => directory && rmSync(directory, { recursive: true }));

  async function assertNothingIsLeft(): Promise<void> {
    assert.deepEqual(remainsOf(labName), []);
    assert.deepEqual(await networkOfMachine(), machine);
  }

  const report = () => JSON.parse(readFileSync(json, "utf8")) as DemoReport;

  it("leaves everything in place when it is told to", async () => {
    const demo = startDemo(["--faults", "haproxy-stop", "--keep", "--json", json]);
    assert.equal(await exitCode(demo), 0, demo.said());
    assert.ok(demo.said().includes(`The lab stays up: \`npm run lab -- --name ${labName} status\``), demo.said());
    assert.equal(report().destroyed, false);
    const kept = await Lab.attach(labName);
    assert.equal((await fetchFrom({ lab: kept }, url)).code, 0, "it serves");
  });

  it("reports each fault as JSON and removes everything, also a lab that was there before", async () => {
    const demo = startDemo(["--faults", "keepalived-stop,haproxy-stop", "--json", json]);
    assert.equal(await exitCode(demo), 0, demo.said());
    const { engine, provisionSeconds, faults, ...rest } = report();
    assert.match(engine ?? "", /^v\d/);
    assert.ok(Number(provisionSeconds) > 0);
    assert.deepEqual(rest, { platform: "existing", secondUpChanges: 0, previewChangesAfterFaults: 0, destroyed: true });
    assert.deepEqual(
      faults.map(({ name }) => name),
      ["keepalived-stop", "haproxy-stop"],
    );
    for (const fault of faults) {
      const { name, ownerBefore, ownerAfter, ...numbers } = fault;
      assert.deepEqual(Object.keys(numbers).sort(), ["limitMs", "outageMs", "requests", "requestsLost"], name);
      assert.equal(ownerAfter, other(ownerBefore as "lb1" | "lb2"));
      assert.ok(
        Object.values(numbers).every((value) => Number.isInteger(value) && value >= 0),
        JSON.stringify(fault),
      );
      assert.ok(fault.requests > fault.requestsLost && fault.limitMs > 0, JSON.stringify(fault));
    }
    assert.match(demo.said(), /Keepalived stopped +\d+ ms/);
    await assertNothingIsLeft();
  });

  for (const platform of ["hcloud", "aws"] as const) {
    it(`reports the same where a cloud moves the address: ${platform}`, async () => {
      const faults = ["haproxy-stop", "haproxy-kill"];
      const demo = startDemo(["--platform", platform, "--faults", faults.join(), "--json", json]);
      assert.equal(await exitCode(demo), 0, demo.said());
      const { engine: _, provisionSeconds, faults: found, ...rest } = report();
      assert.ok(Number(provisionSeconds) > 0);
      assert.deepEqual(rest, { platform, secondUpChanges: 0, previewChangesAfterFaults: 0, destroyed: true });
      const [stopped, killed] = found;
      assert.ok(stopped && killed);
      assert.deepEqual([stopped.name, killed.name], faults);
      assert.notEqual(stopped.ownerAfter, stopped.ownerBefore);
      // systemd starts it again before any cloud could have moved anything, unless others keep it from that for as long
      // as the fewest probes take.
      if (killed.outageMs < killed.limitMs / 2) assert.equal(killed.ownerAfter, killed.ownerBefore);
      await assertNothingIsLeft();
    });
  }

  for (const [moment, sign] of [
    ["while hosts boot", "booting"],
    ["in the middle of an update", "pulumi up"],
  ] as const) {
    it(`removes everything after Ctrl-C ${moment}`, async () => {
      const demo = startDemo([]);
      const ended = exitCode(demo);
      await says(demo, sign);
      pressCtrlC(demo);
      assert.notEqual(await ended, 0);
      await assertNothingIsLeft();
    });
  }

  // A provider that does not start fails the first `up`; that it is found at all shows where providers are looked for.
  it("removes everything after a failure halfway, and after Ctrl-C twice while it does so", async () => {
    const provider = join(directory, "pulumi-resource-command");
    writeFileSync(provider, "#!/bin/sh\necho 'this provider is broken' >&2\nexit 1\n");
    chmodSync(provider, 0o755);
    const demo = startDemo(["--json", json], { LAB_PLUGIN_PATH: directory });
    const ended = exitCode(demo);
    await says(demo, "Removing the lab");
    pressCtrlC(demo);
    await says(demo, "SIGINT");
    pressCtrlC(demo);
    assert.equal(await ended, 1, demo.said());
    assert.match(demo.said(), /this provider is broken/);
    assert.match(demo.said(), /SIGINT: still cleaning up/);
    assert.match(demo.said(), /Removing the lab \.\.\.[\s\S]*done in/);
    const { engine, ...rest } = report();
    assert.match(engine ?? "", /^v\d/);
    assert.deepEqual(rest, {
      platform: "existing",
      provisionSeconds: null,
      secondUpChanges: null,
      faults: [],
      previewChangesAfterFaults: null,
      destroyed: false,
    });
    await assertNothingIsLeft();
  });

  it("says in one sentence what it needs when it is not root", async () => {
    const command = ["--reuid=65534", "--clear-groups", "bash", "test/setup/run", "test/demo/main.ts"];
    const { code, stderr } = await run("setpriv", command, { cwd: root });
    assert.equal(code, 1);
    assert.match(stderr, needsRootOnLinux);
  });

  it("says the same on another system than Linux", async () => {
    const uname = join(directory, "uname");
    writeFileSync(uname, "#!/bin/sh\necho Darwin\n");
    chmodSync(uname, 0o755);
    const env = { ...process.env, PATH: [directory, process.env.PATH].join(delimiter) };
    const { code, stderr } = await run("bash", ["test/setup/run", "test/demo/main.ts"], { cwd: root, env });
    assert.equal(code, 1);
    assert.match(stderr, needsRootOnLinux);
  });

  for (const [option, value, message] of [
    ["--faults", "meteor", /"meteor" is not a fault\. Faults: haproxy-stop/],
    ["--platform", "moon", /--platform moon is not there\. Platforms: existing/],
    [
      "--json",
      "/nowhere/report.json",
      /--json \/nowhere\/report\.json: there is no directory \/nowhere\. Make it first\./,
    ],
  ] as const) {
    it(`explains an option that it does not know: ${option} ${value}`, async () => {
      const demo = startDemo([option, value]);
      assert.equal(await exitCode(demo), 64);
      assert.match(demo.said(), message);
      assert.match(demo.said(), /Usage: npm run demo -- /);
    });
  }
});

const needsRootOnLinux = /^setup: this boots hosts in network namespaces, which needs root on Linux: [^\n]*\n$/;
