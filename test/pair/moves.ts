// Follows the shared address from node to node for as long as a story takes.
import { until } from "../lab/command";
import type { LoadBalancerName, Pair } from "./pair";

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
      20,
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

/**
 * When Keepalived of a node that was active noticed that it has to step down: in milliseconds of the Unix epoch.
 * @param since by the lab's clock
 */
export async function keepalivedFaultAt(pair: Pair, node: LoadBalancerName, since: number): Promise<number> {
  const command =
    "journalctl --unit keepalived --output json --no-pager --grep 'Entering FAULT STATE' --reverse --lines 1";
  const noticed = async () => {
    const found = JSON.parse((await pair.host(node).run(command)).stdout.trim() || "{}");
    return Number(found.__MONOTONIC_TIMESTAMP) / 1000 > since ? Number(found.__REALTIME_TIMESTAMP) / 1000 : undefined;
  };
  return until(`${node} to step down`, noticed, 20_000, 200);
}
