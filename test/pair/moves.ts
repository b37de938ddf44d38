// Follows the shared address from node to node for as long as a story takes.
import { until } from "../lab/command";
import { loadBalancers } from "../lab/layout";
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

/** When Keepalived of a node last became BACKUP and, after that, MASTER: by the lab's clock. */
export async function lastComeback(pair: Pair, node: LoadBalancerName): Promise<{ backup: number; master: number }> {
  const command =
    "journalctl --unit keepalived --output json --no-pager --grep 'Entering (BACKUP|MASTER) STATE' --reverse --lines 20";
  const entries = (await pair.host(node).must(command)).trim().split("\n");
  const states = entries.map((entry) => JSON.parse(entry));
  const master = states.findIndex(({ MESSAGE }) => MESSAGE.includes("MASTER"));
  const backup = states.findIndex(({ MESSAGE }, index) => index > master && MESSAGE.includes("BACKUP"));
  const at = (index: number) => Number(states[index]?.__MONOTONIC_TIMESTAMP) / 1000;
  return { backup: at(backup), master: at(master) };
}

/**
 * The nodes that entered the state MASTER, each as often as it did.
 * @param since by the lab's clock
 */
export async function becameMaster(pair: Pair, since: number): Promise<LoadBalancerName[]> {
  const times = await Promise.all(
    loadBalancers.map(async (node) =>
      (await entries(pair, node, "MASTER", since)).map(({ at }): [number, LoadBalancerName] => [at, node]),
    ),
  );
  return times
    .flat()
    .sort(([one], [another]) => one - another)
    .map(([, node]) => node);
}

/**
 * When Keepalived of a node that was active noticed that it has to step down: in milliseconds of the Unix epoch.
 * @param since by the lab's clock
 */
export function keepalivedFaultAt(pair: Pair, node: LoadBalancerName, since: number): Promise<number> {
  const noticed = async () => (await entries(pair, node, "FAULT", since)).at(-1)?.epochMs;
  return until(`${node} to step down`, noticed, 20_000, 200);
}

interface Entry {
  /** By the lab's clock. */
  readonly at: number;
  readonly epochMs: number;
}

/** When Keepalived of a node entered a state, as far back as the node's journal goes: to its latest boot. */
async function entries(pair: Pair, node: LoadBalancerName, state: "MASTER" | "FAULT", since: number): Promise<Entry[]> {
  const journal = `journalctl --unit keepalived --output json --no-pager --grep 'Entering ${state} STATE'`;
  const lines = (await pair.host(node).run(journal)).stdout.split("\n").filter(Boolean);
  const all = lines.map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  return all
    .map((entry) => ({
      at: Number(entry.__MONOTONIC_TIMESTAMP) / 1000,
      epochMs: Number(entry.__REALTIME_TIMESTAMP) / 1000,
    }))
    .filter(({ at }) => at > since);
}
