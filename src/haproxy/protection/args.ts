// Who may come in, and how often.
import type { Input } from "@pulumi/pulumi";

/** Names and passwords of people or programs. HAProxy keywords: `userlist`, `http-request auth`. */
export interface BasicAuthArgs {
  /**
   * What a browser shows when it asks for the password.
   * @default "restricted"
   */
  realm?: Input<string>;
  /**
   * Password hashes by user name, as `openssl passwd -6` or `mkpasswd` make them: SHA-256 ($5$), SHA-512 ($6$), bcrypt
   * ($2a$, $2b$, $2y$) or yescrypt ($y$). Secrets. Every request costs the time that the hash takes.
   */
  users: Input<Record<string, Input<string>>>;
}

/**
 * Who may come in at all. `allow` and `deny` are checked before anything else, `basicAuth` and `maxBodyBytes` after rate
 * limits, so that a limit on `errors` ends guessing.
 */
export interface AccessArgs {
  /**
   * Networks or addresses of clients that may; all others get 403, or no connection in tcp mode.
   * @default all
   */
  allow?: Input<Input<string>[]>;
  /**
   * Networks or addresses of clients that may not, also where `allow` has them.
   * @default none
   */
  deny?: Input<Input<string>[]>;
  /**
   * Asks for a name and a password. http only.
   * @default none
   */
  basicAuth?: Input<BasicAuthArgs>;
  /**
   * Size of a request's body above which it is refused with 413, in bytes. A body that does not announce its size is
   * refused with 411, over HTTP/2 too, which uploads of gRPC and other streams never do. http only.
   * @default no limit: uploads differ
   */
  maxBodyBytes?: Input<number>;
}

/** What tells one client from another. */
export const RateLimitKey = { source: "source", header: "header", cookie: "cookie" } as const;
export type RateLimitKey = (typeof RateLimitKey)[keyof typeof RateLimitKey];

/**
 * What becomes of what is too much: `reject` answers 429 with Retry-After, `drop` says nothing at all. Only clients on the
 * load balancers' own network notice a drop: what ends the connection lives for one hop. HAProxy keyword: `silent-drop`.
 */
export const RateLimitAction = { reject: "reject", drop: "drop" } as const;
export type RateLimitAction = (typeof RateLimitAction)[keyof typeof RateLimitAction];

/**
 * How often a client may come: exactly one of `requests`, `connections` and `errors`, counted over a sliding window. Both
 * nodes know the counters, so that a failover forgives nothing. HAProxy keywords: `stick-table`, `track-sc0`.
 */
export interface RateLimitArgs {
  /** Requests in the window. http only. */
  requests?: Input<number>;
  /** Connections in the window; only by `source`. */
  connections?: Input<number>;
  /**
   * Requests in the window that were the client's own errors (status 4xx), whether a server says so or HAProxy itself:
   * guesses of passwords and paths. The request with which a browser finds out that there is a password is one, too.
   * Those that this limit refuses count as well. http only.
   */
  errors?: Input<number>;
  /** Length of the window in seconds, 1 to 86400. */
  perSeconds: Input<number>;
  /**
   * How many more a window may have before the limit bites.
   * @default 0: what the limit says holds
   */
  burst?: Input<number>;
  /**
   * Seconds for which a client that went too far is refused, whatever it does.
   * @default none: until its rate is below the limit again
   */
  penaltySeconds?: Input<number>;
  /**
   * What tells clients apart.
   * @default "source": the client's address, the only thing that it cannot make up
   */
  by?: Input<RateLimitKey>;
  /** Name of the header or cookie that `by` looks at, such as "X-Api-Key". Requests without it are not counted. */
  name?: Input<string>;
  /**
   * What becomes of what is too much.
   * @default "reject", which tells honest programs to slow down; connections are closed without a word either way
   */
  action?: Input<RateLimitAction>;
  /**
   * Clients that are counted at most; the ones that were silent longest go first.
   * @default 100000, about 10 MiB: an attack from more addresses than that is not one to count
   */
  tableSize?: Input<number>;
}
