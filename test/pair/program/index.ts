// The component with whatever arguments a test gives it: in a file, as they may be longer than configuration can be.
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type HaLoadBalancerArgs } from "pulumi-ha-load-balancer";
import { type ExistingArgs, existing } from "pulumi-ha-load-balancer/existing";

/** The arguments as plain data; the private key comes as a secret of its own. */
type Arguments = Omit<HaLoadBalancerArgs, "platform"> & { platform: ExistingArgs };

const config = new pulumi.Config();
const { platform, ...args } = JSON.parse(readFileSync(config.require("arguments"), "utf8")) as Arguments;
const ssh = { ...platform.ssh, privateKey: config.requireSecret("sshPrivateKey") };
const lb = new HaLoadBalancer("edge", { ...args, platform: existing({ ...platform, ssh }) });

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
