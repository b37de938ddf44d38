// What a user says about failover: how fast, and whether one node is preferred.
import type { Input } from "@pulumi/pulumi";

/** Named timers; docs/failover.md has what was measured for each. */
export const FailoverProfile = { steady: "steady", fast: "fast", fastest: "fastest" } as const;
export type FailoverProfile = (typeof FailoverProfile)[keyof typeof FailoverProfile];

/** How the pair notices that a node is gone, and who takes over. */
export interface FailoverArgs {
  /**
   * Named timers: adverts every 1 s (`steady`), 0.3 s (`fast`) or 0.1 s (`fastest`). The faster, the more easily a
   * stalled virtual machine is taken for a dead one.
   * @default "steady"
   */
  profile?: Input<FailoverProfile>;
  /**
   * Seconds between two adverts of the active node, 0.01 to 40, in steps of 0.01; a dead node is noticed after three
   * of them and a little more (RFC 9568 §6.1). Keepalived keyword: `advert_int`.
   * @default that of the profile
   */
  advertIntervalSeconds?: Input<number>;
  /**
   * Seconds between two questions to the local HAProxy whether it still answers, each of which has as long for its
   * answer. Three without an answer make the node step down.
   * @default that of the profile: 0.5, 0.3 or 0.2
   */
  probeIntervalSeconds?: Input<number>;
  /**
   * VRRP's name of this pair, 1 to 255; different from that of any other pair in the same network.
   * Keepalived keyword: `virtual_router_id`.
   * @default 51
   */
  virtualRouterId?: Input<number>;
  /**
   * The id that the pair has now, for when `virtualRouterId` is to become another one: without it the nodes refuse that.
   * Nodes of different ids do not hear each other, so that the address is away, or with both, until the second node has
   * the new id, too (docs/failover.md). Nothing happens while it is given and the id stays.
   * @default none: a change of the id is refused
   */
  changeVirtualRouterIdFrom?: Input<number>;
  /**
   * Name of the node that takes the address back once it has been healthy for a while. Without it the address stays
   * where it is until that node fails. Keepalived keywords: `priority`, `nopreempt`.
   * @default none
   */
  preferredNode?: Input<string>;
  /**
   * Seconds for which the preferred node has to be healthy before it takes the address back, 0 to 1000.
   * Keepalived keyword: `preempt_delay`.
   * @default 30
   */
  preemptDelaySeconds?: Input<number>;
  /**
   * TCP port on which each node tells its state, to its peer alone.
   * @default 8405
   */
  statusPort?: Input<number>;
  /**
   * Port on which HAProxy tells the other node's what its tables hold, by TLS and on the address between the two. Used
   * where something is remembered in tables.
   * @default 8406
   */
  peersPort?: Input<number>;
  /**
   * TCP port on which each node gives its peer, and nobody else, the certificates that ACME brought it, by TLS and on the
   * address between the two. Used where a frontend has `tls.acme`.
   * @default 8407
   */
  certificatesPort?: Input<number>;
}
