// When which node stalls, and how. Pure: a seed, a node and a duration always give the same stalls.
//
// Each node has a schedule of its own, independent of the other's: a gap of 1 to 5 s, a stall of up to 2 s, a gap, a
// stall, and so on; both lengths are uniformly distributed. The kinds alternate: SIGSTOP of Keepalived's processes, then
// all processes of the machine at once, as when its hypervisor gives it no time; lb1 begins with the one, lb2 with the
// other. Packets that arrive meanwhile wait in the kernel, as they do in front of a virtual machine. So each node is
// stalled for a quarter of the time, and both at once for about a sixteenth.
import type { LoadBalancerName } from "../../pair/pair";

export const stallKinds = ["keepalived", "machine"] as const;
export type StallKind = (typeof stallKinds)[number];

export interface Stall {
  readonly kind: StallKind;
  /** Since the beginning of the run. */
  readonly startMs: number;
  readonly durationMs: number;
}

export const gapMs = { least: 1000, most: 5000 } as const;
export const LONGEST_STALL_MS = 2000;

/** Stalls that are over before `totalMs`. */
export function stalls(seed: string, node: LoadBalancerName, totalMs: number): Stall[] {
  const random = uniform(`${seed}/${node}`);
  const found: Stall[] = [];
  let kind = node === "lb1" ? 0 : 1;
  let time = 0;
  for (;;) {
    const startMs = Math.round(time + gapMs.least + random() * (gapMs.most - gapMs.least));
    const durationMs = Math.ceil(random() * LONGEST_STALL_MS);
    time = startMs + durationMs;
    if (time > totalMs) {
      return found;
    }
    found.push({ kind: stallKinds[kind] as StallKind, startMs, durationMs });
    kind = 1 - kind;
  }
}

/** Numbers from 0 to below 1 that the seed decides (FNV-1a into Mulberry32). */
export function uniform(seed: string): () => number {
  let state = [...seed].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
