// The pair that the smoke test makes in a real account: it answers by itself, so that nothing else has to be there.
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer } from "pulumi-ha-load-balancer";
import { aws } from "pulumi-ha-load-balancer/aws";
import { hcloud } from "pulumi-ha-load-balancer/hcloud";

const config = new pulumi.Config();
const ssh = {
  privateKey: config.requireSecret("sshPrivateKey"),
  allowFrom: config.requireObject<string[]>("allowSshFrom"),
};
const tags = { purpose: "smoke-test" };

const platforms = {
  hcloud: () =>
    hcloud({
      location: config.require("location"),
      serverType: config.require("serverType"),
      failoverToken: config.requireSecret("failoverToken"),
      network: { ipRange: config.get("ipRange"), subnetIpRange: config.get("subnetIpRange") },
      ssh,
      labels: tags,
    }),
  aws: () =>
    aws({
      instanceType: config.require("instanceType"),
      subnetIds: config.getObject<string[]>("subnetIds"),
      ssh,
      tags,
    }),
};

const lb = new HaLoadBalancer("smoke", {
  platform: platforms[config.require("platform") as keyof typeof platforms](),
  frontends: [{ name: "web", port: 80, routes: [{ respond: { status: 200, body: "ok\n" } }], defaultBackend: "none" }],
  backends: [{ name: "none", servers: [{ address: "127.0.0.1", port: 9 }] }],
});

export const addresses = lb.addresses;
export const nodes = lb.nodes;
