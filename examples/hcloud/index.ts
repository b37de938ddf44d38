// A redundant pair on Hetzner Cloud: two servers and a floating IP, which the nodes move by themselves.
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type ServerArgs } from "pulumi-ha-load-balancer";
import { hcloud } from "pulumi-ha-load-balancer/hcloud";

const config = new pulumi.Config();

const lb = new HaLoadBalancer("edge", {
  platform: hcloud({
    location: config.get("location") ?? "fsn1",
    serverType: config.get("serverType") ?? "cx23",
    failoverToken: config.requireSecret("failoverToken"),
    network: { ipRange: config.get("ipRange"), subnetIpRange: config.get("subnetIpRange") },
    ssh: {
      privateKey: config.requireSecret("sshPrivateKey"),
      allowFrom: config.requireObject<string[]>("allowSshFrom"),
    },
  }),
  frontends: [{ name: "web", port: 80, defaultBackend: "app" }],
  backends: [
    { name: "app", servers: config.requireObject<ServerArgs[]>("webServers"), healthCheck: { path: "/healthz" } },
  ],
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
