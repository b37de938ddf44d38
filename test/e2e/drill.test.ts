// ha-lb-drill as a user's CI runs it: every fault, the refusal, an outage that is too long, and its end in the middle.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { auditNodes } from "../pair/audit";
import { other, Pair, url } from "../pair/pair";
import { withLab } from "./labForTests";

const program = resolve(__dirname, "../../src/drill/main.ts");

describe("a failover drill", function () {
  this.timeout(300_000);
  let lab: Lab;
  let pair: Pair;
  let report: string;
  /** How this lab's operator connects. */
  let ssh: string;

  withLab("pair", async (started) => {
    lab = started;
    report = join(lab.stateDir, "drill.xml");
    ssh = ["ssh", ...lab.hosts.lb1.sshArguments("root").slice(0, -1)].join(" ");
    pair = await Pair.deploy(lab);
  });

  for (const fault of ["switchover", "haproxy", "keepalived"] as const) {
    it(`of ${fault} finds nodes and address by the stack, passes, and leaves a redundant pair`, async () => {
      const active = await pair.active();
      const { code, stdout, stderr } = await drill("--stack", "lab", "--fault", fault);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, new RegExp(`${active} -> ${other(active)}: \\d+ ms without an answer`));
      assert.equal(await pair.active(), other(active));
      assert.match(await readFile(report, "utf8"), /name="ha-lb-drill lab" tests="1" failures="0" errors="0"/);
      await leavesNothing();
    });
  }

  it("takes nodes by their names, and a port that speaks no HTTP", async () => {
    const nodes = (["lb1", "lb2"] as const).flatMap((name) => ["--node", `${name}=${pair.host(name).sshAddress}`]);
    const target = `tcp://${new URL(url).hostname}:80`;
    const { code, stdout, stderr } = await drill(...nodes, "--url", target, "--fault", "switchover");
    assert.equal(code, 0, stdout + stderr);
    await leavesNothing();
  });

  it("fails when the outage is too long, and puts everything right all the same", async () => {
    const { code, stdout } = await drill("--stack", "lab", "--fault", "haproxy", "--max-outage", "1ms");
    assert.equal(code, 1, stdout);
    assert.match(
      await readFile(report, "utf8"),
      /<failure message="the address did not answer for \d+ ms; 1 ms are allowed"/,
    );
    await leavesNothing();
  });

  it("refuses while the pair is not redundant, and touches nothing", async () => {
    const active = pair.host(await pair.active());
    const running = () => active.must("systemctl show --property MainPID,NRestarts haproxy keepalived");
    await lab.fault("keepalived-stop", await pair.standby());
    const before = await running();
    const { code, stderr } = await drill("--stack", "lab", "--fault", "haproxy");
    assert.equal(code, 3, stderr);
    assert.match(stderr, /refused, nothing was touched: the pair is degraded: /);
    assert.equal(await running(), before);
    assert.match(await readFile(report, "utf8"), /errors="1"[\s\S]*<error message="the pair is degraded/);
    await lab.heal();
    await leavesNothing();
  });

  it("puts everything right after a Ctrl-C in the middle", async () => {
    const { child, ended } = await begun();
    child.kill("SIGINT");
    assert.equal(await ended, 130);
    await leavesNothing();
  });

  it("is undone by the node itself when nobody is there to do it any more, and refused until then", async () => {
    const node = pair.host(await pair.active());
    const { child, ended } = await begun();
    await until(
      "HAProxy to be stopped",
      async () => (await node.run("systemctl is-active haproxy")).code !== 0,
      20_000,
    );
    child.kill("SIGKILL");
    await ended;
    assert.equal((await drill("--stack", "lab", "--fault", "haproxy")).code, 3);
    const timer = await node.must(
      "systemctl show --property ActiveState,Triggers,TimersMonotonic,RemainAfterElapse ha-lb-drill.timer",
    );
    for (const said of [/OnActiveUSec=3min/, /Triggers=ha-lb-drill\.service/, /RemainAfterElapse=no/, /State=active/]) {
      assert.match(timer, said);
    }
    // What it does in three minutes; so the timer is not needed any more.
    await node.must("systemctl start ha-lb-drill.service && systemctl stop ha-lb-drill.timer");
    await leavesNothing();
  });

  /** One that is in the middle: the node is told what goes wrong. */
  async function begun() {
    const child = lab.operator.spawn(
      process.execPath,
      ["--import", "tsx", program, ...options("--stack", "lab", "--fault", "haproxy", "--max-outage", "60s")],
      { ...surroundings(), stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = new Promise<number | null>((done) => child.once("close", done));
    await new Promise((ready) => child.stdout?.once("data", ready));
    return { child, ended };
  }

  const options = (...args: readonly string[]) => [...args, "--junit", report, "--ssh", ssh];

  const surroundings = () => ({ cwd: pair.pulumi.programDir, env: pair.pulumi.environment() });

  function drill(...args: readonly string[]) {
    return lab.operator.runScript(program, options(...args), { ...surroundings(), timeoutMs: 240_000 });
  }

  /** The node would have put itself right later, too: that, too, is over. */
  async function leavesNothing(): Promise<void> {
    await auditNodes(pair);
    for (const name of ["lb1", "lb2"] as const) {
      const timers = await pair.host(name).must("systemctl list-units --all --plain --no-legend 'ha-lb-drill*'");
      assert.equal(timers.trim(), "", name);
    }
  }
});
