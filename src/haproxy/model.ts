// The user's frontends and backends with every default filled in: what the renderer works from.
import type { BalanceAlgorithm, ProxyMode } from "./args";
import { type Backend, defaultServerName, type Frontend, type HealthCheck, type Server } from "./rules";

export interface FrontendModel {
  readonly name: string;
  readonly mode: ProxyMode;
  readonly port: number;
  readonly defaultBackend: string;
}

export interface HealthCheckModel {
  readonly http?: { readonly path: string; readonly host?: string; readonly expectStatus?: number };
  readonly port?: number;
  readonly intervalSeconds: number;
  readonly fall: number;
  readonly rise: number;
}

export interface ServerModel {
  readonly name: string;
  /** Place in the list from 1 on, so that both nodes number their servers alike. */
  readonly id: number;
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly backup: boolean;
}

export interface BackendModel {
  readonly name: string;
  readonly mode: ProxyMode;
  readonly balance: BalanceAlgorithm;
  readonly servers: readonly ServerModel[];
  readonly healthCheck?: HealthCheckModel;
}

export interface ProxyModel {
  readonly frontends: readonly FrontendModel[];
  readonly backends: readonly BackendModel[];
}

export function proxyModel(frontends: readonly Frontend[], backends: readonly Backend[]): ProxyModel {
  return {
    frontends: frontends.map(({ name, mode = "http", port, defaultBackend }) => ({ name, mode, port, defaultBackend })),
    backends: backends.map((backend) => ({
      name: backend.name,
      mode: backend.mode ?? "http",
      balance: backend.balance ?? "roundrobin",
      servers: backend.servers.map((server, index) => serverModel(backend.name, server, index + 1)),
      healthCheck: healthCheckModel(backend.healthCheck ?? {}),
    })),
  };
}

function serverModel(backend: string, server: Server, id: number): ServerModel {
  return {
    name: server.name ?? defaultServerName(backend, id),
    id,
    address: server.address,
    port: server.port,
    weight: server.weight ?? 100,
    backup: server.backup ?? false,
  };
}

function healthCheckModel(check: HealthCheck): HealthCheckModel | undefined {
  const asksByHttp = [check.path, check.host, check.expectStatus].some((value) => value !== undefined);
  const type = check.type ?? (asksByHttp ? "http" : "tcp");
  if (type === "none") {
    return undefined;
  }
  return {
    http: type === "http" ? { path: check.path ?? "/", host: check.host, expectStatus: check.expectStatus } : undefined,
    port: check.port,
    intervalSeconds: check.intervalSeconds ?? 2,
    fall: check.fall ?? 3,
    rise: check.rise ?? 2,
  };
}
