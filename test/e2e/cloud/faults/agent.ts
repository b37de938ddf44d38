// The agent that moves the address dies, stands still or changes its mind in the middle of a failover.
import assert from "node:assert/strict";
import { now } from "../../../lab/clock";
import { until } from "../../../lab/command";
import { auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { type CloudPair, SOON_MS } from "../cloudPair";
import { type Onlooker, withOnlooker } from "../onlooker";
import type { TestedCloud } from "../tested";

/** How long the cloud takes to move an address here: long enough to do something meanwhile. */
const MOVE_SECONDS = 2;

/** In the middle of a claim, which is for the cloud and its mover to end well. */
export function agentDuringClaims(cloud: TestedCloud): void {
  describe(`the agent in the middle of a claim on ${cloud.title}`, function () {
    this.timeout(120_000);
    let cloudPair: CloudPair;
    let onlooker: Onlooker;
    let active: LoadBalancerName;
    let standby: LoadBalancerName;
    // What is held serves on until the address is gone: its clients notice nothing of all this.
    withOnlooker(cloud, (...ready) => {
      [cloudPair, onlooker] = ready;
    });

    beforeEach(async () => {
      active = await cloudPair.begin();
      standby = other(active);
    });

    const claimed = (name: LoadBalancerName) =>
      until(`${name} to claim the address`, async () => (await cloudPair.claimsOf(name)).length > 0, SOON_MS, 10);

    it("brings the address although it is killed in the middle of a claim", async () => {
      await cloudPair.hand.slowMoves(MOVE_SECONDS);
      await cloudPair.hold(active, true);
      await claimed(standby);
      await cloudPair.agent(standby, "kill --kill-who=main --signal=KILL");
      assert.equal(await cloudPair.settled(), standby);
      assert.deepEqual(await cloudPair.moves(), [standby]);
    });

    it("knows that a claim has worked although it was stopped in the middle of it", async () => {
      await cloudPair.hand.slowMoves(MOVE_SECONDS);
      await cloudPair.hold(active, true);
      await claimed(standby);
      await cloudPair.agent(standby, "stop");
      await cloudPair.untilHolder(standby);
      await cloudPair.agent(standby, "start");
      assert.equal(await cloudPair.settled(), standby);
      assert.equal((await cloudPair.claimsOf(standby)).length, 1);
    });

    it("takes the address back after MASTER, BACKUP, MASTER, though the peer's claim is carried out later", async () => {
      await cloudPair.hand.slowMoves(MOVE_SECONDS);
      await cloudPair.hold(active, true);
      await claimed(standby);
      const left = await changeBack();
      await cloudPair.untilHolder(standby);
      await cloudPair.untilHolder(active);
      assert.equal(await cloudPair.settled(), active);
      await claimsNothingSince(left);
      assert.deepEqual(await cloudPair.moves(), [standby, active]);
    });

    it("makes no late claim after MASTER, BACKUP, MASTER, though one was on its way", async () => {
      const { lab, pair } = cloudPair;
      await lab.fault("api-unreachable", pair.host(standby).name);
      await cloudPair.hold(active, true);
      await until("the standby to call the API", async () => (await cloudPair.told(standby)).master, SOON_MS, 10);
      const left = await changeBack();
      // A first packet that was lost is sent again after a second, and arrives. A second later the standby itself asks.
      await lab.heal();
      await until("the standby to ask again", async () => (await cloudPair.requestsOf(standby)).length > 0, SOON_MS);
      assert.equal(await cloudPair.settled(), active);
      await claimsNothingSince(left);
      assert.deepEqual(await cloudPair.moves(), []);
    });

    it("follows a MASTER that changes again and again, and one that changed claims nothing", async () => {
      await cloudPair.hand.slowMoves(0.5);
      for (const [to, from] of [
        [standby, active],
        [active, standby],
        [standby, active],
        [active, standby],
      ] as const) {
        await cloudPair.hold(to, false);
        await cloudPair.hold(from, true);
        await cloudPair.untilMaster(to);
      }
      assert.equal(await cloudPair.settled(), active);
      const last = (await cloudPair.hand.requests()).filter(({ isClaim }) => isClaim).at(-1);
      if (last) assert.equal(last.source, cloudPair.pair.host(active).publicAddress);
    });

    it("leaves the pair as it was deployed, and a client that lost nothing", async () => {
      await auditNodes(cloudPair.pair);
      await onlooker.lostNothingElse();
    });

    /** The standby is MASTER no longer, and the node that was before will be; returns the time. */
    async function changeBack(): Promise<number> {
      await Promise.all([cloudPair.hold(standby, true), cloudPair.hold(active, false)]);
      await until("the standby to know", async () => !(await cloudPair.told(standby)).master, SOON_MS, 10);
      return now();
    }

    async function claimsNothingSince(time: number): Promise<void> {
      const late = (await cloudPair.claimsOf(standby)).filter(({ at }) => at > time);
      assert.deepEqual(late, [], "it claims what is no longer its own");
    }
  });
}

/** Before one, where no cloud is asked anything. */
export function agentAway(cloud: TestedCloud): void {
  describe(`the agent that is away when it is needed on ${cloud.title}`, function () {
    this.timeout(120_000);
    let cloudPair: CloudPair;
    let onlooker: Onlooker;
    let active: LoadBalancerName;
    let standby: LoadBalancerName;
    // What is held serves on until the address is gone: its clients notice nothing of all this.
    withOnlooker(cloud, (...ready) => {
      [cloudPair, onlooker] = ready;
    });

    beforeEach(async () => {
      active = await cloudPair.begin();
      standby = other(active);
    });

    it("brings the address as soon as it is started, long after the failover", async () => {
      await cloudPair.agent(standby, "stop");
      await cloudPair.hold(active, true);
      await cloudPair.untilMaster(standby);
      assert.equal(await cloudPair.pair.active(), active);
      for (const name of [active, standby]) {
        const { redundancy, problems } = await cloudPair.pair.status(name);
        assert.equal(redundancy, "degraded");
        assert.ok(problems.includes(`${standby}: ha-lb-vip.service does not run`), problems.join("\n"));
      }
      await cloudPair.agent(standby, "start");
      await cloudPair.untilHolder(standby);
      assert.equal(await cloudPair.settled(), standby);
    });

    it("brings the address although it was dead when the failover began", async () => {
      await cloudPair.agent(standby, "kill --kill-who=main --signal=KILL");
      await cloudPair.hold(active, true);
      assert.equal(await cloudPair.settled(), standby);
      assert.deepEqual(await cloudPair.moves(), [standby]);
    });

    it("brings the address although it stood still when the failover began", async () => {
      await cloudPair.agent(standby, "kill --kill-who=main --signal=STOP");
      await cloudPair.hold(active, true);
      await cloudPair.untilMaster(standby);
      // systemd's watchdog, after 15 s.
      assert.equal(await cloudPair.settled(2 * SOON_MS), standby);
    });

    it("leaves the pair as it was deployed, and a client that lost nothing", async () => {
      await auditNodes(cloudPair.pair);
      await onlooker.lostNothingElse();
    });
  });
}
