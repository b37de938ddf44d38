// A backend as the lines of its section, with the files and the other sections that they need.
import { isIPv6 } from "node:net";
import { type Section, timeout } from "./frontendLines";
import { checkLines, serverChecks } from "./health/render";
import { rawLines } from "./raw";
import { cacheLines, headerLines } from "./rewriting/render";
import { defaultServerName } from "./rules";
import { inOrder, type Lines, milliseconds } from "./section";
import { serverIds } from "./servers/ids";
import { resolverLines } from "./servers/resolvers";
import type { Discovery } from "./servers/rules";
import { persistenceLines, serverCookie } from "./sessions/render";
import type { Backend } from "./shapes";
import { backendTlsFiles, serverTls } from "./tls/render";

export function backendSection(backend: Backend): Section {
  const { name, mode = "http", healthCheck = {} } = backend;
  const parts: Lines[] = [
    { setting: [`mode ${mode}`, ...balance(backend), ...connections(backend)] },
    rdpCookie(backend),
    checkLines(healthCheck),
    persistenceLines(name, backend.persistence, backend.discovery !== undefined),
    cacheLines(name, backend.cache),
    headerLines(backend.headers),
    { routing: servers(backend) },
  ];
  return { name, lines: [...inOrder(parts), ...rawLines(backend.raw)], files: backendTlsFiles(name, backend.tls) };
}

function balance({ balance = "roundrobin", balanceKey, hashType = "consistent" }: Backend): string[] {
  const hashed = ["source", "uri", "url_param", "hdr", "rdp-cookie"].includes(balance);
  const algorithm =
    balance === "hdr" ? `hdr(${balanceKey})` : balance === "url_param" ? `url_param ${balanceKey}` : balance;
  return [`balance ${algorithm}`, ...(hashed ? [`hash-type ${hashType}`] : [])];
}

/** A connection is given a server only once its client has said its cookie. */
function rdpCookie({ mode = "http", balance }: Backend): Lines {
  return mode === "tcp" && balance === "rdp-cookie"
    ? { content: ["tcp-request inspect-delay 5s", "tcp-request content accept if RDP_COOKIE"] }
    : {};
}

function connections({ mode = "http", retries, redispatch, connectionReuse, timeouts = {} }: Backend): string[] {
  return [
    ...(retries === undefined ? [] : [`retries ${retries}`]),
    ...(redispatch === false ? ["no option redispatch"] : []),
    ...(connectionReuse && mode === "http" ? [`http-reuse ${connectionReuse}`] : []),
    ...timeout("connect", timeouts.connectSeconds),
    ...timeout("server", timeouts.serverSeconds),
    ...timeout("queue", timeouts.queueSeconds),
    ...timeout("tunnel", timeouts.tunnelSeconds),
  ];
}

function servers(backend: Backend): string[] {
  const options = commonOptions(backend);
  const names = (backend.servers ?? []).map(({ name }, index) => name ?? defaultServerName(backend.name, index + 1));
  const ids = serverIds(names, backend.balance ?? "roundrobin");
  const listed = (backend.servers ?? []).map((server, index) => {
    const [name = "", id] = [names[index], ids[index]];
    const { weight = 100, backup, maxConnections } = server;
    const sticky = serverCookie(backend.persistence, name);
    const own = ` id ${id} weight ${weight}${maxConnections ? ` maxconn ${maxConnections}` : ""}${backup ? " backup" : ""}${sticky}`;
    return `server ${name} ${endpoint(server.address, server.port)}${own}${options}`;
  });
  return backend.discovery ? [discovered(backend, backend.discovery, options)] : listed;
}

function discovered({ name }: Backend, { dns, port, slots }: Discovery, options: string): string {
  return `server-template ${name}- ${slots} ${dns}:${port} resolvers ${resolversOf(name)} init-addr none${options}`;
}

export function resolversOf(backend: string): string {
  return `ha-lb-${backend}`;
}

export function resolverSection(backend: string, { resolvers, holdSeconds = 5 }: Discovery) {
  return { name: resolversOf(backend), lines: resolverLines(resolvers, holdSeconds) };
}

function commonOptions(backend: Backend): string {
  const { name, mode = "http", tls, http2 = false, sendProxyProtocol, slowStartSeconds } = backend;
  const proxy = { v1: " send-proxy", v2: " send-proxy-v2" } as const;
  return [
    tls ? serverTls(name, mode, tls, http2) : http2 ? " proto h2" : "",
    sendProxyProtocol ? proxy[sendProxyProtocol] : "",
    slowStartSeconds === undefined ? "" : ` slowstart ${milliseconds(slowStartSeconds)}`,
    serverChecks({
      mode,
      health: backend.healthCheck ?? {},
      agent: backend.agentCheck,
      passive: backend.passiveCheck,
      serverName: tls?.serverName,
      tls: tls !== undefined,
    }),
  ].join("");
}

function endpoint(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}
