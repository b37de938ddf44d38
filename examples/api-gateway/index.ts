// An API gateway: services by path and version, and a limit for each key. Pulumi.yaml lists its settings.
import * as pulumi from "@pulumi/pulumi";
import { type FixedResponseArgs, HaLoadBalancer, type ServerArgs } from "pulumi-ha-load-balancer";
import { type ExistingNodeArgs, existing, type VirtualAddressArgs } from "pulumi-ha-load-balancer/existing";

const config = new pulumi.Config();
const services = config.requireObject<Record<"orders-v1" | "orders-v2" | "customers", ServerArgs[]>>("services");
const apiKey = { name: "X-Api-Key" };

/** An answer for programs (RFC 9457). */
function problem(status: number, title: string): FixedResponseArgs {
  return { status, contentType: "application/problem+json", body: JSON.stringify({ status, title }) };
}

const lb = new HaLoadBalancer("edge", {
  platform: existing({
    virtualAddresses: config.requireObject<VirtualAddressArgs[]>("virtualAddresses"),
    nodes: config.requireObject<ExistingNodeArgs[]>("loadBalancers"),
    ssh: { user: config.get("sshUser"), privateKey: config.requireSecret("sshPrivateKey") },
  }),
  frontends: [
    // None on port 80: a redirect would come when the key has gone over the wire unencrypted already.
    {
      name: "api",
      port: 443,
      tls: { certificates: [config.requireSecret("certificate")] },
      access: { maxBodyBytes: 1_000_000 },
      rateLimits: [
        { requests: 100, perSeconds: 60, by: "header", ...apiKey },
        // Who makes up a key for each request is still one address.
        { requests: 1000, perSeconds: 60 },
      ],
      routes: [
        // What has no key would not be counted by it. Whether a key is good, the services know.
        { match: { not: { headers: [apiKey] } }, respond: problem(401, "X-Api-Key is missing") },
        // The first route that holds decides: the special case stands before the general one.
        {
          match: { pathPrefixes: ["/orders"], headers: [{ name: "X-Api-Version", values: ["2"] }] },
          backend: "orders-v2",
        },
        { match: { pathPrefixes: ["/orders"] }, backend: "orders-v1" },
        { match: { pathPrefixes: ["/customers"] }, backend: "customers", rewrite: { stripPrefix: "/customers" } },
        { respond: problem(404, "There is no such service") },
      ],
      // One id for a request on its whole way, and in the log. Keys are not logged: who reads logs could use them.
      requestIdHeader: "X-Request-Id",
      captureHeaders: { request: ["User-Agent", "X-Api-Version"] },
    },
  ],
  backends: Object.entries(services).map(([name, servers]) => ({
    name,
    servers,
    balance: "leastconn",
    healthCheck: { path: "/healthz" },
  })),
  haproxy: { logging: { format: "json" } },
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
