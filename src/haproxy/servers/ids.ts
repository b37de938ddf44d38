// Numbers of servers that stay while others come and go.
import { createHash } from "node:crypto";
import type { BalanceAlgorithm } from "./args";

/** Consistent hashing multiplies them by 4096 in 32 bits: larger ones would fall together. */
const IDS = 2 ** 20 - 1;

/**
 * The numbers by which HAProxy knows the servers of a backend, in tables that both nodes share and where it hashes
 * consistently. They come from the names, so that a server that is added or removed does not renumber the others.
 * `first` fills servers in the order of their numbers, and so gets those of their places.
 */
export function serverIds(names: readonly string[], balance: BalanceAlgorithm): number[] {
  const taken = new Set<number>();
  return names.map((name, index) => {
    let id = balance === "first" ? index + 1 : fromName(name);
    while (taken.has(id)) {
      id = (id % IDS) + 1;
    }
    taken.add(id);
    return id;
  });
}

function fromName(name: string): number {
  return (createHash("sha256").update(name).digest().readUInt32BE() % IDS) + 1;
}
