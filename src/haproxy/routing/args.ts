// How a frontend picks what becomes of a request: conditions, and what to do when they hold.
import type { Input } from "@pulumi/pulumi";

/** A header, query parameter or cookie, and what its value has to be. */
export interface NamedValueArgs {
  /** Name of the header (upper and lower case are the same), the query parameter or the cookie. */
  name: Input<string>;
  /**
   * Values of which one has to be there, exactly.
   * @default any value at all: it only has to be there
   */
  values?: Input<Input<string>[]>;
}

/**
 * What a request has to be like. All fields that are given have to hold; within a list, one entry is enough.
 *
 * @example { hosts: ["shop.example.com", "*.shop.example.com"], pathPrefixes: ["/api"], not: { methods: ["POST"] } }
 */
export interface MatchArgs {
  /**
   * Hosts of the request, upper and lower case alike, without the port: "example.com" is that host, "*.example.com"
   * everything below it (and not itself). http only. HAProxy keyword: `req.hdr(host),host_only`.
   */
  hosts?: Input<Input<string>[]>;
  /** Whole paths, such as "/login". http only. HAProxy keyword: `path`. */
  paths?: Input<Input<string>[]>;
  /** Beginnings of paths, by whole segments: "/api" is "/api" and "/api/v1", and not "/apiary". http only. */
  pathPrefixes?: Input<Input<string>[]>;
  /** Regular expressions (PCRE2) that some part of the path has to match; anchor them with ^ and $. http only. */
  pathRegexes?: Input<Input<string>[]>;
  /** Methods, such as "GET". http only. HAProxy keyword: `method`. */
  methods?: Input<Input<string>[]>;
  /** Headers that have to be there, each with one of its values. http only. HAProxy keyword: `req.hdr`. */
  headers?: Input<Input<NamedValueArgs>[]>;
  /** Parameters of the query that have to be there. http only. HAProxy keyword: `url_param`. */
  query?: Input<Input<NamedValueArgs>[]>;
  /** Cookies that have to be there. http only. HAProxy keyword: `req.cook`. */
  cookies?: Input<Input<NamedValueArgs>[]>;
  /** Networks or addresses of the client, such as "10.0.0.0/8". HAProxy keyword: `src`. */
  sourceNetworks?: Input<Input<string>[]>;
  /**
   * Names that the client asks for in its TLS greeting, exact or "*.example.com". On a frontend with `tls` it is what
   * was terminated, in tcp mode without it what passes through. HAProxy keywords: `ssl_fc_sni`, `req.ssl_sni`.
   */
  serverNames?: Input<Input<string>[]>;
  /** Conditions that all have to hold, besides the fields above. */
  all?: Input<Input<MatchArgs>[]>;
  /** Conditions of which one has to hold, besides the fields above. */
  any?: Input<Input<MatchArgs>[]>;
  /** A condition that must not hold, besides the fields above. */
  not?: Input<MatchArgs>;
}

/** Schemes of web addresses. */
export const Scheme = { http: "http", https: "https" } as const;
export type Scheme = (typeof Scheme)[keyof typeof Scheme];

/** Where to send a client. Exactly one of `location`, `prefix` and `scheme`. HAProxy keyword: `http-request redirect`. */
export interface RedirectArgs {
  /** The whole new address, as it stands. */
  location?: Input<string>;
  /** What comes before the request's own path and query, such as "https://www.example.com". */
  prefix?: Input<string>;
  /** The same address with this scheme. */
  scheme?: Input<Scheme>;
  /**
   * Status of the answer: 301, 302, 303, 307 or 308.
   * @default 302; 308 keeps the method and may be remembered for good
   */
  status?: Input<number>;
}

/**
 * An answer that needs no server. One with status 4xx counts as the client's error, for rate limits and in HAProxy's
 * figures of denied requests. HAProxy keywords: `http-request return`, `http-request deny`.
 */
export interface FixedResponseArgs {
  /**
   * Status of the answer, 200 to 599.
   * @default 200
   */
  status?: Input<number>;
  /**
   * Media type of the body.
   * @default "text/plain"
   */
  contentType?: Input<string>;
  /**
   * The body, as it stands.
   * @default empty
   */
  body?: Input<string>;
  /**
   * Further headers of the answer.
   * @default none
   */
  headers?: Input<Record<string, Input<string>>>;
}

/** What replaces the request's path on its way to the server. One of both. */
export interface PathRewriteArgs {
  /** Beginning that is taken away, by whole segments: "/api" makes "/" of "/api" and "/v1" of "/api/v1". */
  stripPrefix?: Input<string>;
  /** What is put before the path, after `stripPrefix` where both are given. */
  addPrefix?: Input<string>;
}

/**
 * One route: a condition, and exactly one of `backend`, `redirect` and `respond`. Routes are tried in their order; the
 * first one that holds decides.
 */
export interface RouteArgs {
  /**
   * What a request has to be like.
   * @default any request
   */
  match?: Input<MatchArgs>;
  /** Name of the backend that gets the request. HAProxy keyword: `use_backend`. */
  backend?: Input<string>;
  /** Sends the client elsewhere. http only. */
  redirect?: Input<RedirectArgs>;
  /** Answers at once. http only. */
  respond?: Input<FixedResponseArgs>;
  /**
   * Changes the path for the server. http only, with `backend`. HAProxy keyword: `http-request replace-path`.
   * @default the path stays
   */
  rewrite?: Input<PathRewriteArgs>;
}

/** What a table of routes looks up. */
export const RouteTableKey = { host: "host", path: "path", pathPrefix: "pathPrefix" } as const;
export type RouteTableKey = (typeof RouteTableKey)[keyof typeof RouteTableKey];

/**
 * Many hosts or paths at once, looked up in a map file: as quick with ten thousand entries as with ten. Tables come
 * after `routes`, in their order. http only. HAProxy keywords: `use_backend`, `map_str`, `map_beg`.
 */
export interface RouteTableArgs {
  /** Part of the request that is looked up; `host` without its port and in lower case. */
  by: Input<RouteTableKey>;
  /** Backends by host or path, such as { "shop.example.com": "shop" }. The longest prefix wins. */
  backends: Input<Record<string, Input<string>>>;
}
