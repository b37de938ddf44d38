// Logs, metrics and the statistics page as lines of sections.
import { isIPv6 } from "node:net";
import type { ProxyMode } from "../args";
import { ALLOWED, allowedLines, auth, userSection } from "../protection/render";
import { rawLines } from "../raw";
import { beside, type ConfigFile, withPort } from "../section";
import { defaultMonitoringPort, type Haproxy, type Logging, type Monitoring } from "./rules";

/** Long lines are cut; those in JSON would be of no use then. */
const JSON_LENGTH = 8192;

export function globalLines({ maxConnections, threads, logging, raw }: Haproxy): string[] {
  const length = logging?.format === "json" ? `len ${JSON_LENGTH} ` : "";
  return [
    `log /dev/log ${length}local0`,
    `log /dev/log ${length}local1 notice`,
    ...(logging?.server ? [`log ${withPort(logging.server, 514)} ${length}local0`] : []),
    ...(maxConnections ? [`maxconn ${maxConnections}`] : []),
    ...(threads ? [`nbthread ${threads}`] : []),
    ...rawLines(raw?.global),
  ];
}

const errorPage = (status: string) => beside(`errors/${status}.html`);

export function defaultsLines({ errorPages = {}, raw }: Haproxy): string[] {
  return [
    ...Object.keys(errorPages).map(
      (status) => `http-error status ${status} content-type text/html file ${errorPage(status)}`,
    ),
    ...rawLines(raw?.defaults),
  ];
}

/** The page in an answer that has headers of its own: HAProxy itself adds none to these. */
export function pageOf(status: string, { errorPages = {} }: Haproxy): string {
  return status in errorPages ? ` content-type text/html file ${errorPage(status)}` : "";
}

export function errorPageFiles({ errorPages = {} }: Haproxy): ConfigFile[] {
  return Object.entries(errorPages).map(([status, content]) => ({ path: errorPage(status), content }));
}

/** What clients send is escaped; the rest consists of numbers and of names that validation has seen. */
const common = {
  time: "%Ts.%ms",
  client: '"%ci"',
  clientPort: "%cp",
  frontend: '"%f"',
  backend: '"%b"',
  server: '"%s"',
  queuedMs: "%Tw",
  connectMs: "%Tc",
  bytes: "%B",
  termination: '"%ts"',
  retries: '"%rc"',
  connections: "%ac",
  tlsVersion: '"%sslv"',
};
const ofRequests = {
  method: '"%[capture.req.method,json(utf8s)]"',
  uri: '"%[capture.req.uri,json(utf8s)]"',
  version: '"%[capture.req.ver]"',
  status: "%ST",
  requestMs: "%TR",
  responseMs: "%Tr",
  totalMs: "%Ta",
  requestId: '"%ID"',
};
const ofConnections = { totalMs: "%Tt" };

/** Headers that a frontend writes down, too. */
export interface Captured {
  readonly request: readonly string[];
  readonly response: readonly string[];
}

export function logLines(mode: ProxyMode, { format = "standard" }: Logging = {}, captured: Captured): string[] {
  if (format === "standard") {
    return [`option ${mode === "http" ? "httplog" : "tcplog"}`];
  }
  const headers = (side: "req" | "res", names: readonly string[]) =>
    names.length === 0
      ? {}
      : {
          [side === "req" ? "requestHeaders" : "responseHeaders"]: `{${names
            .map((name, index) => `"${name.toLowerCase()}":"%[capture.${side}.hdr(${index}),json(utf8s)]"`)
            .join(",")}}`,
        };
  const fields = {
    ...common,
    ...(mode === "http" ? ofRequests : ofConnections),
    ...headers("req", captured.request),
    ...headers("res", captured.response),
  };
  const members = Object.entries(fields).map(([key, value]) => `"${key}":${value}`);
  return [`log-format '{${members.join(",")}}'`];
}

const name = "ha-lb-monitoring";
/** A page under / in the frontend itself would stand before every backend. */
const statistics = {
  name: "ha-lb-statistics",
  lines: ["mode http", "stats enable", "stats uri /", "stats hide-version", "stats refresh 10s"],
};

/** @param own address of the node, on the network between the two, and where its agent listens there */
export function monitoringSections(
  monitoring: Monitoring | undefined,
  own: { readonly address: string; readonly statusPort: number },
) {
  if (!monitoring) {
    return { frontends: [], backends: [], users: [], ports: [] };
  }
  const { port = defaultMonitoringPort, addresses = [own.address], allow, basicAuth } = monitoring;
  const agent = {
    name: "ha-lb-agent",
    // The agent knows HAProxy by the address that it comes from, and answers so many at a time.
    lines: ["mode http", `server local ${withPort(own.address, own.statusPort)} source ${own.address} maxconn 4`],
  };
  const lines = [
    "mode http",
    ...addresses.map((address) => `bind ${isIPv6(address) ? `[${address}]` : address}:${port} transparent`),
    "no log",
    ...allowedLines(allow),
    ...(allow ? [`http-request deny deny_status 403 if !${ALLOWED}`] : []),
    ...auth(`ha-lb-users-of-${name}`, basicAuth),
    "http-request use-service prometheus-exporter if { path /metrics }",
    `use_backend ${agent.name} if { path /metrics/ha-lb }`,
    `default_backend ${statistics.name}`,
  ];
  return {
    frontends: [{ name, lines }],
    backends: [agent, statistics],
    users: basicAuth ? [userSection(name, basicAuth)] : [],
    ports: [port],
  };
}
