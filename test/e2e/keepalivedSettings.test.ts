// Changes of what Keepalived runs with, under load: other timers move nothing, and another virtual router id is refused
// to those who have not said that they want it.
import assert from "node:assert/strict";
import { masterDownSeconds, priorities } from "../../src/keepalived/timers";
import { now } from "../lab/clock";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { auditNodes } from "../pair/audit";
import { failureOf } from "../pair/failure";
import { followMoves } from "../pair/moves";
import { Pair, type PairSettings, url } from "../pair/pair";
import { withLab } from "./labForTests";
import { MARGIN_MS } from "./movesOnce";

/** The nodes' own, where nothing is said. */
const formerId = 51;
const anotherId = 77;
const perSecond = 200;

describe("what Keepalived runs with", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("pair", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab);
  });

  // Not "fastest": on a busy machine the address moves at that without any change.
  for (const profile of ["fast", "steady"] as const) {
    it(`becomes "${profile}" without a lost request, a move, or two nodes with the address`, async () => {
      const active = await pair.active();
      await pair.configure({ failover: { profile } });
      const client = await lab.client.start({ url, perSecond });
      const moves = followMoves(pair);
      const ended = await pair.up().then(
        () => undefined,
        (error: unknown) => error,
      );
      const [{ samples, lostOutside, lost, requests }, seen] = await Promise.all([client.stop(), moves.stop()]);
      assert.equal(ended, undefined, String(ended));
      assert.deepEqual(seen, { holders: [active], mostAtOnce: 1 });
      assert.ok(requests >= 100, `only ${requests} requests were made`);
      assert.deepEqual([lost, lostOutside], [0, []], JSON.stringify(samples.filter(({ ok }) => !ok)));
      await auditNodes(pair);
    });
  }

  it("keeps its virtual router id, and says how another one can be had all the same", async () => {
    const before = await onBoth("readlink /etc/ha-load-balancer/current; systemctl show --property MainPID keepalived");
    const message = await failure({ failover: { virtualRouterId: anotherId } });
    assert.match(message, /the virtual router id of this pair is 51, and 77 is wanted\. Nothing was changed\./);
    assert.match(message, /accept that by failover\.changeVirtualRouterIdFrom: 51\./);
    assert.deepEqual(
      await onBoth("readlink /etc/ha-load-balancer/current; systemctl show --property MainPID keepalived"),
      before,
    );
    await pair.configure({});
    assert.deepEqual(Object.keys((await pair.up()).changes), ["same"]);
    await auditNodes(pair);
  });

  it("gets another virtual router id from those who accept an outage, once", async () => {
    // Each node may have to find out by silence that it is alone, or that it no longer is.
    const limit = 2 * 1000 * masterDownSeconds(pair.timers.advertIntervalSeconds, Math.min(...priorities));
    await change(anotherId, formerId, limit);
    const message = await failure({ failover: { virtualRouterId: 78, changeVirtualRouterIdFrom: formerId } });
    assert.match(message, /the virtual router id of this pair is 77, and 78 is wanted/);
    await change(formerId, anotherId, limit);
  });

  async function change(virtualRouterId: number, changeVirtualRouterIdFrom: number, limitMs: number): Promise<void> {
    await pair.configure({ failover: { virtualRouterId, changeVirtualRouterIdFrom } });
    const client = await lab.client.start({ url, perSecond });
    const since = now();
    const ended = await pair
      .up()
      .then(() => pair.waitUntilRedundant())
      .catch((error: unknown) => error as Error);
    const { outageMs, lost, requests } = await client.stop({ since });
    assert.ok(!ended, String(ended));
    assert.ok(outageMs <= limitMs + MARGIN_MS, `outage ${outageMs} ms`);
    // There may be a second one, when the nodes hear each other again and one of them gives the address up.
    const lostMs = (lost * 1000) / perSecond;
    assert.ok(lostMs <= limitMs + 2 * MARGIN_MS, `${lost} of ${requests} requests were lost, ${lostMs} ms of them`);
    await auditNodes(pair);
  }

  async function failure(settings: PairSettings): Promise<string> {
    await pair.configure(settings);
    const message = await failureOf(pair);
    assert.ok(await pair.answers(), "the pair no longer serves");
    return message;
  }

  function onBoth(command: string): Promise<string[]> {
    return Promise.all(loadBalancers.map((name) => pair.host(name).must(command)));
  }
});
