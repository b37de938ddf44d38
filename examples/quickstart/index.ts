// A redundant pair on two hosts that you already have; stack configuration says which (Pulumi.yaml in the root folder lists it).
import * as pulumi from "@pulumi/pulumi";
import { type BackendArgs, HaLoadBalancer, type ServerArgs } from "pulumi-ha-load-balancer";
import { type ExistingNodeArgs, existing, type VirtualAddressArgs } from "pulumi-ha-load-balancer/existing";

const config = new pulumi.Config();

const app: BackendArgs = {
  name: "app",
  servers: config.requireObject<ServerArgs[]>("webServers"),
  healthCheck: { path: "/healthz" },
};

const lb = new HaLoadBalancer("edge", {
  platform: existing({
    virtualAddresses: config.requireObject<VirtualAddressArgs[]>("virtualAddresses"),
    nodes: config.requireObject<ExistingNodeArgs[]>("loadBalancers"),
    ssh: { user: config.get("sshUser"), privateKey: config.requireSecret("sshPrivateKey") },
  }),
  frontends: [{ name: "web", port: 80, defaultBackend: "app" }],
  backends: [app],
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
