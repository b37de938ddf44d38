// Every fault of a node under load, on a pair whose address is moved by the cloud's API.
import assert from "node:assert/strict";
import { until } from "../../../lab/command";
import { audit } from "../../../pair/audit";
import { pairFaults } from "../../../pair/faults";
import { answersSteadily } from "../../../pair/observe";
import { other } from "../../../pair/pair";
import { assertMovesOnce, assertOutage } from "../../movesOnce";
import { type CloudPair, SOON_MS, withCloudPair } from "../cloudPair";
import type { TestedCloud } from "../tested";

/** What moves the address here. HAProxy that is killed is there again before a cloud could have moved anything. */
const moving = pairFaults.filter(({ name }) => name !== "haproxy-kill" && name !== "haproxy-disable");

/** The call of the API, and what a busy machine adds to it. */
const MARGIN_MS = 2_500;

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
        await assertMovesOnce(pair, fault, { marginMs: MARGIN_MS });
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
      const { pair, lab } = cloudPair;
      const active = await pair.active();
      await cloudPair.forget();
      const client = await lab.client.start({ url: pair.url, perSecond: 200 });
      const since = await pair.fault("haproxy-kill", active);
      await until(
        "HAProxy to serve again",
        async () => (await pair.host(active).run("curl --silent --fail --max-time 1 http://127.0.0.1/")).code === 0,
        SOON_MS,
      );
      await pair.waitUntilRedundant();
      await answersSteadily(pair);
      assertOutage(await client.stop({ since }), 2_000);
      await audit(pair);
      assert.deepEqual(await cloudPair.moves(), []);
      assert.equal(await pair.active(), active);
    });
  });
}
