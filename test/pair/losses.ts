// What clients miss while something is done to the pair that serves them.
import assert from "node:assert/strict";
import type { Sample } from "../lab/client/outage";
import type { Pair } from "./pair";

/** Requests that got no answer although somebody was there to give one. */
export async function missedDuring(pair: Pair, work: () => Promise<unknown>): Promise<readonly Sample[]> {
  const client = await pair.startLoad({ perSecond: 100 });
  const { missed, requests } = await work().then(
    () => client.stop(),
    (error) => client.stop().then(() => Promise.reject(error)),
  );
  assert.ok(requests >= 100, `only ${requests} requests were made`);
  return missed;
}
