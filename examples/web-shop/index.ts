// A web shop: HTTPS with sessions, limits and a page for the day when no server is left. Pulumi.yaml lists its settings.
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type ServerArgs } from "pulumi-ha-load-balancer";
import { type ExistingNodeArgs, existing, type VirtualAddressArgs } from "pulumi-ha-load-balancer/existing";

const config = new pulumi.Config();

const web = {
  servers: config.requireObject<ServerArgs[]>("webServers"),
  healthCheck: { path: "/healthz" },
};

const lb = new HaLoadBalancer("edge", {
  platform: existing({
    virtualAddresses: config.requireObject<VirtualAddressArgs[]>("virtualAddresses"),
    nodes: config.requireObject<ExistingNodeArgs[]>("loadBalancers"),
    ssh: { user: config.get("sshUser"), privateKey: config.requireSecret("sshPrivateKey") },
  }),
  frontends: [
    { name: "http", port: 80, redirectToHttps: true },
    {
      name: "https",
      port: 443,
      // Browsers remember HSTS for two years: leave it out as long as the shop may have to go back to HTTP.
      tls: { certificates: [config.requireSecret("certificate")], hsts: {} },
      compression: {},
      rateLimits: [
        // Ten pages a minute with thirty files each. An office behind one address needs more.
        { requests: 300, perSeconds: 60, burst: 100 },
        // A wrong password is a 401, a guessed path a 404: who collects them is shut out for five minutes.
        { errors: 30, perSeconds: 60, penaltySeconds: 300 },
      ],
      routes: [{ match: { pathPrefixes: ["/static"] }, backend: "static" }],
      defaultBackend: "shop",
    },
  ],
  backends: [
    // Carts are in the memory of one server: a customer stays there while it works, and starts anew on another one then.
    { ...web, name: "shop", balance: "leastconn", persistence: { cookie: {} } },
    // The same servers once more: any of them has the files, and answers with a cookie are not for everybody. Pictures
    // are kept; style sheets and scripts, which are compressed on their way, are asked for each time.
    { ...web, name: "static", cache: { maxAgeSeconds: 300 } },
  ],
  haproxy: {
    errorPages: {
      "429": "<!doctype html><title>Slow down</title><h1>That was a bit fast</h1><p>Please try again in a few minutes.",
      "503": "<!doctype html><title>Back soon</title><h1>We are back soon</h1><p>Please come back in a few minutes.",
    },
  },
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
