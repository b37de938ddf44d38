// Turns frontends and backends into haproxy.cfg and the files that it names. Pure: the same gives the same text.
import { createHash } from "node:crypto";
import { renderTemplate } from "../host/template";
import { challengesOf } from "./acme/render";
import { backendSection, resolverSection } from "./backendLines";
import { forwardBackend, forwardResolvers } from "./forwarding/render";
import { draining, frontendSection } from "./frontendLines";
import { defaultsLines, errorPageFiles, globalLines, monitoringSections } from "./operation/render";
import type { Haproxy } from "./operation/rules";
import { type Peers, peersFiles, peersSection } from "./peers/render";
import { rateLimitTables, userSection } from "./protection/render";
import { cacheSection } from "./rewriting/render";
import { beside, type ConfigFile } from "./section";
import { usesTable } from "./sessions/render";
import type { Backend, Frontend } from "./shapes";
import { globalTlsSettings } from "./tls/render";

const template = "haproxy/haproxy.cfg.mustache";
/** A table, because that is what a process can be told to change when it is told the rest of a new configuration. */
const identity = beside("maps/identity.map");

export interface RenderedProxy {
  readonly text: string;
  /** Files that the text names by their paths from its own folder on. Some are secret. */
  readonly files: readonly ConfigFile[];
  /** TCP ports that HAProxy listens on. */
  readonly ports: readonly number[];
  /** What the readiness answer of a process with exactly this configuration says. */
  readonly configId: string;
}

export interface Proxy {
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  readonly haproxy?: Haproxy;
}

/** What is not the user's to say, and partly differs from node to node. */
export interface ProxyNode {
  /** Whether clients also come by IPv6. */
  readonly ipv6: boolean;
  readonly peers: Peers;
  /** Where this node's agent tells the metrics of the pair. */
  readonly statusPort: number;
  /** Addresses of the pair, besides those by which the two know each other. */
  readonly ownAddresses?: readonly string[];
  /** Of the pair's account with ACME's authorities, where certificates come from those. */
  readonly acmeThumbprint?: string;
}

export function renderProxy(proxy: Proxy, node: ProxyNode): RenderedProxy {
  const { ipv6, peers, statusPort, ownAddresses = [], acmeThumbprint } = node;
  const { haproxy = {} } = proxy;
  const surroundings = {
    ipv6,
    haproxy,
    ownAddresses: [peers.own.address, peers.other.address, ...ownAddresses].sort(),
    challenges: challengesOf(proxy.frontends, acmeThumbprint),
  };
  const frontends = proxy.frontends.map((frontend) => frontendSection(frontend, surroundings));
  const backends = proxy.backends.map(backendSection);
  const monitoring = monitoringSections(haproxy.monitoring, { address: peers.own.address, statusPort });
  const helpers = helperSections(proxy);
  const shares = helpers.tables.length > 0 || proxy.backends.some(({ persistence }) => usesTable(persistence));
  const files = [
    ...[...frontends, ...backends].flatMap((section) => section.files),
    ...errorPageFiles(haproxy),
    ...(shares ? peersFiles(peers) : []),
    draining,
  ];
  const text = renderTemplate(template, {
    identity,
    globalLines: [...globalTlsSettings, ...globalLines(haproxy)],
    defaultsLines: defaultsLines(haproxy),
    peers: shares ? [peersSection(peers)] : [],
    users: [...helpers.users, ...monitoring.users],
    resolvers: helpers.resolvers,
    caches: helpers.caches,
    frontends: [...frontends, ...monitoring.frontends],
    backends: [...backends, ...helpers.tables, ...helpers.forwarding, ...monitoring.backends],
  });
  const configId = createHash("sha256")
    .update(JSON.stringify([text, files]))
    .digest("hex")
    .slice(0, 16);
  const ports = [...proxy.frontends.map(({ port }) => port), ...monitoring.ports, ...(shares ? [peers.port] : [])];
  return { text, files: [...files, { path: identity, content: `id ${configId}\n` }], ports, configId };
}

/** Sections that hold what frontends and backends refer to. */
function helperSections({ frontends, backends }: Proxy) {
  return {
    tables: frontends.flatMap(({ name, rateLimits }) => rateLimitTables(name, rateLimits)),
    users: frontends.flatMap(({ name, access }) => (access?.basicAuth ? [userSection(name, access.basicAuth)] : [])),
    forwarding: frontends.flatMap(({ name, forwardProxy }) => (forwardProxy ? [forwardBackend(name)] : [])),
    resolvers: [
      ...backends.flatMap(({ name, discovery }) => (discovery ? [resolverSection(name, discovery)] : [])),
      ...frontends.flatMap(({ name, forwardProxy }) => (forwardProxy ? [forwardResolvers(name, forwardProxy)] : [])),
    ],
    caches: backends.flatMap(({ name, cache }) => (cache ? [cacheSection(name, cache)] : [])),
  };
}
