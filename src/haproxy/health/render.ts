// Health checks as lines of a backend and words of a server's line.
import type { ProxyMode } from "../args";
import { type Lines, milliseconds, word } from "../section";
import type { HealthCheckType } from "./args";
import type { AgentCheck, HealthCheck, PassiveCheck } from "./rules";

/** The type, also where it only follows from the other settings. */
export function checkType({ type, path, method, host, expectStatus, expectBody }: HealthCheck): HealthCheckType {
  const asksByHttp = [path, method, host, expectStatus, expectBody].some((value) => value !== undefined);
  return type ?? (asksByHttp ? "http" : "tcp");
}

export function checkLines(check: HealthCheck): Lines {
  const { user } = check;
  const lines: Readonly<Record<HealthCheckType, () => string[]>> = {
    http: () => httpLines(check),
    tcp: () => [],
    "ssl-hello": () => ["option ssl-hello-chk"],
    mysql: () => [`option mysql-check user ${user ?? "haproxy"} post-41`],
    pgsql: () => [`option pgsql-check user ${user ?? "haproxy"}`],
    redis: () => ["option redis-check"],
    smtp: () => [`option smtpchk EHLO ${user ?? "localhost"}`],
    ldap: () => ["option ldap-check"],
    none: () => [],
  };
  return { setting: lines[checkType(check)]() };
}

function httpLines({ path = "/", method = "GET", host, expectStatus, expectBody }: HealthCheck): string[] {
  const version = host ? ` ver HTTP/1.1 hdr Host ${host}` : "";
  return [
    "option httpchk",
    `http-check send meth ${method} uri ${word(path)}${version}`,
    ...(expectStatus ? [`http-check expect status ${expectStatus}`] : []),
    ...(expectBody ? [`http-check expect string ${word(expectBody)}`] : []),
  ];
}

export interface ServerChecks {
  readonly mode: ProxyMode;
  readonly health: HealthCheck;
  readonly agent?: AgentCheck;
  readonly passive?: PassiveCheck;
  /** Name for the TLS greeting of checks. */
  readonly serverName?: string;
  readonly tls: boolean;
}

/** What stands on a server's line. */
export function serverChecks({ mode, health, agent, passive, serverName, tls }: ServerChecks): string {
  return [active(health, tls, serverName ?? health.host), asking(agent), watching(mode, passive)].join("");
}

function active(health: HealthCheck, tlsByDefault: boolean, serverName: string | undefined): string {
  if (checkType(health) === "none") {
    return "";
  }
  const { tls = tlsByDefault, port, intervalSeconds = 2, fall = 3, rise = 2 } = health;
  const name = serverName ? ` check-sni ${serverName}` : "";
  // Where the traffic itself is not encrypted, a certificate protects nothing.
  const trust = tlsByDefault ? "" : " verify none";
  const encrypted = tls ? ` check-ssl${trust}${name}` : tlsByDefault ? " no-check-ssl" : "";
  const elsewhere = port === undefined ? "" : ` port ${port}`;
  return ` check inter ${milliseconds(intervalSeconds)} fall ${fall} rise ${rise}${elsewhere}${encrypted}`;
}

function asking(agent: AgentCheck | undefined): string {
  return agent ? ` agent-check agent-port ${agent.port} agent-inter ${milliseconds(agent.intervalSeconds ?? 2)}` : "";
}

function watching(mode: ProxyMode, passive: PassiveCheck | undefined): string {
  if (!passive) {
    return "";
  }
  const { observe = mode === "http" ? "responses" : "connections", errorLimit = 10 } = passive;
  return ` observe ${observe === "responses" ? "layer7" : "layer4"} error-limit ${errorLimit} on-error mark-down`;
}
