// A fault under load, after which the other node has the address, soon enough and for good.
import assert from "node:assert/strict";
import { audit } from "../pair/audit";
import type { PairFault } from "../pair/faults";
import { observeFault } from "../pair/observe";
import { other, type Pair } from "../pair/pair";

/** On top of what the timers allow: a busy machine, ARP, and the client's own pace. */
export const GENEROUS_MS = 3_000;

/** Lifts the fault in the end. */
export async function assertMovesOnce(pair: Pair, fault: PairFault): Promise<void> {
  const report = await observeFault(pair, fault);
  assert.equal(report.ownerAfter, other(report.ownerBefore as "lb1" | "lb2"));
  assert.ok(
    report.outageMs <= report.limitMs + report.stolenMs + GENEROUS_MS,
    `outage ${report.outageMs} ms, timers allow ${report.limitMs} ms, others had ${report.stolenMs} ms`,
  );
  assert.deepEqual(report.lostOutside, [], "requests were lost outside the outage");
  assert.ok(report.requests >= 100, `only ${report.requests} requests were made`);
  await pair.lab.heal();
  await audit(pair);
  assert.equal(await pair.active(), report.ownerAfter, "the address went back although no node is preferred");
}
