// A rolling upgrade of the operating system, by the very example that the guide names, while the pair serves.
import assert from "node:assert/strict";
import { join } from "node:path";
import { now } from "../lab/clock";
import type { Result } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { auditNodes } from "../pair/audit";
import { afterGoodbye } from "../pair/faults";
import { followMoves } from "../pair/moves";
import { publishNewer, unpublish } from "../pair/newerPackages";
import { Pair } from "../pair/pair";
import { exampleDirectory } from "../pair/programs";
import { withLab } from "./labForTests";
import { assertOneOutagePerMove } from "./movesOnce";

const script = join(exampleDirectory, "rolling-upgrade/upgrade.sh");

describe("a rolling upgrade of the nodes' operating system", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("packages", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab);
    await Promise.all(loadBalancers.map((name) => publishNewer(pair.host(name), "system")));
  });

  after(() => Promise.all(lab ? loadBalancers.map((name) => unpublish(pair.host(name))) : []));
  afterEach(() => lab?.heal());

  it("touches nothing of a pair that is not redundant", async () => {
    await lab.fault("keepalived-stop", await pair.standby());
    const { code, stderr } = await upgrade();
    assert.equal(code, 1);
    assert.match(
      stderr,
      /upgrade\.sh: the pair is not redundant, or root@\S+ does not answer\. Nothing was touched\.$/m,
    );
    assert.deepEqual(await upgradedPrograms(), [0, 0]);
  });

  it("goes over the standby without anybody noticing, then over the other one, which hands over first", async () => {
    await pair.waitUntilRedundant();
    const [standby, active] = [await pair.standby(), await pair.active()];
    const steps: string[] = [];
    const moves = followMoves(pair);
    await assertOneOutagePerMove(pair, afterGoodbye(pair, active), async () => {
      let handsOver: number | undefined;
      const { code, stdout, stderr } = await upgrade((line) => {
        const [, address, step] = /^root@(\S+): (\w+)$/.exec(line) ?? [];
        const name = loadBalancers.find((one) => pair.host(one).sshAddress === address);
        if (name && step) steps.push(`${name} ${step}`);
        if (steps.at(-1) === `${active} drain`) handsOver ??= now();
      });
      assert.equal(code, 0, stdout + stderr);
      assert.ok(handsOver, stdout);
      return handsOver;
    });
    const each = ["drain", "upgrade", "reboot", "done"];
    assert.deepEqual(
      steps,
      [standby, active].flatMap((name) => each.map((step) => `${name} ${step}`)),
    );
    assert.deepEqual(await moves.stop(), { holders: [active, standby], mostAtOnce: 1 });
  });

  it("leaves nothing for Pulumi to do, and newer programs on both nodes", async () => {
    await auditNodes(pair);
    assert.deepEqual(await upgradedPrograms(), [2, 2]);
  });

  /** As an operator calls it, with the nodes in the order of the program. */
  function upgrade(onStdoutLine?: (line: string) => void): Promise<Result> {
    const destinations = loadBalancers.map((name) => `root@${pair.host(name).sshAddress}`);
    const options = lab.hosts.lb1.sshArguments().slice(0, -1);
    return lab.operator.run("bash", [script, ...destinations, ...options], { timeoutMs: 280_000, onStdoutLine });
  }

  /** Of HAProxy and Keepalived, on each node. */
  function upgradedPrograms(): Promise<number[]> {
    return Promise.all(
      loadBalancers.map(async (name) => {
        const versions = await pair.host(name).must("dpkg-query --show haproxy keepalived");
        return versions.match(/\+system$/gm)?.length ?? 0;
      }),
    );
  }
});
