// A user's program, and what the compiler has to refuse in it.

export const program = `import * as pulumi from "@pulumi/pulumi";
import { type FailoverArgs, HaLoadBalancer, type Platform } from "pulumi-ha-load-balancer";
import { existing } from "pulumi-ha-load-balancer/existing";

const config = new pulumi.Config();
const [first, second] = config.requireObject<[string, string]>("hostKeys");
const failover: FailoverArgs = { profile: "fast", preferredNode: "lb1" };

const platform: Platform = existing({
  nodes: [
    { name: "lb1", host: "192.0.2.11", hostKey: first },
    { name: "lb2", host: pulumi.output("192.0.2.12"), hostKey: pulumi.output(second) },
  ],
  virtualAddresses: [{ address: "198.51.100.10/24" }],
  ssh: { privateKey: config.requireSecret("sshKey") },
});

const lb = new HaLoadBalancer("edge", {
  platform,
  frontends: [
    { name: "web", port: config.getNumber("port") ?? 80, defaultBackend: pulumi.output(config.get("backend") ?? "app") },
  ],
  backends: [{ name: "app", balance: "leastconn", servers: [{ address: pulumi.output("10.0.1.1"), port: 8080 }] }],
  failover,
});

export const address: pulumi.Output<string> = lb.address;
export const names: pulumi.Output<string[]> = lb.nodes.apply((nodes) => nodes.map(({ name }) => name));
`;

/**
 * What goes to real hosts. Its host keys are not pinned, because it says so, and the second address is of a network that
 * no interface is in, so that only the name of one can say where it belongs.
 */
export const deployable = `import * as pulumi from "@pulumi/pulumi";
import { HaLoadBalancer } from "pulumi-ha-load-balancer";
import { existing } from "pulumi-ha-load-balancer/existing";

const config = new pulumi.Config();
const lb = new HaLoadBalancer("edge", {
  platform: existing({
    nodes: config.requireObject<{ name: string; host: string; peerAddress: string }[]>("nodes"),
    virtualAddresses: [{ address: config.require("address") }, { address: "192.0.2.100/24", interface: "eth1" }],
    ssh: { privateKey: config.requireSecret("sshKey"), acceptAnyHostKey: true },
  }),
  frontends: [{ name: "web", port: 80, defaultBackend: "app" }],
  backends: [{ name: "app", servers: config.requireObject<{ address: string; port: number }[]>("servers") }],
});

export const address = lb.address;
`;

/** By what is wrong: the program with one piece of text replaced. */
export const wrongPrograms: Readonly<Record<string, string>> = {
  "port-is-a-string": replaced("port: 8080", 'port: "8080"'),
  "unknown-balance-algorithm": replaced('balance: "leastconn",', 'balance: "leastcon",'),
  "unknown-profile": replaced('profile: "fast"', 'profile: "fastet"'),
  "misspelt-option": replaced("preferredNode", "preferedNode"),
  "no-platform": replaced("  platform,\n", ""),
  "no-private-key": replaced('privateKey: config.requireSecret("sshKey")', ""),
  "unknown-mode": replaced('balance: "leastconn",', 'balance: "leastconn", mode: "udp",'),
  "unknown-check": replaced('balance: "leastconn",', 'balance: "leastconn", healthCheck: { type: "postgres" },'),
  "certificates-are-no-list": replaced('{ name: "web",', '{ name: "web", tls: { certificates: "pem" },'),
  "rate-limit-without-window": replaced('{ name: "web",', '{ name: "web", rateLimits: [{ requests: 5 }],'),
  "route-table-without-key": replaced('{ name: "web",', '{ name: "web", routeTables: [{ backends: {} }],'),
  "forward-proxy-to-everywhere": replaced('{ name: "web",', '{ name: "web", forwardProxy: {},'),
  "agent-check-without-port": replaced('balance: "leastconn",', 'balance: "leastconn", agentCheck: {},'),
  "raw-line-is-no-list": replaced('{ name: "web",', '{ name: "web", raw: "option httplog",'),
  "output-is-no-string": replaced("address: pulumi.Output<string> =", "address: string ="),
};

function replaced(text: string, by: string): string {
  if (program.split(text).length !== 2) {
    throw new Error(`not once in the program: ${text}`);
  }
  return program.replace(text, by);
}
