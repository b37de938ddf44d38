// A pair on a platform that the library does not know: routed.ts says what it is, `mover` moves the address on it.
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type ServerArgs } from "pulumi-ha-load-balancer";
import { type RoutedArgs, routed } from "./routed";

const config = new pulumi.Config();

const lb = new HaLoadBalancer("edge", {
  platform: routed({
    address: config.require("address"),
    routerUrl: config.require("routerUrl"),
    routerToken: config.requireSecret("routerToken"),
    hosts: config.requireObject<RoutedArgs["hosts"]>("loadBalancers"),
    sshPrivateKey: config.requireSecret("sshPrivateKey"),
  }),
  frontends: [{ name: "web", port: 80, defaultBackend: "app" }],
  backends: [
    { name: "app", servers: config.requireObject<ServerArgs[]>("webServers"), healthCheck: { path: "/healthz" } },
  ],
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
