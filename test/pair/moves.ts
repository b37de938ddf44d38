// Follows the shared address from node to node for as long as a story takes.
import { now } from "../lab/clock";
import { until } from "../lab/command";
import { loadBalancers } from "../lab/layout";
import type { LoadBalancerName, Pair } from "./pair";
import { transitionsOf } from "./transitions";

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
 * When Keepalived of a node last became BACKUP and, after that, MASTER.
 * @param since by the lab's clock, as what it returns
 */
export async function lastComeback(
  pair: Pair,
  node: LoadBalancerName,
  since: number,
): Promise<{ backup: number; master: number }> {
  const all = await transitionsOf(pair.host(node), since);
  const master = all.findLastIndex(({ state }) => state === "MASTER");
  const backup = all.slice(0, Math.max(0, master)).findLast(({ state }) => state === "BACKUP");
  return { backup: backup?.at ?? Number.NaN, master: all[master]?.at ?? Number.NaN };
}

/**
 * The nodes that entered the state MASTER, each as often as it did, in order.
 * @param since by the lab's clock
 */
export async function becameMaster(pair: Pair, since: number): Promise<LoadBalancerName[]> {
  const found = await Promise.all(
    loadBalancers.map(async (node) => (await transitionsOf(pair.host(node), since)).map((one) => ({ ...one, node }))),
  );
  const masters = found.flat().filter(({ state }) => state === "MASTER");
  return masters.sort((one, another) => one.at - another.at).map(({ node }) => node);
}

/**
 * When Keepalived of a node that was active noticed that it has to step down: in milliseconds of the Unix epoch.
 * @param since by the lab's clock
 */
export async function keepalivedFaultAt(pair: Pair, node: LoadBalancerName, since: number): Promise<number> {
  const noticed = async () =>
    (await transitionsOf(pair.host(node), since)).findLast(({ state }) => state === "FAULT")?.at;
  return Date.now() - now() + (await until(`${node} to step down`, noticed, 20_000, 200));
}
