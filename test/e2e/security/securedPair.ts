// One pair for the files about security, each of which leaves it serving, with these settings, for the next.
import { certificate } from "../../certificates";
import type { Lab } from "../../lab/lab";
import { auditNodes } from "../../pair/audit";
import { Pair, type PairSettings, webServers } from "../../pair/pair";
import { withLab } from "../labForTests";

export const ports = { web: 80, safe: 443, modern: 8443, odd: 8080, slow: 8081 } as const;
/** Where `slow` has an answer that is more than sockets hold, once it is asked for ten times. */
export const largePath = "/large";
const LARGE_BYTES = 8_000;
/** Of the server that gets what hostile clients send, on web1; it is there only while a test wants it. */
export const recorderPort = 8280;
const SLOW_SECONDS = 3;

export function settingsOf(lab: Lab): PairSettings {
  const recorder = { name: "recorder", address: lab.hosts.web1.privateAddress, port: recorderPort };
  const certificates = [certificate()];
  // Both nodes count, and so tell each other.
  const rateLimits = [{ requests: 1_000_000, perSeconds: 10 }];
  return {
    frontends: [
      { name: "web", port: ports.web, defaultBackend: "app" },
      { name: "safe", port: ports.safe, tls: { certificates }, rateLimits, defaultBackend: "app" },
      { name: "modern", port: ports.modern, tls: { certificates, profile: "modern" }, defaultBackend: "app" },
      {
        name: "odd",
        port: ports.odd,
        timeouts: { httpRequestSeconds: 2, keepAliveSeconds: 0.5, clientSeconds: 3 },
        routes: [{ match: { pathPrefixes: ["/forbidden"] }, respond: { status: 403 } }],
        defaultBackend: "recorder",
      },
      {
        name: "slow",
        port: ports.slow,
        timeouts: { httpRequestSeconds: SLOW_SECONDS },
        routes: [{ match: { paths: [largePath] }, respond: { status: 200, body: "x".repeat(LARGE_BYTES) } }],
        defaultBackend: "app",
      },
    ],
    haproxy: { monitoring: {} },
    backends: [
      { name: "app", servers: webServers(lab), healthCheck: { path: "/healthz" } },
      { name: "recorder", servers: [recorder], connectionReuse: "always", timeouts: { serverSeconds: 3 } },
    ],
  };
}

let current: Pair | undefined;

/** @param ready gets a pair that is redundant */
export function withSecuredPair(ready: (pair: Pair) => Promise<void> | void): void {
  withLab("provisioning", async (lab) => {
    if (current?.lab !== lab) {
      current = await Pair.prepare(lab, settingsOf(lab), "secured");
      await current.up();
      await auditNodes(current);
    }
    await ready(current);
  });
}
