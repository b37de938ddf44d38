// The pair on AWS: two instances of EC2 and Elastic IPs, for programs in any language. Pulumi's analyzer reads this class: it extends
// ComponentResource itself, its parameter is called `args`, and its properties are the outputs.
import * as pulumi from "@pulumi/pulumi";
import type { BalancingArgs } from "../args";
import type { NodeOutput } from "../haLoadBalancer";
import { aws } from "../platforms/aws";
import type { AwsArgs } from "../platforms/awsArgs";
import { pairBelow } from "./pair";

/** Where the pair runs, what to balance, and how to fail over. */
export interface AwsHaLoadBalancerArgs extends AwsArgs, BalancingArgs {}

/** Two machines with HAProxy and Keepalived that share one or more addresses, on AWS: two instances of EC2 and Elastic IPs. */
export class AwsHaLoadBalancer extends pulumi.ComponentResource {
  /** The first shared address; known once the pair answers on it. */
  readonly address: pulumi.Output<string>;
  /** All shared addresses. */
  readonly addresses: pulumi.Output<string[]>;
  /** The two nodes. */
  readonly nodes: pulumi.Output<NodeOutput[]>;

  constructor(name: string, args: AwsHaLoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    super("ha-load-balancer:index:AwsHaLoadBalancer", name, {}, options);
    const { address, addresses, nodes } = pairBelow(this, name, args, aws);
    this.address = address;
    this.addresses = addresses;
    this.nodes = nodes;
    this.registerOutputs({ address, addresses, nodes });
  }
}
