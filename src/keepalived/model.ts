// The failover settings with every default filled in.
import type { Failover } from "./rules";
import { profileTimers, type Timers } from "./timers";

export interface FailoverModel extends Timers {
  readonly virtualRouterId: number;
  /** The id that this one may take the place of. */
  readonly formerRouterId?: number;
  readonly preferred?: { readonly node: string; readonly delaySeconds: number };
  readonly statusPort: number;
  readonly peersPort: number;
  readonly certificatesPort: number;
}

/** What a node uses for itself. */
export const defaultPorts = { statusPort: 8405, peersPort: 8406, certificatesPort: 8407 } as const;

export function failoverModel(failover: Failover = {}): FailoverModel {
  const timers = profileTimers[failover.profile ?? "steady"];
  return {
    advertIntervalSeconds: failover.advertIntervalSeconds ?? timers.advertIntervalSeconds,
    probeIntervalSeconds: failover.probeIntervalSeconds ?? timers.probeIntervalSeconds,
    virtualRouterId: failover.virtualRouterId ?? 51,
    formerRouterId: failover.changeVirtualRouterIdFrom,
    preferred: failover.preferredNode
      ? { node: failover.preferredNode, delaySeconds: failover.preemptDelaySeconds ?? 30 }
      : undefined,
    statusPort: failover.statusPort ?? defaultPorts.statusPort,
    peersPort: failover.peersPort ?? defaultPorts.peersPort,
    certificatesPort: failover.certificatesPort ?? defaultPorts.certificatesPort,
  };
}
