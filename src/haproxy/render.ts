// Turns frontends and backends into haproxy.cfg and the files that it names. Pure: the same gives the same text.
import { createHash } from "node:crypto";
import { renderTemplate } from "../host/template";
import { backendSection, resolverSection } from "./backendLines";
import { frontendSection } from "./frontendLines";
import { type Peers, peersFiles, peersSection } from "./peers/render";
import { cacheSection } from "./rewriting/render";
import type { ConfigFile } from "./section";
import { usesTable } from "./sessions/render";
import type { Backend, Frontend } from "./shapes";
import { globalTlsSettings } from "./tls/render";

const template = "haproxy/haproxy.cfg.mustache";

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
}

/** What is not the user's to say, and partly differs from node to node. */
export interface ProxyNode {
  /** Whether clients also come by IPv6. */
  readonly ipv6: boolean;
  readonly peers: Peers;
}

export function renderProxy(proxy: Proxy, { ipv6, peers }: ProxyNode): RenderedProxy {
  const frontends = proxy.frontends.map((frontend) => frontendSection(frontend, ipv6));
  const backends = proxy.backends.map(backendSection);
  const shares = proxy.backends.some(({ persistence }) => usesTable(persistence));
  const files = [
    ...[...frontends, ...backends].flatMap((section) => section.files),
    ...(shares ? peersFiles(peers) : []),
  ];
  const view = {
    globalTlsSettings,
    peers: shares ? [peersSection(peers)] : [],
    frontends,
    backends,
    resolvers: proxy.backends.flatMap(({ name, discovery }) => (discovery ? [resolverSection(name, discovery)] : [])),
    caches: proxy.backends.flatMap(({ name, cache }) => (cache ? [cacheSection(name, cache)] : [])),
  };
  const configId = createHash("sha256")
    .update(JSON.stringify([renderTemplate(template, view), files]))
    .digest("hex")
    .slice(0, 16);
  const ports = [...proxy.frontends.map(({ port }) => port), ...(shares ? [peers.port] : [])];
  return { text: renderTemplate(template, { ...view, configId }), files, ports, configId };
}
