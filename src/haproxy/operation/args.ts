// What holds for HAProxy as a whole: its limits, what it writes down, and how it is watched.
import type { Input } from "@pulumi/pulumi";
import type { BasicAuthArgs } from "../protection/args";

/** How a line of the log is written: HAProxy's own format, or one JSON object. */
export const LogFormat = { standard: "standard", json: "json" } as const;
export type LogFormat = (typeof LogFormat)[keyof typeof LogFormat];

/** What is written down of each request or connection. */
export interface LoggingArgs {
  /**
   * How a line is written. HAProxy keywords: `option httplog`, `log-format`.
   * @default "standard": what tools for HAProxy's logs read
   */
  format?: Input<LogFormat>;
  /**
   * A syslog server that gets the lines as well, by UDP, such as "10.0.0.5:514".
   * @default none: they go to the host's journal alone
   */
  server?: Input<string>;
}

/**
 * Metrics for Prometheus, those of HAProxy under /metrics and those of the pair under /metrics/ha-lb, and HAProxy's
 * statistics page under /, on a port of their own.
 */
export interface MonitoringArgs {
  /**
   * TCP port.
   * @default 8404: the one of HAProxy's own examples
   */
  port?: Input<number>;
  /**
   * Addresses that it listens on, one of each node at least. Other than the default they need `allow` or `basicAuth`.
   * @default the node's address on the network between the two
   */
  addresses?: Input<Input<string>[]>;
  /**
   * Networks or addresses that may ask; others get 403.
   * @default all that reach the address
   */
  allow?: Input<Input<string>[]>;
  /**
   * Asks for a name and a password.
   * @default none
   */
  basicAuth?: Input<BasicAuthArgs>;
}

/** Lines of HAProxy's own language for sections that belong to nobody. */
export interface RawSectionsArgs {
  /** Further lines of the section `global`. HAProxy has to accept them. */
  global?: Input<Input<string>[]>;
  /** Further lines of the section `defaults`. HAProxy has to accept them. */
  defaults?: Input<Input<string>[]>;
}

/** Settings of HAProxy as a whole. */
export interface HaproxyArgs {
  /**
   * Connections at a time, of all frontends together. HAProxy keyword: `maxconn`.
   * @default what the host's limit on open files allows
   */
  maxConnections?: Input<number>;
  /**
   * Threads. HAProxy keyword: `nbthread`.
   * @default one for each processor
   */
  threads?: Input<number>;
  /** What is written down. */
  logging?: Input<LoggingArgs>;
  /**
   * Lets HAProxy be watched.
   * @default not at all
   */
  monitoring?: Input<MonitoringArgs>;
  /**
   * Bodies of HAProxy's own answers, in HTML, by their status: 400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429,
   * 500, 501, 502, 503 or 504. HAProxy keyword: `http-error`.
   * @default HAProxy's
   */
  errorPages?: Input<Record<string, Input<string>>>;
  /** Lines of HAProxy's own language. */
  raw?: Input<RawSectionsArgs>;
}
