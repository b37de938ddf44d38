// The faults that the pair has to survive, each with what the protocol itself needs for it.
import { masterDownSeconds, probeFailures, skewSeconds, type Timers } from "../../src/keepalived/timers";
import type { FaultName } from "../lab/faults";
import type { PlatformName } from "./platforms/platform";
import { type LoadBalancerName, other } from "./platforms/site";

/** Of a pair, what decides how long a fault may last. */
export interface TimedPair {
  readonly timers: Timers;
  /** The VRRP priority of a node. */
  priorityOf(name: LoadBalancerName): number;
}

export interface PairFault {
  readonly name: FaultName;
  readonly title: string;
  /** The node gets over it by itself, sooner than a machine with time to spare would notice. @default false */
  readonly ridesOut?: boolean;
  /**
   * Milliseconds that the timers alone allow until the standby takes over. The standby's priority counts, because the
   * skew comes from it.
   */
  limitMs(pair: TimedPair, active: LoadBalancerName): number;
}

/** The node says goodbye with a last advert of priority 0; the peer only waits for its skew. */
export const afterGoodbye = (pair: TimedPair, active: LoadBalancerName) =>
  1000 * skewSeconds(pair.timers.advertIntervalSeconds, pair.priorityOf(other(active)));

/** The node falls silent; the peer waits for three adverts and its skew. */
const afterSilence = (pair: TimedPair, active: LoadBalancerName) =>
  1000 * masterDownSeconds(pair.timers.advertIntervalSeconds, pair.priorityOf(other(active)));

/** A question may just have been answered; then it takes the next ones without an answer. */
const untilNoticed = ({ timers }: TimedPair) => 1000 * (1 + probeFailures) * timers.probeIntervalSeconds;

/** Notices it, and says goodbye. */
const afterProbes = (pair: TimedPair, active: LoadBalancerName) => untilNoticed(pair) + afterGoodbye(pair, active);

export const pairFaults: readonly PairFault[] = [
  { name: "haproxy-stop", title: "HAProxy stopped", limitMs: afterGoodbye },
  { name: "haproxy-kill", title: "HAProxy killed (-9)", limitMs: afterGoodbye },
  { name: "haproxy-hang", title: "HAProxy hangs", limitMs: afterProbes },
  { name: "keepalived-stop", title: "Keepalived stopped", limitMs: afterGoodbye },
  { name: "keepalived-kill", title: "Keepalived killed (-9)", limitMs: afterSilence },
  { name: "haproxy-disable", title: "HAProxy disabled, reboot", limitMs: afterGoodbye },
  { name: "power-off", title: "power off", limitMs: afterSilence },
  { name: "reboot", title: "reboot", limitMs: afterGoodbye },
];

/** Where a cloud has to move the address, a HAProxy that dies is there again before that would be asked for. */
const cloudFaults = pairFaults.map((fault) =>
  fault.name === "haproxy-kill" ? { ...fault, ridesOut: true, limitMs: untilNoticed } : fault,
);

export function faultsOn(platform: PlatformName): readonly PairFault[] {
  return platform === "existing" ? pairFaults : cloudFaults;
}
