// Every fault that the pair has to survive, under load, ending in the audit.
import assert from "node:assert/strict";
import { now } from "../lab/clock";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { audit, auditNodes, pulumiSeesNoChange } from "../pair/audit";
import { afterGoodbye, pairFaults } from "../pair/faults";
import { followMoves, lastComeback } from "../pair/moves";
import { other, Pair } from "../pair/pair";
import { withLab } from "./labForTests";
import { assertMovesOnce, assertOneOutagePerMove } from "./movesOnce";

/** For both nodes to go down and to boot, and for one to become MASTER. */
const BOOT_MS = 60_000;
/** Moves of the address, as clients see them, when a second node takes it and one of the two gives it up. */
const THERE_AND_BACK = 2;
/** Longer than a node without such a delay leaves the address to one of a lower priority: three adverts and its skew. */
const PREEMPT_DELAY_SECONDS = 5;

describe("a pair under load", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("pair", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab);
  });
  afterEach(() => lab?.heal());

  for (const fault of pairFaults) {
    it(`moves the address once: ${fault.title}`, async () => {
      await assertMovesOnce(pair, fault);
    });
  }

  it("moves the address off a node whose network interface goes down", async () => {
    const active = await pair.active();
    await assertOneOutagePerMove(pair, afterGoodbye(pair, active), async () => {
      const since = now();
      await pair.host(active).must("ip link set eth0 down");
      await until("the other node to take over", async () => (await pair.holders()).join() === other(active), 10_000);
      assert.equal((await pair.status(other(active))).redundancy, "degraded");
      return since;
    });
    await pair.host(active).must("ip link set eth0 up");
    await auditNodes(pair);
  });

  it("keeps serving when the nodes cannot hear each other, and has one holder again afterwards", async () => {
    await assertOneOutagePerMove(
      pair,
      0,
      async () => {
        const since = await lab.fault("partition", await pair.active());
        await until("both nodes to take the address", async () => (await pair.holders()).length === 2, 20_000);
        const statuses = await Promise.all(loadBalancers.map((name) => pair.status(name)));
        assert.ok(statuses.every(({ redundancy }) => redundancy === "degraded"));
        await lab.heal();
        await until("one node to give the address up", async () => (await pair.holders()).length === 1, 20_000);
        await auditNodes(pair);
        return since;
      },
      THERE_AND_BACK,
    );
  });

  it("loses nobody to the node that gives the address up once they hear each other again", async () => {
    await assertOneOutagePerMove(
      pair,
      0,
      async () => {
        const since = await lab.fault("partition", await pair.active());
        await until("both nodes to take the address", async () => (await pair.holders()).length === 2, 20_000);
        // At once, before the second one's next advert: the first one learns of it by its goodbye alone.
        await lab.heal();
        await until("one node to give the address up", async () => (await pair.holders()).length === 1, 20_000);
        return since;
      },
      THERE_AND_BACK,
    );
    await auditNodes(pair);
  });

  it("serves again by itself after both nodes were rebooted at once", async () => {
    await assertOneOutagePerMove(pair, BOOT_MS, async () => {
      const [since] = await Promise.all([lab.fault("reboot", "lb1"), lab.fault("reboot", "lb2")]);
      await until("the address to be gone", async () => (await pair.holders()).length === 0, 30_000);
      await lab.heal();
      await auditNodes(pair);
      return since;
    });
  });

  it("leaves nothing that Pulumi would change", () => pulumiSeesNoChange(pair));
});

describe("a pair behind a bastion, with a preferred node", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("pair", async (started) => {
    lab = started;
    const { lb1, lb2, web1 } = lab.hosts;
    pair = await Pair.prepare(lab, {
      failover: { preferredNode: "lb2", preemptDelaySeconds: PREEMPT_DELAY_SECONDS },
      bastion: { host: web1.sshAddress, hostKey: web1.hostKey },
      nodes: [lb1, lb2].map(({ privateAddress }) => ({ host: privateAddress })),
    });
    await pair.up();
    await until("the preferred node to be active", async () => (await pair.holders()).join() === "lb2", 30_000);
    await pair.waitUntilRedundant();
  });

  it("was reached through the bastion alone", async () => {
    for (const name of ["lb1", "lb2"] as const) {
      const logins = await pair.host(name).must("journalctl --unit ssh --output cat --grep 'Accepted publickey'");
      const fromBastion = logins.split("\n").filter((line) => line.includes(lab.hosts.web1.privateAddress));
      assert.equal(fromBastion.length, 2, logins);
    }
  });

  it("gives the address back exactly once after a reboot, not before its node was healthy for a while", async () => {
    const moves = followMoves(pair);
    let rebooted = 0;
    await assertOneOutagePerMove(pair, afterGoodbye(pair, "lb2"), async () => {
      const since = await lab.fault("reboot", "lb2");
      rebooted = since;
      await until("lb1 to take over", async () => (await pair.holders()).join() === "lb1", 30_000);
      return since;
    });
    await assertOneOutagePerMove(pair, 0, async () => {
      const since = now();
      await lab.heal();
      await until("lb2 to take the address back", async () => (await pair.holders()).join() === "lb2", 60_000);
      await audit(pair);
      return since;
    });
    assert.deepEqual((await moves.stop()).holders, ["lb2", "lb1", "lb2"]);
    const { backup, master } = await lastComeback(pair, "lb2", rebooted);
    const seconds = (master - backup) / 1000;
    // The journal may note either late.
    assert.ok(seconds > PREEMPT_DELAY_SECONDS - 0.5, `${seconds} s`);
  });
});
