// The component with whatever arguments a test gives it: in a file, as they may be longer than configuration can be.
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type HaLoadBalancerArgs, type Platform } from "pulumi-ha-load-balancer";

/** The arguments as plain data, and which platform they are for; secrets come by configuration. */
type Arguments = Omit<HaLoadBalancerArgs, "platform"> & {
  platform: { kind: "existing" | "hcloud" | "aws"; ssh: object };
};

const config = new pulumi.Config();
const { platform, ...args } = JSON.parse(readFileSync(config.require("arguments"), "utf8")) as Arguments;
const lb = new HaLoadBalancer("edge", { ...args, platform: platformOf(platform) });

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;

function platformOf({ kind, ssh, ...own }: Arguments["platform"]): Platform {
  const given = { ...own, ssh: { ...ssh, privateKey: config.requireSecret("sshPrivateKey") } };
  // Loaded by its name, as a cloud's SDK takes its time.
  const { [kind]: make } = require(`pulumi-ha-load-balancer/${kind}`) as Record<string, (given: object) => Platform>;
  return (make as (given: object) => Platform)({ ...given, failoverToken: config.getSecret("failoverToken") });
}
