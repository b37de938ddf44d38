// The pair on Hetzner Cloud: two servers and floating IPs, for programs in any language. Pulumi's analyzer reads this class: it extends
// ComponentResource itself, its parameter is called `args`, and its properties are the outputs.
import * as pulumi from "@pulumi/pulumi";
import type { BalancingArgs } from "../args";
import type { NodeOutput } from "../haLoadBalancer";
import { hcloud } from "../platforms/hcloud";
import type { HcloudArgs } from "../platforms/hcloudArgs";
import { pairBelow } from "./pair";

/** Where the pair runs, what to balance, and how to fail over. */
export interface HcloudHaLoadBalancerArgs extends HcloudArgs, BalancingArgs {}

/** Two machines with HAProxy and Keepalived that share one or more addresses, on Hetzner Cloud: two servers and floating IPs. */
export class HcloudHaLoadBalancer extends pulumi.ComponentResource {
  /** The first shared address; known once the pair answers on it. */
  readonly address: pulumi.Output<string>;
  /** All shared addresses. */
  readonly addresses: pulumi.Output<string[]>;
  /** The two nodes. */
  readonly nodes: pulumi.Output<NodeOutput[]>;

  constructor(name: string, args: HcloudHaLoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super("ha-load-balancer:index:HcloudHaLoadBalancer", name, {}, options);
    const { address, addresses, nodes } = pairBelow(this, name, args, hcloud);
    this.address = address;
    this.addresses = addresses;
    this.nodes = nodes;
    this.registerOutputs({ address, addresses, nodes });
  }
}
