// Follows the shared address from node to node for as long as a story takes.
import { until } from "../lab/command";
import type { Pair } from "./pair";

export interface Moves {
  /** Each single holder, in order; moments without one, or with both, are not a move. */
  readonly holders: readonly string[];
  /** The most nodes that had it at the same time. */
  readonly mostAtOnce: number;
}

export function followMoves(pair: Pair): { stop(): Promise<Moves> } {
  const holders: string[] = [];
  let mostAtOnce = 0;
  let goesOn = true;
  const following = (async () => {
    await until(
      "the end of the test",
      async () => {
        const now = await pair.holders();
        const [holder, second] = now;
        mostAtOnce = Math.max(mostAtOnce, now.length);
        if (holder && !second && holders.at(-1) !== holder) {
          holders.push(holder);
        }
        return !goesOn;
      },
      300_000,
    );
  })();
  return {
    async stop() {
      goesOn = false;
      await following;
      return { holders, mostAtOnce };
    },
  };
}
