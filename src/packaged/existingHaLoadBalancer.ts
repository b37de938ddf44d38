// The pair on two hosts that exist and can be reached by SSH, for programs in any language. Pulumi's analyzer reads this class: it extends
// ComponentResource itself, its parameter is called `args`, and its properties are the outputs.
import * as pulumi from "@pulumi/pulumi";
import type { BalancingArgs } from "../args";
import type { NodeOutput } from "../haLoadBalancer";
import { type ExistingArgs, existing } from "../platforms/existing";
import { pairBelow } from "./pair";

/** Where the pair runs, what to balance, and how to fail over. */
export interface ExistingHaLoadBalancerArgs extends ExistingArgs, BalancingArgs {}

/** Two machines with HAProxy and Keepalived that share one or more addresses, on two hosts that exist and can be reached by SSH. */
export class ExistingHaLoadBalancer extends pulumi.ComponentResource {
  /** The first shared address; known once the pair answers on it. */
  readonly address: pulumi.Output<string>;
  /** All shared addresses. */
  readonly addresses: pulumi.Output<string[]>;
  /** The two nodes. */
  readonly nodes: pulumi.Output<NodeOutput[]>;

  constructor(name: string, args: ExistingHaLoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super("ha-load-balancer:index:ExistingHaLoadBalancer", name, {}, options);
    const { address, addresses, nodes } = pairBelow(this, name, args, existing);
    this.address = address;
    this.addresses = addresses;
    this.nodes = nodes;
    this.registerOutputs({ address, addresses, nodes });
  }
}
