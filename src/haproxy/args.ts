// What a user says about HAProxy: frontends that listen, backends that answer. Their parts stand with their subjects.
import type { Input } from "@pulumi/pulumi";
import type { ForwardProxyArgs } from "./forwarding/args";
import type { AgentCheckArgs, HealthCheckArgs, PassiveCheckArgs } from "./health/args";
import type { AccessArgs, RateLimitArgs } from "./protection/args";
import type { CacheArgs, CompressionArgs, ForwardedHeaders, HeadersArgs } from "./rewriting/args";
import type { RouteArgs, RouteTableArgs } from "./routing/args";
import type {
  BackendTimeoutsArgs,
  BalanceAlgorithm,
  ConnectionReuse,
  DiscoveryArgs,
  HashType,
  ProxyProtocol,
  ServerArgs,
} from "./servers/args";
import type { PersistenceArgs } from "./sessions/args";
import type { BackendTlsArgs, FrontendTlsArgs } from "./tls/args";

/** How a proxy reads the traffic: `http` sees requests, `tcp` passes bytes. */
export const ProxyMode = { http: "http", tcp: "tcp" } as const;
export type ProxyMode = (typeof ProxyMode)[keyof typeof ProxyMode];

/** How long a frontend waits for its clients. */
export interface FrontendTimeoutsArgs {
  /**
   * Seconds that a client may be silent. HAProxy keyword: `timeout client`.
   * @default 60: longer than a person or program pauses within a request, and short enough that dead clients go
   */
  clientSeconds?: Input<number>;
  /**
   * Seconds until a request has arrived with all its headers: what slow clients are cut off by. http only. HAProxy
   * keyword: `timeout http-request`.
   * @default 10: ample on a bad mobile line, and all that a client gets that only wants to occupy connections
   */
  httpRequestSeconds?: Input<number>;
  /**
   * Seconds that a connection is kept for the next request. http only. HAProxy keyword: `timeout http-keep-alive`.
   * @default 10: the next click of a page comes within; longer only holds connections
   */
  keepAliveSeconds?: Input<number>;
}

/** Headers that the log has besides. HAProxy keyword: `capture`. */
export interface CaptureHeadersArgs {
  /**
   * Of requests.
   * @default none
   */
  request?: Input<Input<string>[]>;
  /**
   * Of answers.
   * @default none
   */
  response?: Input<Input<string>[]>;
}

/** A port that clients connect to. HAProxy keyword: `frontend`. */
export interface FrontendArgs {
  /** Name in logs and metrics; unique among the frontends. */
  name: Input<string>;
  /**
   * How the traffic is read. The backends have to use the same mode.
   * @default "http"
   */
  mode?: Input<ProxyMode>;
  /**
   * TCP port. Both nodes listen all the time, so that a failover only has to move the address. HAProxy keyword: `bind`.
   */
  port: Input<number>;
  /**
   * Addresses that it listens on, which the nodes need not have all the time.
   * @default all addresses of the node
   */
  addresses?: Input<Input<string>[]>;
  /**
   * Name of the backend that gets what no route takes. HAProxy keyword: `default_backend`.
   * @default none: 503 in http mode, a closed connection in tcp mode. Needed where there are no routes
   */
  defaultBackend?: Input<string>;
  /**
   * Where requests go, by what they are like; the first route that holds decides.
   * @default none: everything goes to `defaultBackend`
   */
  routes?: Input<Input<RouteArgs>[]>;
  /**
   * Many hosts or paths at once; they come after `routes`.
   * @default none
   */
  routeTables?: Input<Input<RouteTableArgs>[]>;
  /**
   * Ends TLS here.
   * @default clients come unencrypted, or their TLS passes through in tcp mode
   */
  tls?: Input<FrontendTlsArgs>;
  /**
   * Sends every request to the same address with https, by status 308. http only.
   * @default false: there may be no frontend with tls
   */
  redirectToHttps?: Input<boolean>;
  /**
   * Networks or addresses of proxies in front whose connections begin with the PROXY protocol, of either version. Others
   * are taken as they come, so that nobody else can pretend. HAProxy keyword: `expect-proxy`.
   * @default none: whoever may send it can pretend to be any client
   */
  acceptProxyProtocolFrom?: Input<Input<string>[]>;
  /**
   * Headers that tell servers about the client; what the client itself sent of them is taken away first. http only.
   * @default "x-forwarded": X-Forwarded-For, -Proto, -Host and -Port
   */
  forwardedHeaders?: Input<ForwardedHeaders>;
  /**
   * Changes of headers, for all requests and answers. http only.
   * @default none
   */
  headers?: Input<HeadersArgs>;
  /**
   * Who may come in at all.
   * @default everybody
   */
  access?: Input<AccessArgs>;
  /**
   * How often a client may come; two limits at most.
   * @default as often as it likes: how often is too often depends on the service
   */
  rateLimits?: Input<Input<RateLimitArgs>[]>;
  /**
   * Goes out for programs that ask it for whole addresses, to listed destinations alone. Such a frontend has no backends
   * and no routes. http only.
   * @default none
   */
  forwardProxy?: Input<ForwardProxyArgs>;
  /**
   * Headers that the log has besides. http only.
   * @default none: headers hold personal data
   */
  captureHeaders?: Input<CaptureHeadersArgs>;
  /**
   * Name of a header that gives each request an id of its own, for servers and the log. http only. HAProxy keyword:
   * `unique-id-header`.
   * @default none: servers may have one of their own
   */
  requestIdHeader?: Input<string>;
  /**
   * Compresses answers. http only.
   * @default none: it costs processor time
   */
  compression?: Input<CompressionArgs>;
  /**
   * Connections at a time; further ones wait in the kernel. HAProxy keyword: `maxconn`.
   * @default no limit of its own
   */
  maxConnections?: Input<number>;
  /** How long it waits for clients. */
  timeouts?: Input<FrontendTimeoutsArgs>;
  /**
   * Further lines for this frontend, as HAProxy's manual has them, each on its own. HAProxy has to accept them.
   * @default none
   */
  raw?: Input<Input<string>[]>;
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
   * @default "roundrobin": fair by weight, and weights change without a reload
   */
  balance?: Input<BalanceAlgorithm>;
  /** Name of the query parameter or header that `url_param` or `hdr` looks at. */
  balanceKey?: Input<string>;
  /**
   * How hashes find their server; for `source`, `uri`, `url_param`, `hdr` and `rdp-cookie`.
   * @default "consistent": a server that comes or goes moves only its own share
   */
  hashType?: Input<HashType>;
  /** The servers. Either these, or `discovery`. */
  servers?: Input<Input<ServerArgs>[]>;
  /** Finds the servers by DNS. Either this, or `servers`. */
  discovery?: Input<DiscoveryArgs>;
  /**
   * How servers are found to be working.
   * @default a TCP connection every 2 seconds: no server refuses that, and HTTP paths are not to be guessed
   */
  healthCheck?: Input<HealthCheckArgs>;
  /**
   * Keeps a client on the server that it had before.
   * @default none: any server gets any request, which spreads load best
   */
  persistence?: Input<PersistenceArgs>;
  /**
   * Asks a program on each server besides.
   * @default none
   */
  agentCheck?: Input<AgentCheckArgs>;
  /**
   * Takes out a server on errors of real traffic, until it passes its health check again.
   * @default none: with few servers, a bad request that fails everywhere would take them all out
   */
  passiveCheck?: Input<PassiveCheckArgs>;
  /**
   * Seconds over which a server that came back gets more and more of its share. HAProxy keyword: `slowstart`.
   * @default its whole share at once: only servers that have to warm up need more
   */
  slowStartSeconds?: Input<number>;
  /**
   * Further attempts to connect to a server, 0 to 20. HAProxy keyword: `retries`.
   * @default 3: a server that restarts is often back within the second between two attempts
   */
  retries?: Input<number>;
  /**
   * Whether the attempts, and requests that stick to a server that is gone, go to another server. HAProxy keyword:
   * `option redispatch`.
   * @default true: another server answers sooner than a dead one
   */
  redispatch?: Input<boolean>;
  /**
   * Reaches the servers by TLS.
   * @default unencrypted
   */
  tls?: Input<BackendTlsArgs>;
  /**
   * Speaks HTTP/2 to the servers, which gRPC needs. http only. HAProxy keywords: `proto h2`, `alpn`.
   * @default false: many servers do not speak it without TLS
   */
  http2?: Input<boolean>;
  /**
   * Begins each connection to a server with the PROXY protocol. HAProxy keywords: `send-proxy`, `send-proxy-v2`.
   * @default none: a server that does not expect it takes it for rubbish
   */
  sendProxyProtocol?: Input<ProxyProtocol>;
  /**
   * Whose requests may share a connection to a server. http only.
   * @default "safe": never the first request of a client
   */
  connectionReuse?: Input<ConnectionReuse>;
  /**
   * Changes of headers, for all requests and answers. http only.
   * @default none
   */
  headers?: Input<HeadersArgs>;
  /**
   * Keeps small answers in memory. http only.
   * @default none: only you know which answers may be given to somebody else
   */
  cache?: Input<CacheArgs>;
  /** How long it waits for servers. */
  timeouts?: Input<BackendTimeoutsArgs>;
  /**
   * Further lines for this backend, as HAProxy's manual has them, each on its own. HAProxy has to accept them.
   * @default none
   */
  raw?: Input<Input<string>[]>;
}
