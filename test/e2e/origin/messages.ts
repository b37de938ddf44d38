// What the origin says and is told: plain data that both its process and the tests know.

/** Where it listens, besides what the lab's hosts have already. */
export const originPorts = {
  /** HTTP/1.1, and WebSockets. */
  http: 8180,
  /** HTTP/2 without TLS. */
  h2c: 8181,
  /** HTTP/1.1 after the PROXY protocol, of either version. */
  proxied: 8182,
  /** HTTP/1.1 and HTTP/2 after TLS. It asks for a client's certificate, and takes any. */
  https: 8183,
  /** Says its name to whoever says something first. */
  line: 8184,
  /** One line for HAProxy's agent check. */
  agent: 8185,
  redis: 8186,
  smtp: 8187,
  pgsql: 8188,
  mysql: 8189,
  ldap: 8190,
  /** UDP: a name server. */
  dns: 8191,
  /** Takes and gives its state; not part of what a test looks at. */
  control: 8192,
  /** UDP: a syslog server. */
  syslog: 8193,
} as const;

export interface Settings {
  /** Its name in answers. */
  readonly name: string;
  /** Certificate and key of the TLS port, in PEM. */
  readonly certificate: string;
  /** Authorities of client certificates, in PEM. */
  readonly authorities: string;
}

/** How it behaves; a test changes it while it runs. */
export interface OriginState {
  /** Status of answers, but for /healthz. @default 200 */
  readonly status: number;
  /** What /healthz says, followed by "by" and the method. */
  readonly health: string;
  /** How many checks of each load balancer at /watched fail from now on, before they are good again. */
  readonly failingChecks: number;
  /** What the agent port says. */
  readonly agent: string;
  /** Whether the ports of protocols speak them, or say something else. */
  readonly fluent: boolean;
  /** While it is true, requests for /held get no answer. */
  readonly holding: boolean;
  /** IPv4 addresses of every name that it is asked for. */
  readonly addresses: readonly string[];
}

/** What arrived so far. */
export interface Counts {
  readonly requests: number;
  /** Of the requests, in the order in which they came; without those for /healthz, as everywhere here. */
  readonly urls: readonly string[];
  /** The most that were being answered at the same time. */
  readonly together: number;
  /** What the syslog server got, a message each. */
  readonly messages: readonly string[];
  /** When each load balancer, by its address, asked for /watched since `failingChecks` was told: in milliseconds. */
  readonly checks: Readonly<Record<string, readonly number[]>>;
}

export interface ProxyHeader {
  readonly version: 1 | 2;
  readonly source: string;
  readonly destination: string;
}

/** A request as it arrived. */
export interface Echo {
  readonly server: string;
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** Port of the load balancer: the same for requests over one connection. */
  readonly peerPort: number;
  readonly tls?: {
    readonly serverName: string | false | null;
    /** Common name of the client's certificate, when the authorities have issued it. */
    readonly client?: string;
  };
  readonly proxy?: ProxyHeader;
}
