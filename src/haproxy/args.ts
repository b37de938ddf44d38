// What a user says about HAProxy: frontends that listen, backends that answer.
import type { Input } from "@pulumi/pulumi";

/** How a proxy reads the traffic: `http` sees requests, `tcp` passes bytes. */
export const proxyModes = ["http", "tcp"] as const;
export type ProxyMode = (typeof proxyModes)[number];

/** How a backend picks the server of the next request (`http`) or connection (`tcp`). */
export const balanceAlgorithms = ["roundrobin", "static-rr", "leastconn", "first", "source", "random"] as const;
export type BalanceAlgorithm = (typeof balanceAlgorithms)[number];

/** How a backend finds out which of its servers work. */
export const healthCheckTypes = ["http", "tcp", "none"] as const;
export type HealthCheckType = (typeof healthCheckTypes)[number];

/** A port that clients connect to. HAProxy keyword: `frontend`. */
export interface FrontendArgs {
  /** Name in logs and metrics; unique among the frontends. */
  name: Input<string>;
  /**
   * How the traffic is read. The backend has to use the same mode.
   * @default "http"
   */
  mode?: Input<ProxyMode>;
  /**
   * TCP port, on all addresses of the node: both nodes listen all the time, so that a failover only has to
   * move the address. HAProxy keyword: `bind`.
   */
  port: Input<number>;
  /** Name of the backend that gets the traffic. HAProxy keyword: `default_backend`. */
  defaultBackend: Input<string>;
}

/** A group of servers that do the same job. HAProxy keyword: `backend`. */
export interface BackendArgs {
  /** Name in logs and metrics, and what frontends refer to; unique among the backends. */
  name: Input<string>;
  /**
   * How the traffic is read; has to be that of the frontends that use this backend.
   * @default "http"
   */
  mode?: Input<ProxyMode>;
  /**
   * How a server is picked. HAProxy keyword: `balance`.
   * @default "roundrobin"
   */
  balance?: Input<BalanceAlgorithm>;
  /** At least one. */
  servers: Input<Input<ServerArgs>[]>;
  /**
   * How servers are found to be working.
   * @default a TCP connection every 2 seconds
   */
  healthCheck?: Input<HealthCheckArgs>;
}

/** One server of a backend. HAProxy keyword: `server`. */
export interface ServerArgs {
  /**
   * Name in logs and metrics; unique within the backend.
   * @default the backend's name and the server's place in the list, such as "app-1"
   */
  name?: Input<string>;
  /** IP address or DNS name; a name is resolved when HAProxy starts or reloads. */
  address: Input<string>;
  /** TCP port. */
  port: Input<number>;
  /**
   * Share of the traffic relative to the other servers, 0 to 256; 0 sends nothing new.
   * @default 100
   */
  weight?: Input<number>;
  /**
   * Whether the server gets traffic only when no other one works.
   * @default false
   */
  backup?: Input<boolean>;
}

/** A check that a server has to pass to get traffic. HAProxy keywords: `check`, `option httpchk`. */
export interface HealthCheckArgs {
  /**
   * `http` expects a good answer to a request, `tcp` an accepted connection, `none` trusts the server blindly.
   * @default "http" when `path`, `host` or `expectStatus` is given, otherwise "tcp"
   */
  type?: Input<HealthCheckType>;
  /**
   * Path of the request; only for `http`.
   * @default "/"
   */
  path?: Input<string>;
  /**
   * Host header of the request; only for `http`.
   * @default none: the request is HTTP/1.0
   */
  host?: Input<string>;
  /**
   * Status code that means working, 100 to 599; only for `http`.
   * @default any from 200 to 399
   */
  expectStatus?: Input<number>;
  /**
   * Port that is asked.
   * @default the server's own port
   */
  port?: Input<number>;
  /**
   * Seconds between two checks. HAProxy keyword: `inter`.
   * @default 2
   */
  intervalSeconds?: Input<number>;
  /**
   * Failed checks in a row after which a server gets no more traffic. HAProxy keyword: `fall`.
   * @default 3
   */
  fall?: Input<number>;
  /**
   * Good checks in a row after which it gets traffic again. HAProxy keyword: `rise`.
   * @default 2
   */
  rise?: Input<number>;
}
