// A frontend as the lines of its section, with the files that they need.
import { isIPv6 } from "node:net";
import { type Challenges, challengeLines } from "./acme/render";
import type { ProxyMode } from "./args";
import { forwardLines } from "./forwarding/render";
import { logLines, pageOf } from "./operation/render";
import type { Haproxy, Logging } from "./operation/rules";
import { loginLines, networkLines, rateLimitLines, requestGuards } from "./protection/render";
import { rawLines } from "./raw";
import { compressionLines, forwardedLines, headerLines } from "./rewriting/render";
import { renderRoutes } from "./routing/render";
import { beside, type ConfigFile, inChunks, inOrder, type Lines, milliseconds } from "./section";
import type { Frontend } from "./shapes";
import { bindTls, frontendTlsFiles, frontendTlsLines } from "./tls/render";

/** A header that is longer is cut in the log. */
const CAPTURED_LENGTH = 256;

/** A node that gives its addresses away is told so where it runs: `ha-lb` sets "no". */
export const draining: ConfigFile = { path: beside("maps/draining.map"), content: "kept yes\n" };

export interface Section {
  readonly name: string;
  readonly lines: readonly string[];
  readonly files: readonly ConfigFile[];
}

export interface Surroundings {
  /** Whether clients also come by IPv6. */
  readonly ipv6: boolean;
  readonly haproxy: Haproxy;
  /** All addresses of the pair. */
  readonly ownAddresses: readonly string[];
  /** Where certificates come by ACME. */
  readonly challenges?: Challenges;
}

export function frontendSection(frontend: Frontend, surroundings: Surroundings): Section {
  const { ipv6, haproxy, ownAddresses, challenges } = surroundings;
  const { name, mode = "http", tls, routes = [], routeTables = [] } = frontend;
  const routed = renderRoutes({
    name,
    routes,
    tables: routeTables,
    serverName: tls ? "ssl_fc_sni" : "req.ssl_sni",
  });
  const parts: Lines[] = [
    { setting: [`mode ${mode}`, ...binds(frontend, ipv6), ...limits(frontend)] },
    farewell(mode),
    writtenDown(frontend, haproxy.logging),
    proxyProtocol(frontend.acceptProxyProtocolFrom),
    // Authorities come from anywhere.
    challengeLines(frontend, challenges),
    // Who may not come at all is not waited for, and not counted. What is refused after that is the client's own error.
    networkLines(mode, frontend.access),
    greeting(frontend),
    rateLimitLines(name, frontend.rateLimits, pageOf("429", haproxy)),
    requestGuards(mode),
    loginLines(name, frontend.access),
    frontend.redirectToHttps ? { request: ["http-request redirect scheme https code 308 if !{ ssl_fc }"] } : {},
    mode === "http" ? forwardedLines(frontend.forwardedHeaders ?? "x-forwarded", tls !== undefined) : {},
    headerLines(frontend.headers),
    compressionLines(frontend.compression),
    frontendTlsLines(tls),
    routed.lines,
    frontend.forwardProxy ? forwardLines(name, frontend.forwardProxy, ownAddresses) : {},
    { routing: frontend.defaultBackend ? [`default_backend ${frontend.defaultBackend}`] : [] },
  ];
  return {
    name,
    lines: [...inOrder(parts), ...rawLines(frontend.raw)],
    files: [...frontendTlsFiles(name, tls), ...(routed.files ?? [])],
  };
}

function binds({ name, mode = "http", port, addresses, tls, maxConnections: _ }: Frontend, ipv6: boolean): string[] {
  const options = tls ? bindTls(name, mode, tls) : "";
  const everywhere = [`bind *:${port}${options}`, ...(ipv6 ? [`bind :::${port} v6only${options}`] : [])];
  // `transparent`: the address may be the other node's at the moment.
  return (
    addresses?.map((address) => `bind ${isIPv6(address) ? `[${address}]` : address}:${port} transparent${options}`) ??
    everywhere
  );
}

function limits({ maxConnections, timeouts = {} }: Frontend): string[] {
  const { clientSeconds, httpRequestSeconds, keepAliveSeconds } = timeouts;
  return [
    ...(maxConnections ? [`maxconn ${maxConnections}`] : []),
    ...timeout("client", clientSeconds),
    ...timeout("http-request", httpRequestSeconds),
    ...timeout("http-keep-alive", keepAliveSeconds),
  ];
}

/**
 * A request may be on its way over a connection that waits: in a reload it is closed with the next answer, which says so.
 * So it is while `ha-lb` drains the node. What has become a tunnel says something else there.
 */
function farewell(mode: ProxyMode): Lines {
  return mode === "http"
    ? {
        setting: ["option idle-close-on-response"],
        afterResponse: [
          `http-after-response set-header Connection close if { str(kept),map(${draining.path}) -m str no } { status ge 200 } !METH_CONNECT`,
        ],
      }
    : {};
}

function writtenDown(frontend: Frontend, logging: Logging | undefined): Lines {
  const { mode = "http", captureHeaders = {}, requestIdHeader } = frontend;
  const { request = [], response = [] } = captureHeaders;
  const numbered = mode === "http" && (requestIdHeader !== undefined || logging?.format === "json");
  return {
    setting: [
      ...logLines(mode, logging, { request, response }),
      ...request.map((name) => `capture request header ${name} len ${CAPTURED_LENGTH}`),
      ...response.map((name) => `capture response header ${name} len ${CAPTURED_LENGTH}`),
      ...(numbered ? ["unique-id-format %[uuid()]"] : []),
      ...(requestIdHeader ? [`unique-id-header ${requestIdHeader}`] : []),
    ],
    // Only this proxy gives out ids.
    request: requestIdHeader ? [`http-request del-header ${requestIdHeader}`] : [],
  };
}

export function timeout(which: string, seconds: number | undefined): string[] {
  return seconds === undefined ? [] : [`timeout ${which} ${milliseconds(seconds)}`];
}

function proxyProtocol(from: readonly string[] | undefined): Lines {
  return from
    ? {
        acl: inChunks(from).map((networks) => `acl known_proxy src -- ${networks.join(" ")}`),
        connection: ["tcp-request connection expect-proxy layer4 if known_proxy"],
      }
    : {};
}

/** What passes through is looked at until the client's TLS greeting has told a name. */
function greeting({ mode, tls, routes = [] }: Frontend): Lines {
  const asked = JSON.stringify(routes).includes('"serverNames":');
  return mode === "tcp" && !tls && asked
    ? { content: ["tcp-request inspect-delay 5s", "tcp-request content accept if { req.ssl_hello_type 1 }"] }
    : {};
}
