// The arguments of HaLoadBalancer, and of its twins for other languages. Their parts stand with their subject; this is
// the whole.
import type { Input } from "@pulumi/pulumi";
import type { BackendArgs, FrontendArgs } from "./haproxy/args";
import type { HaproxyArgs } from "./haproxy/operation/args";
import type { FailoverArgs } from "./keepalived/args";
import type { PackagesArgs } from "./packages/args";
import type { Platform } from "./platform";

/** What to balance, and how to fail over: the same wherever the pair runs. */
export interface BalancingArgs {
  /** Ports that clients connect to; at least one. */
  frontends: Input<Input<FrontendArgs>[]>;
  /** Groups of servers; at least one. */
  backends: Input<Input<BackendArgs>[]>;
  /** Settings of HAProxy as a whole: logs, monitoring, error pages, limits. */
  haproxy?: Input<HaproxyArgs>;
  /**
   * How fast a dead node is noticed, and whether one node is preferred.
   * @default profile "steady", no preferred node
   */
  failover?: Input<FailoverArgs>;
  /**
   * How the nodes get HAProxy and Keepalived.
   * @default from the distribution's own package sources
   */
  packages?: Input<PackagesArgs>;
  /**
   * Any text. When it changes, both nodes get everything again, one after the other, whatever else is as it was: packages
   * that are missing, files and links that somebody has changed, services that do not run (docs/operations.md).
   * @default none
   */
  revision?: Input<string>;
}

/** What to balance, where, and how to fail over. */
export interface HaLoadBalancerArgs extends BalancingArgs {
  /** Where the pair runs: `existing({...})` from "pulumi-ha-load-balancer/existing", or a platform of your own. */
  platform: Platform;
}
