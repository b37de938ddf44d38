// Every fault of a node under load, on a pair whose address is moved by the cloud's API.
import assert from "node:assert/strict";
import { probeFailures } from "../../../../src/keepalived/timers";
import { until } from "../../../lab/command";
import { audit } from "../../../pair/audit";
import { pairFaults } from "../../../pair/faults";
import { answersSteadily } from "../../../pair/observe";
import { other } from "../../../pair/pair";
import { assertMovesOnce, assertOutage, CLOUD_MARGIN_MS } from "../../movesOnce";
import { type CloudPair, SOON_MS, withCloudPair } from "../cloudPair";
import type { TestedCloud } from "../tested";

/** What moves the address here. HAProxy that is killed is there again before a cloud could have moved anything. */
const moving = pairFaults.filter(({ name }) => name !== "haproxy-kill" && name !== "haproxy-disable");

export function hostFaults(cloud: TestedCloud): void {
  describe(`a node of a pair on ${cloud.title} that fails under load`, function () {
    this.timeout(600_000);
    let cloudPair: CloudPair;
    withCloudPair(cloud, (ready) => {
      cloudPair = ready;
    });
    afterEach(() => cloudPair?.heal());

    for (const fault of moving) {
      it(`loses the address by one call, once: ${fault.title}`, async () => {
        const { pair, hand } = cloudPair;
        const standby = other(await pair.active());
        await cloudPair.forget();
        await assertMovesOnce(pair, fault, { marginMs: CLOUD_MARGIN_MS });
        assert.deepEqual(await cloudPair.moves(), [standby]);
        const [move] = await hand.moves();
        const since = (await cloudPair.requestsOf(standby)).filter(({ at }) => at < (move?.at ?? 0));
        // A standby looks from time to time; from its first claim on nothing else is asked before the traffic moves.
        const claim = since.findIndex(({ isClaim }) => isClaim);
        assert.deepEqual(
          since.slice(claim).map(({ isClaim }) => isClaim),
          [true],
        );
      });
    }

    it("keeps the address when HAProxy is killed, because systemd is quicker than any cloud", async () => {
      const { timers } = cloudPair.pair;
      const unnoticedMs = 1000 * (probeFailures - 1) * timers.probeIntervalSeconds;
      let seen = await killHaproxy();
      // Others may keep the processors so busy that HAProxy starts later than the probes wait, and the address has to go.
      for (let tries = 2; tries > 0 && seen.outage.outageMs >= unnoticedMs; tries--) seen = await killHaproxy();
      assertOutage(seen.outage, unnoticedMs, 0);
      assert.deepEqual(await cloudPair.moves(), []);
      assert.equal(await cloudPair.pair.active(), seen.active);
      await audit(cloudPair.pair);
    });

    async function killHaproxy() {
      const { pair, lab } = cloudPair;
      const active = await pair.active();
      await cloudPair.forget();
      const client = await lab.client.start({ url: pair.url, perSecond: 200 });
      const since = await pair.fault("haproxy-kill", active);
      const serves = "curl --silent --fail --max-time 1 http://127.0.0.1/";
      await until("HAProxy to serve again", async () => (await pair.host(active).run(serves)).code === 0, SOON_MS);
      await pair.waitUntilRedundant();
      await answersSteadily(pair);
      return { active, outage: await client.stop({ since }) };
    }
  });
}
