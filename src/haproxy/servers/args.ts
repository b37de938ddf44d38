// The servers of a backend: who they are, how one is picked, and how connections to them are kept.
import type { Input } from "@pulumi/pulumi";

/**
 * How a backend picks the server of the next request (`http`) or connection (`tcp`). `uri`, `url_param` and `hdr` need
 * http mode; `url_param` and `hdr` look at what `balanceKey` names, and `rdp-cookie` at a cookie of RDP connections.
 */
export const BalanceAlgorithm = {
  roundrobin: "roundrobin",
  staticRr: "static-rr",
  leastconn: "leastconn",
  first: "first",
  source: "source",
  uri: "uri",
  urlParam: "url_param",
  hdr: "hdr",
  rdpCookie: "rdp-cookie",
  random: "random",
} as const;
export type BalanceAlgorithm = (typeof BalanceAlgorithm)[keyof typeof BalanceAlgorithm];

/**
 * How a hash finds its server: `map-based` spreads evenly and moves nearly all keys when a server comes or goes,
 * `consistent` moves only those of that server. HAProxy keyword: `hash-type`.
 */
export const HashType = { mapBased: "map-based", consistent: "consistent" } as const;
export type HashType = (typeof HashType)[keyof typeof HashType];

/**
 * Which requests may use a connection to a server that an earlier one opened. HAProxy keyword: `http-reuse`.
 */
export const ConnectionReuse = { never: "never", safe: "safe", aggressive: "aggressive", always: "always" } as const;
export type ConnectionReuse = (typeof ConnectionReuse)[keyof typeof ConnectionReuse];

/** Version of the PROXY protocol: 1 is a line of text, 2 is binary. */
export const ProxyProtocol = { v1: "v1", v2: "v2" } as const;
export type ProxyProtocol = (typeof ProxyProtocol)[keyof typeof ProxyProtocol];

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
   * @default 100: room to give less as well as more
   */
  weight?: Input<number>;
  /**
   * Whether the server gets traffic only when no other one works.
   * @default false
   */
  backup?: Input<boolean>;
  /**
   * Requests (http) or connections (tcp) that the server gets at a time; further ones wait in its queue, as long as
   * the backend's `timeouts.queueSeconds`. HAProxy keyword: `maxconn`.
   * @default no limit: only you know what a server bears
   */
  maxConnections?: Input<number>;
}

/** Servers that DNS lists, followed as the records change. HAProxy keywords: `server-template`, `resolvers`. */
export interface DiscoveryArgs {
  /** Name whose A and AAAA records are the servers' addresses. */
  dns: Input<string>;
  /** TCP port of all of them. */
  port: Input<number>;
  /** How many there can be at most, 1 to 1000: places that wait for a record cost next to nothing. */
  slots: Input<number>;
  /**
   * Name servers that are asked, such as "10.0.0.2" or "10.0.0.2:5353".
   * @default those of the host, in /etc/resolv.conf
   */
  resolvers?: Input<Input<string>[]>;
  /**
   * Seconds after which an answer is asked for again, 0.1 to 3600.
   * @default 5: records of a server that moved are followed about as soon as a health check would notice
   */
  holdSeconds?: Input<number>;
}

/** How long a backend waits. */
export interface BackendTimeoutsArgs {
  /**
   * Seconds until a server has to accept a connection. HAProxy keyword: `timeout connect`.
   * @default 5: more than a lost packet and its repetitions (1 and 3 seconds) take
   */
  connectSeconds?: Input<number>;
  /**
   * Seconds that a server may be silent. HAProxy keyword: `timeout server`.
   * @default 60: slow pages and reports get through; what is silent longer is usually broken
   */
  serverSeconds?: Input<number>;
  /**
   * Seconds that a request waits for a free place at a server. HAProxy keyword: `timeout queue`.
   * @default 30: nobody waits longer for a page
   */
  queueSeconds?: Input<number>;
  /**
   * Seconds that a connection in tcp mode, a WebSocket or another tunnel may be silent; `serverSeconds` and the
   * frontend's `clientSeconds` do not count for these. HAProxy keyword: `timeout tunnel`.
   * @default 3600: chats and database sessions are silent for long
   */
  tunnelSeconds?: Input<number>;
}
