// PostgreSQL behind one address: port 5432 leads to the primary, port 5433 to any server, for reads. Pulumi.yaml lists
// its settings. To the servers every client has the load balancers' addresses: pg_hba.conf has to let these in.
import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer, type ServerArgs } from "pulumi-ha-load-balancer";
import { type ExistingNodeArgs, existing, type VirtualAddressArgs } from "pulumi-ha-load-balancer/existing";

const config = new pulumi.Config();
const primary: ServerArgs = { name: "primary", ...config.requireObject<ServerArgs>("primary") };
const standby: ServerArgs = { name: "standby", ...config.requireObject<ServerArgs>("standby") };

// As pg_hba.conf cannot tell clients apart any more, the load balancers do.
const client = { mode: "tcp", access: { allow: config.requireObject<string[]>("clientNetworks") } } as const;
const server = {
  mode: "tcp",
  // Begins a login: a server that takes connections and does not answer fails, one that is still starting, too. The role
  // needs no password and no rights: CREATE ROLE haproxy LOGIN.
  healthCheck: { type: "pgsql", user: "haproxy" },
  // Longer than pools keep an idle connection, so that it is never the load balancer that cuts one.
  timeouts: { tunnelSeconds: 8 * 3600 },
} as const;

const lb = new HaLoadBalancer("edge", {
  platform: existing({
    virtualAddresses: config.requireObject<VirtualAddressArgs[]>("virtualAddresses"),
    nodes: config.requireObject<ExistingNodeArgs[]>("loadBalancers"),
    ssh: { user: config.get("sshUser"), privateKey: config.requireSecret("sshPrivateKey") },
  }),
  frontends: [
    { ...client, name: "primary", port: 5432, defaultBackend: "primary" },
    { ...client, name: "any", port: 5433, defaultBackend: "any" },
  ],
  backends: [
    // The standby serves reads while the primary is away, and writes once somebody promotes it. Do not start the old
    // primary as it was then: connections would go back to it. With Patroni, which sees to that, both servers are alike:
    // no `backup`, and healthCheck: { path: "/primary", port: 8008 }.
    { ...server, name: "primary", servers: [primary, { ...standby, backup: true }] },
    { ...server, name: "any", balance: "leastconn", servers: [primary, standby] },
  ],
  haproxy: {
    raw: {
      // Clients of a server that hangs would wait for hours, and those of the standby would stay there.
      defaults: ["default-server on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions"],
      // How long a connection may outlive a change of the configuration: a dump takes its time.
      global: ["hard-stop-after 8h"],
    },
  },
});

export const address = lb.address;
export const addresses = lb.addresses;
export const nodes = lb.nodes;
