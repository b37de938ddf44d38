// Mail servers behind one address, which still see who their clients are. Pulumi.yaml lists its settings.
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer } from "pulumi-ha-load-balancer";
import { type ExistingNodeArgs, existing, type VirtualAddressArgs } from "pulumi-ha-load-balancer/existing";

const config = new pulumi.Config();
const addressesOfServers = config.requireObject<string[]>("mailServers");

/** A port of the servers: STARTTLS passes through, so that certificates stay with them. */
function smtp(name: string, port: number) {
  return {
    name,
    mode: "tcp",
    balance: "leastconn",
    servers: addressesOfServers.map((address) => ({ address, port })),
    // Each check stands in the servers' logs. Meanwhile a server that takes no connection costs only a further attempt.
    healthCheck: { type: "smtp", intervalSeconds: 5 },
    // To a server without it every client has the load balancers' addresses: blocklists and SPF look at the wrong one,
    // and where mynetworks has them, everybody may relay. Postfix wants it with main.cf's smtpd_upstream_proxy_protocol =
    // haproxy (postscreen_upstream_proxy_protocol before postscreen), and then believes whoever reaches these ports: let
    // the load balancers alone do so.
    sendProxyProtocol: "v2",
    // A server may take ten minutes to accept a message (RFC 5321, section 4.5.3.2.6).
    timeouts: { tunnelSeconds: 660 },
  } as const;
}

const lb = new HaLoadBalancer("edge", {
  platform: existing({
    virtualAddresses: config.requireObject<VirtualAddressArgs[]>("virtualAddresses"),
    nodes: config.requireObject<ExistingNodeArgs[]>("loadBalancers"),
    ssh: { user: config.get("sshUser"), privateKey: config.requireSecret("sshPrivateKey") },
  }),
  frontends: [
    { name: "smtp", mode: "tcp", port: 25, defaultBackend: "smtp" },
    {
      name: "submission",
      mode: "tcp",
      port: 587,
      // Who guesses passwords comes again and again.
      rateLimits: [{ connections: 30, perSeconds: 60 }],
      defaultBackend: "submission",
    },
  ],
  backends: [smtp("smtp", 25), smtp("submission", 587)],
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
