// Faults under load: what a client may see of them, and that what systemd has to start again it does start again.
import assert from "node:assert/strict";
import { stolenMs } from "../lab/clock";
import { until } from "../lab/command";
import { auditNodes } from "../pair/audit";
import type { PairFault } from "../pair/faults";
import { becameMaster } from "../pair/moves";
import { answersSteadily, observeFault } from "../pair/observe";
import { type LoadBalancerName, other, type Pair, url } from "../pair/pair";

/**
 * On top of what the timers allow: a busy machine, ARP, and the client's own pace. Well below the three seconds by which
 * a goodbye is quicker than silence: one that is never sent is noticed.
 */
export const MARGIN_MS = 1_000;
/**
 * Where a call of a cloud's API moves the address, that takes seconds while other tests keep both processors busy. This
 * notices an address that gets lost, but no goodbye that is never sent.
 */
export const CLOUD_MARGIN_MS = 6_000;

interface MovesOnceOptions {
  /** What has to hold when the fault is lifted. @default auditNodes */
  readonly healed?: (pair: Pair) => Promise<void>;
  /** @default MARGIN_MS */
  readonly marginMs?: number;
}

/** Lifts the fault in the end, while clients still ask: neither that nor the node's return moves anything. */
export async function assertMovesOnce(
  pair: Pair,
  fault: PairFault,
  { healed = auditNodes, marginMs = MARGIN_MS }: MovesOnceOptions = {},
): Promise<void> {
  const restarted = await restartBySystemd(pair, fault);
  let masters: readonly string[] = [];
  const afterwards = async (injectedAt: number) => {
    await restarted?.();
    await pair.lab.heal();
    await healed(pair);
    masters = await becameMaster(pair, injectedAt);
  };
  const report = await observeFault(pair, fault, { afterwards });
  assert.equal(report.ownerAfter, other(report.ownerBefore as LoadBalancerName));
  assert.deepEqual(masters, [report.ownerAfter], "the address went back although no node is preferred");
  assert.equal(await pair.active(), report.ownerAfter);
  assertOutage(report, report.limitMs + report.stolenMs, marginMs);
}

/** Whatever the story is, a client has one outage at most for each move of the address, and none longer than that. */
export async function assertOneOutagePerMove(
  pair: Pair,
  limitMs: number,
  /** Returns the time of the fault. */
  story: () => Promise<number>,
  moves = 1,
): Promise<void> {
  const client = await pair.lab.client.start({ url, perSecond: 200 });
  const stolenBefore = stolenMs();
  const since = await story()
    .then((time) => answersSteadily(pair).then(() => time))
    .catch(async (error) => {
      await client.stop();
      throw error;
    });
  const report = await client.stop({ since, moves });
  assert.ok(report.recovered, "the address does not answer in the end");
  assertOutage(report, limitMs + stolenMs() - stolenBefore);
}

interface Seen {
  readonly outageMs: number;
  /** Requests a second. */
  readonly rate: number;
  readonly lostOutside: readonly unknown[];
}

export function assertOutage({ outageMs, rate, lostOutside }: Seen, limitMs: number, marginMs = MARGIN_MS): void {
  assert.ok(
    outageMs <= limitMs + marginMs,
    `outage ${Math.round(outageMs)} ms; timers and other users of this machine explain ${Math.round(limitMs)} ms`,
  );
  assert.deepEqual(lostOutside, [], `requests were lost outside the outage of ${Math.round(outageMs)} ms`);
  assert.ok(rate >= 100, `only ${Math.round(rate)} requests a second were made`);
}

/** For a fault that is no order to stop: waits until systemd has started again, by itself, what the fault ended. */
async function restartBySystemd(pair: Pair, { name }: PairFault): Promise<(() => Promise<void>) | undefined> {
  const killed = { "haproxy-kill": pair.haproxyService, "keepalived-kill": "keepalived" };
  const unit = killed[name as keyof typeof killed];
  if (unit === undefined) {
    return undefined;
  }
  const host = pair.host(await pair.active());
  const state = async () => {
    const text = await host.must(`systemctl show --property=ActiveState,MainPID,NRestarts ${unit}`);
    const values = Object.fromEntries(text.split("\n").map((line) => line.split("=")));
    return { active: values.ActiveState === "active", pid: values.MainPID, restarts: Number(values.NRestarts) };
  };
  const before = await state();
  return () =>
    until(
      `systemd to start ${unit} again on ${host.name}`,
      async () => {
        const { active, pid, restarts } = await state();
        return active && pid !== before.pid && restarts > before.restarts;
      },
      30_000,
    ).then(() => {});
}
