// Both nodes at once, and one failover after the other: the pair, and what Pulumi knows of it, stay what they were.
import assert from "node:assert/strict";
import { until } from "../../../lab/command";
import { loadBalancers } from "../../../lab/layout";
import { audit, auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { type CloudPair, withCloudPair } from "../cloudPair";
import { Onlooker } from "../onlooker";
import type { TestedCloud } from "../tested";

const FAILOVERS = 20;
/** Of both nodes, for one that works: a claim, a look at it, and reads before and after. */
const MOST_REQUESTS_EACH = 8;

export function repeatedFailovers(cloud: TestedCloud): void {
  describe(`a pair on ${cloud.title} in the long run`, function () {
    this.timeout(300_000);
    let cloudPair: CloudPair;
    withCloudPair(cloud, (ready) => {
      cloudPair = ready;
    });
    afterEach(() => cloudPair?.heal());

    it("serves again by itself after both nodes were rebooted at once", async () => {
      const { lab, pair } = cloudPair;
      await cloudPair.begin();
      await Promise.all(loadBalancers.map((name) => pair.fault("reboot", name)));
      await lab.heal();
      await cloudPair.settled(60_000);
      await auditNodes(pair);
      const moves = await cloudPair.moves();
      assert.ok(moves.length <= 1, `the address was moved to ${moves.join(", ")}`);
    });

    it(`moves ${FAILOVERS} times in a row, by a call each, and loses nothing`, async () => {
      let active = await cloudPair.begin();
      const onlooker = await Onlooker.of(cloudPair);
      try {
        for (let done = 0; done < FAILOVERS; done += 1) {
          await switchOver(active);
          active = other(active);
          assert.equal(await cloudPair.settled(), active);
        }
        const moves = await cloudPair.moves();
        assert.equal(moves.length, FAILOVERS);
        assert.ok(moves.every((to, at) => to !== moves[at + 1]));
        const requests = await cloudPair.hand.requests();
        const claims = await Promise.all(loadBalancers.map((name) => cloudPair.claimsOf(name)));
        assert.equal(claims.flat().length, FAILOVERS);
        assert.ok(requests.length <= FAILOVERS * MOST_REQUESTS_EACH, `${requests.length} requests`);
      } finally {
        await onlooker.end();
      }
      await onlooker.lostNothingElse();
    });

    /** Refused for as long as the other node has not proved that it could take over. */
    async function switchOver(from: LoadBalancerName): Promise<void> {
      const { pair } = cloudPair;
      const done = async () => (await pair.host(from).run("ha-lb switchover", { timeoutMs: 60_000 })).code === 0;
      await until(`${from} to hand over`, done, 60_000, 100);
    }

    it("is the same for Pulumi after all of that, and an update moves nothing", async () => {
      const { pair } = cloudPair;
      await audit(pair);
      const active = await pair.active();
      await cloudPair.forget();
      const { changes } = await pair.up();
      assert.deepEqual(Object.keys(changes), ["same"]);
      assert.deepEqual(await cloudPair.moves(), []);
      assert.equal(await pair.active(), active);
    });
  });
}
