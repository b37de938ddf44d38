// Keeping a client on the server that it had before, also after a failover.
import type { Input } from "@pulumi/pulumi";

/** Whether a browser sends a cookie along when another site leads to this one (RFC 6265bis). */
export const SameSite = { Strict: "Strict", Lax: "Lax", None: "None" } as const;
export type SameSite = (typeof SameSite)[keyof typeof SameSite];

/**
 * A cookie that HAProxy itself sets and takes away again: servers never see it, and nothing has to be remembered. http
 * only. HAProxy keyword: `cookie … insert indirect nocache`.
 */
export interface StickyCookieArgs {
  /**
   * Name of the cookie.
   * @default "SERVERID"
   */
  name?: Input<string>;
  /**
   * Whether browsers send it over HTTPS only. They forget such a cookie when plain HTTP set it.
   * @default true: whoever reads it on the way could be taken for that client
   */
  secure?: Input<boolean>;
  /**
   * Whether browsers send it along when another site leads here.
   * @default "Lax": links to a shop find the session, forms of strangers do not
   */
  sameSite?: Input<SameSite>;
  /**
   * Domain for which browsers keep it.
   * @default the host that set it, alone
   */
  domain?: Input<string>;
}

/**
 * What a client is known by; exactly one of these. All but `cookie` are remembered in a table that both nodes share.
 */
export interface PersistenceArgs {
  /** A cookie of HAProxy's own; give `{}` for its defaults. */
  cookie?: Input<StickyCookieArgs>;
  /** Name of a cookie that the servers set, such as "JSESSIONID". HAProxy keyword: `stick store-response res.cook`. */
  applicationCookie?: Input<string>;
  /** Name of a header of the request. HAProxy keyword: `stick on req.hdr`. */
  header?: Input<string>;
  /** The client's address. HAProxy keyword: `stick on src`. */
  source?: Input<boolean>;
  /**
   * Seconds after the last request for which a client is remembered.
   * @default 1800: half an hour, as sessions of applications last
   */
  expireSeconds?: Input<number>;
  /**
   * Clients that are remembered at most; the ones that were silent longest go first.
   * @default 100000, about 10 MiB: more clients than most pairs see in half an hour
   */
  tableSize?: Input<number>;
}
