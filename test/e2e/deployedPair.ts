// A pair that is deployed and redundant, for files of tests that begin with one.
import { Pair, type PairSettings } from "../pair/pair";
import { withLab } from "./labForTests";

/** As `withLab`, with a pair on the lab. */
export function withPair(lab: string, ready: (pair: Pair) => Promise<void> | void, settings: PairSettings = {}): void {
  withLab(lab, async (started) => {
    const pair = await Pair.prepare(started, settings);
    await pair.up();
    await pair.waitUntilRedundant();
    await ready(pair);
  });
}
