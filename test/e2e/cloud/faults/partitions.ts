// The nodes of a pair cannot hear each other, or not all of them the API: the address moves once at most, and stays.
import assert from "node:assert/strict";
import { now } from "../../../lab/clock";
import { until } from "../../../lab/command";
import { loadBalancers } from "../../../lab/layout";
import { auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { type CloudPair, SOON_MS, withCloudPair } from "../cloudPair";
import { type Onlooker, withOnlooker } from "../onlooker";
import type { TestedCloud } from "../tested";

/** A node asks three times, and waits for each answer, until it takes its peer for dead. Then there is a claim. */
const ASKING_MS = 8_000;
/** For so long a MASTER tries to claim, before it asks whether its peer could. */
const STEP_DOWN_SECONDS = 20;

export function partitions(cloud: TestedCloud): void {
  describe(`a partition between the nodes of a pair on ${cloud.title}`, function () {
    this.timeout(120_000);
    let cloudPair: CloudPair;
    let onlooker: Onlooker;
    withOnlooker(cloud, (...ready) => {
      [cloudPair, onlooker] = ready;
    });
    afterEach(() => cloudPair?.heal());

    const slot = (name: LoadBalancerName) => cloudPair.pair.host(name).name;
    const cut = (fault: "partition" | "partition-from", from: LoadBalancerName) =>
      cloudPair.lab.fault(fault, slot(from), slot(other(from)));

    /** As often as it takes to be sure that a node has made up its mind: reads get rarer while they say the same. */
    async function looksAgain(name: LoadBalancerName, times: number): Promise<void> {
      const before = (await cloudPair.requestsOf(name)).length;
      const looked = async () => (await cloudPair.requestsOf(name)).length >= before + times;
      await until(`${name} to look ${times} times`, looked, 2 * SOON_MS);
    }

    for (const active of loadBalancers) {
      const standby = other(active);
      const isFirst = active === "lb1";

      it(`moves the address once, and ends with one holder: both directions, while ${active} has it`, async () => {
        await cloudPair.begin(active);
        await cut("partition", active);
        await cloudPair.untilHolder(standby);
        assert.deepEqual(await cloudPair.masters(), loadBalancers);
        await until(
          `${active} to know`,
          async () => (await cloudPair.told(active)).addresses.main.owner === "peer",
          SOON_MS,
        );
        const known = now();
        await until(
          "it to have asked the other and to have made up its mind",
          () => now() > known + ASKING_MS,
          SOON_MS,
        );
        assert.deepEqual(await cloudPair.moves(), [standby]);
        await cloudPair.lab.heal();
        // Of two that hear each other again, the one of the higher priority stays.
        assert.equal(await cloudPair.settled(), "lb1");
        assert.deepEqual(await cloudPair.moves(), isFirst ? [standby, active] : [standby]);
      });

      it(`ends with one holder: what ${active}, which has the address, sends is lost`, async () => {
        await cloudPair.begin(active);
        await cut("partition-from", active);
        await cloudPair.untilHolder(standby);
        // One of the higher priority hears that the other is wrong, and the other finds out by the cloud that it is.
        if (isFirst) await cloudPair.untilHolder(active);
        await Promise.all([looksAgain(active, 2), looksAgain(standby, 2)]);
        const expected = isFirst ? [standby, active] : [standby];
        assert.deepEqual(await cloudPair.moves(), expected);
        await cloudPair.lab.heal();
        assert.equal(await cloudPair.settled(), "lb1");
        assert.deepEqual(await cloudPair.moves(), expected);
      });
    }

    it("moves nothing when only what the standby sends is lost", async () => {
      const active = await cloudPair.begin();
      await cut("partition-from", other(active));
      await looksAgain(active, 2);
      assert.deepEqual(await cloudPair.masters(), [active]);
      await cloudPair.lab.heal();
      assert.equal(await cloudPair.settled(), active);
      assert.deepEqual(await cloudPair.moves(), []);
    });

    it("leaves the pair as it was deployed, and a client that lost nothing", async () => {
      await auditNodes(cloudPair.pair);
      await onlooker.lostNothingElse();
    });
  });
}

/** It is for the other one to do what it can. */
export function unreachableApi(cloud: TestedCloud): void {
  describe(`a MASTER on ${cloud.title} that cannot reach the API`, function () {
    this.timeout(180_000);
    let cloudPair: CloudPair;
    withCloudPair(cloud, (ready) => {
      cloudPair = ready;
    });
    afterEach(() => cloudPair?.heal());

    it("steps down once its peer could do better, and not before", async () => {
      const { lab, pair, hand } = cloudPair;
      const holder = await cloudPair.begin();
      const master = other(holder);
      await lab.fault("api-unreachable", pair.host(master).name);
      const outage = await hand.outage(pair.host(holder).publicAddress);
      // It says goodbye, and is there again a moment later, as the standby.
      await pair.host(holder).must("systemctl restart keepalived");
      await cloudPair.untilMaster(master);

      const failsFor = async (seconds: number) => {
        const { state, since } = (await cloudPair.told(master)).api;
        return state === "failing" && Date.now() / 1000 - since > seconds;
      };
      await until("the MASTER to fail for long", () => failsFor(STEP_DOWN_SECONDS), 3 * SOON_MS, 200);
      assert.equal(await isHeld(master), false, "it stepped down although its peer could do no better");
      assert.deepEqual(await cloudPair.masters(), [master]);

      await hand.lift(outage);
      await cloudPair.untilMaster(holder);
      assert.equal(await isHeld(master), true);
      await lab.heal();
      assert.equal(await cloudPair.settled(), holder);
      assert.deepEqual(await cloudPair.moves(), [], "clients were sent elsewhere although nothing was wrong for them");
      // Until its hold is over: a node that cannot move the address is of no use as MASTER.
      assert.match(
        (await pair.status(holder)).problems.join(),
        new RegExp(`${master}: has stepped down: could not claim`),
      );
    });

    async function isHeld(name: LoadBalancerName): Promise<boolean> {
      return (await cloudPair.pair.host(name).must("cat /run/ha-load-balancer/hold")).trim() === "1";
    }

    it("leaves the pair as it was deployed", async () => {
      await cloudPair.rest();
      await auditNodes(cloudPair.pair);
    });
  });
}
