// How a backend finds out which of its servers work: by asking them, and by watching real traffic.
import type { Input } from "@pulumi/pulumi";

/**
 * What a check does: `http` expects a good answer, `tcp` an accepted connection, `ssl-hello` a TLS greeting; `mysql`,
 * `pgsql`, `redis`, `smtp` and `ldap` speak the beginning of that protocol; `none` trusts the server blindly.
 */
export const HealthCheckType = {
  http: "http",
  tcp: "tcp",
  sslHello: "ssl-hello",
  mysql: "mysql",
  pgsql: "pgsql",
  redis: "redis",
  smtp: "smtp",
  ldap: "ldap",
  none: "none",
} as const;
export type HealthCheckType = (typeof HealthCheckType)[keyof typeof HealthCheckType];

/** A check that a server has to pass to get traffic. HAProxy keywords: `check`, `option httpchk` and their like. */
export interface HealthCheckArgs {
  /**
   * What is asked.
   * @default "http" when a setting of HTTP checks is given, otherwise "tcp"
   */
  type?: Input<HealthCheckType>;
  /**
   * Path of the request; only for `http`.
   * @default "/"
   */
  path?: Input<string>;
  /**
   * Method of the request; only for `http`.
   * @default "GET": every path answers it, and not every one HEAD
   */
  method?: Input<string>;
  /**
   * Host header of the request; only for `http`.
   * @default none: the request is HTTP/1.0
   */
  host?: Input<string>;
  /**
   * Status code that means working, 100 to 599; only for `http`.
   * @default any from 200 to 399: a redirect is a sign of life, too
   */
  expectStatus?: Input<number>;
  /**
   * Text that has to be in the body of the answer; only for `http`, and not together with `expectStatus`.
   * @default none: the status tells
   */
  expectBody?: Input<string>;
  /**
   * User that the check logs in as, without a password; for `mysql` and `pgsql`, and `smtp`'s greeting (its own name).
   * @default "haproxy" for mysql and pgsql, "localhost" for smtp
   */
  user?: Input<string>;
  /**
   * Whether the check goes through TLS. Servers' certificates are verified as `tls` of the backend says, and not at all
   * where the traffic itself is unencrypted. HAProxy keyword: `check-ssl`.
   * @default as the backend's own traffic
   */
  tls?: Input<boolean>;
  /**
   * Port that is asked.
   * @default the server's own port: it is the one that has to work
   */
  port?: Input<number>;
  /**
   * Seconds between two checks. HAProxy keyword: `inter`.
   * @default 2: with `fall`, a dead server is out after about 6 seconds, for one connection in two
   */
  intervalSeconds?: Input<number>;
  /**
   * Failed checks in a row after which a server gets no more traffic. HAProxy keyword: `fall`.
   * @default 3: one lost packet or one pause of a garbage collector takes no server out
   */
  fall?: Input<number>;
  /**
   * Good checks in a row after which it gets traffic again. HAProxy keyword: `rise`.
   * @default 2: a server that answers once while it starts is not trusted yet
   */
  rise?: Input<number>;
}

/**
 * A program on each server that says how it is: "ready", "drain", "down", or a weight such as "50%". It answers a plain
 * connection with one line. HAProxy keyword: `agent-check`.
 */
export interface AgentCheckArgs {
  /** Port that the program listens on. HAProxy keyword: `agent-port`. */
  port: Input<number>;
  /**
   * Seconds between two questions. HAProxy keyword: `agent-inter`.
   * @default 2: as often as health checks
   */
  intervalSeconds?: Input<number>;
}

/** What a passive check counts: connections that fail, or also answers with a status of 500 and more. */
export const PassiveCheckType = { connections: "connections", responses: "responses" } as const;
export type PassiveCheckType = (typeof PassiveCheckType)[keyof typeof PassiveCheckType];

/**
 * A circuit breaker: errors of real traffic in a row, without one success between, take a server out until it passes
 * its health check again. A good health check is a success, too: what counts is how many errors come between two of them
 * (`healthCheck.intervalSeconds`). HAProxy keywords: `observe`, `error-limit`, `on-error mark-down`.
 */
export interface PassiveCheckArgs {
  /**
   * What counts as an error.
   * @default "responses" in http mode, where a server that accepts and then fails shows, "connections" in tcp mode
   */
  observe?: Input<PassiveCheckType>;
  /**
   * Errors in a row that open it, 1 to 1000.
   * @default 10: a few users with bad luck in a row are no fault of the server
   */
  errorLimit?: Input<number>;
}
