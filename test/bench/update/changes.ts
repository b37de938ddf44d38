// What is changed, one thing after the other: ten kinds, over and over. Pure, but for the certificates.
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";
import type { RouteArgs } from "../../../src/haproxy/routing/args";
import type { ServerArgs } from "../../../src/haproxy/servers/args";
import { certificate } from "../../certificates";

/** Where the requests are for that last: WebSockets and downloads. */
export const lastingPath = "/lasting";
export const ports = { web: 80, secure: 443 } as const;

/** What of the pair differs from one change to the next. */
export interface Wanted {
  readonly servers: readonly ServerArgs[];
  /** Those of what lasts, which stay. */
  readonly lasting: readonly ServerArgs[];
  readonly routes: readonly RouteArgs[];
  /** Backend of a host in the table of routes. */
  readonly tableLeads: string;
  /** Backend that gets the load. */
  readonly leads: "app" | "next";
  readonly maxConnections: number;
  readonly pem: string;
}

export interface Change {
  readonly title: string;
  readonly wanted: Wanted;
}

type Part = (before: Wanted, round: number) => Partial<Wanted>;

const extra = "extra";

/** Each leaves behind what the next ones need; the last ones bring back what was before the first, but for the figures. */
const kinds: readonly (readonly [title: string, part: Part])[] = [
  ["route added", () => ({ routes: [{ match: { pathPrefixes: ["/added"] }, backend: "other" }] })],
  ["entry of a route table changed", () => ({ tableLeads: "other" })],
  ["weights changed", ({ servers }, round) => ({ servers: weighted(servers, round) })],
  ["server added", ({ servers }) => ({ servers: [...servers, { ...(servers[0] as ServerArgs), name: extra }] })],
  ["limits of servers changed", ({ servers }, round) => ({ servers: limited(servers, round) })],
  ["server removed", ({ servers }) => ({ servers: servers.filter(({ name }) => name !== extra) })],
  ["certificate rotated", (_, round) => ({ pem: pem(round + 1) })],
  ["backend added, and all requests led to it", () => ({ leads: "next" })],
  ["limit of the frontends changed", (_, round) => ({ maxConnections: maxConnections(round + 1) })],
  ["route and backend removed", () => ({ routes: [], tableLeads: "app", leads: "app" })],
];

export function beginning(addresses: readonly string[], port: number, lasting: readonly ServerArgs[]): Wanted {
  const servers = addresses.map((address, index) => ({ name: `web${index + 1}`, address, port }));
  return {
    servers: limited(weighted(servers, -1), -1),
    lasting,
    routes: [],
    tableLeads: "app",
    leads: "app",
    maxConnections: maxConnections(0),
    pem: pem(0),
  };
}

/** @returns as many as asked for, each on top of those before */
export function changes(from: Wanted, count: number): Change[] {
  const found: Change[] = [];
  let wanted = from;
  for (let index = 0; index < count; index++) {
    const [title, part] = kinds[index % kinds.length] as (typeof kinds)[number];
    wanted = { ...wanted, ...part(wanted, Math.floor(index / kinds.length)) };
    found.push({ title, wanted });
  }
  return found;
}

/** Never the same as the time before. */
function weighted(servers: readonly ServerArgs[], round: number): ServerArgs[] {
  return servers.map((server, index) => ({ ...server, weight: 100 + index + ((round + 1) % 50) }));
}

function limited(servers: readonly ServerArgs[], round: number): ServerArgs[] {
  return servers.map((server) => ({ ...server, maxConnections: 1000 + round }));
}

const maxConnections = (round: number) => 5000 + round;

const pem = (round: number) => certificate({ names: ["www.example.com"], days: 90 + round });

export function settings(wanted: Wanted): { frontends: FrontendArgs[]; backends: BackendArgs[] } {
  const { servers, lasting, routes, tableLeads, leads, maxConnections, pem } = wanted;
  const frontend: Pick<FrontendArgs, "routes" | "routeTables" | "defaultBackend" | "maxConnections"> = {
    routes: [{ match: { pathPrefixes: [lastingPath] }, backend: "lasting" }, ...routes],
    routeTables: [{ by: "host", backends: { "shop.example.com": tableLeads } }],
    defaultBackend: leads,
    maxConnections,
  };
  const backend = (name: string, all = servers): BackendArgs => ({
    name,
    servers: [...all],
    healthCheck: { path: "/healthz" },
  });
  return {
    frontends: [
      { name: "web", port: ports.web, ...frontend },
      { name: "secure", port: ports.secure, tls: { certificates: [pem] }, ...frontend },
    ],
    backends: [...[...new Set(["app", "other", leads])].map((name) => backend(name)), backend("lasting", lasting)],
  };
}
