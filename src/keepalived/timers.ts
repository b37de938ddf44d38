// The timers of each profile, and what the protocol promises for them.
import type { FailoverProfile } from "./args";

export interface Timers {
  readonly advertIntervalSeconds: number;
  readonly probeIntervalSeconds: number;
}

export const profileTimers: Readonly<Record<FailoverProfile, Timers>> = {
  // Three adverts are longer than the two-second stalls that virtual machines are known for.
  steady: { advertIntervalSeconds: 1, probeIntervalSeconds: 0.5 },
  fast: { advertIntervalSeconds: 0.3, probeIntervalSeconds: 0.3 },
  fastest: { advertIntervalSeconds: 0.1, probeIntervalSeconds: 0.2 },
};

/** Unanswered questions in a row after which HAProxy counts as hung. */
export const probeFailures = 3;

/**
 * VRRP priorities of the first and the second node. The skew shrinks as they grow, and a small skew makes the
 * take-over from a node that says goodbye quick; the distance keeps two nodes that start together from both winning.
 */
export const priorities = [200, 190] as const;

/** What a backup waits on top of three adverts, and after a goodbye: RFC 9568 §6.1. */
export function skewSeconds(advertIntervalSeconds: number, priority: number): number {
  return ((256 - priority) / 256) * advertIntervalSeconds;
}

/** Seconds after which a backup of this priority has to hold the address of a node that went silent. */
export function masterDownSeconds(advertIntervalSeconds: number, priority: number): number {
  return 3 * advertIntervalSeconds + skewSeconds(advertIntervalSeconds, priority);
}
