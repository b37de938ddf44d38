// Stalls one node by its schedule, and notes what really happened.
import { setTimeout as delay } from "node:timers/promises";
import { now } from "../../lab/clock";
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";
import { signal } from "../../lab/processes";
import type { LoadBalancerName } from "../../pair/pair";
import type { PastStall } from "./report";
import type { Stall, StallKind } from "./schedule";

/** @param start when the run began, by the lab's clock */
export async function stallBySchedule(
  host: Host<MachineName>,
  node: LoadBalancerName,
  schedule: readonly Stall[],
  start: number,
): Promise<PastStall[]> {
  const past: PastStall[] = [];
  for (const { kind, startMs, durationMs } of schedule) {
    await delay(Math.max(0, start + startMs - now()));
    const from = now();
    const resume = await stalling[kind](host);
    // The lab needs some of the time itself, and a stall is not to be longer than it should.
    await delay(Math.max(0, from + durationMs - now()));
    await resume();
    past.push({ node, kind, from: Math.round(from - start), to: Math.round(now() - start) });
  }
  return past;
}

/** Begins a stall; returns what ends it. */
const stalling: Readonly<Record<StallKind, (host: Host<MachineName>) => Promise<() => Promise<void>>>> = {
  async keepalived(host) {
    const processes = host.service("keepalived").allProcesses();
    signal(processes, "SIGSTOP");
    return async () => signal(processes, "SIGCONT");
  },
  async machine(host) {
    await host.suspend();
    return () => host.resume();
  },
};
