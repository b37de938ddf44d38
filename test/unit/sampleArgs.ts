// Arguments in which every field is given and good, as plain data: a test changes what it is about.
import { generateKeyPairSync } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { HaLoadBalancerArgs } from "../../src";
import { type ExistingArgs, existing } from "../../src/platforms/existing";
import { type Settings, validate } from "../../src/validate";
import { InvalidArgumentsError, type Problem } from "../../src/validation/problem";
import { authority, certificate } from "../certificates";

/** Looks like the public key of a host; the same letter gives the same key. */
export function hostKey(letter: string): string {
  const type = "ssh-ed25519";
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `${type} ${Buffer.concat([part(Buffer.from(type)), part(Buffer.alloc(32, letter))]).toString("base64")}`;
}

/** A key that opens nothing. */
export const privateKey = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;

export const encryptedPrivateKey = generateKeyPairSync("ed25519").privateKey.export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: "open sesame",
}) as string;

/** Looks like the key that a repository is signed with. */
export const signingKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----
Comment: of the tests

${Buffer.alloc(120, "a key").toString("base64").replace(/.{64}/g, "$&\n")}
=abcd
-----END PGP PUBLIC KEY BLOCK-----
`;

const sample = {
  frontends: [
    {
      name: "web",
      mode: "http",
      port: 80,
      addresses: ["198.51.100.10", "2001:db8::10"],
      defaultBackend: "app",
      routes: [
        {
          match: {
            hosts: ["shop.example.com", "*.shop.example.com"],
            paths: ["/login"],
            pathPrefixes: ["/api"],
            pathRegexes: ["^/v[0-9]+/"],
            methods: ["GET"],
            headers: [{ name: "X-Kind", values: ["a b", "c"] }],
            query: [{ name: "debug", values: ["1"] }],
            cookies: [{ name: "beta", values: ["on"] }],
            sourceNetworks: ["10.0.0.0/8"],
            serverNames: ["secure.example.com"],
            all: [{ methods: ["HEAD"] }],
            any: [{ paths: ["/one"] }, { paths: ["/two"] }],
            not: { hosts: ["old.example.com"] },
          },
          backend: "app",
          rewrite: { stripPrefix: "/api", addPrefix: "/internal" },
        },
        { match: { paths: ["/old"] }, redirect: { location: "https://example.com/new page", status: 301 } },
        { match: { paths: ["/older"] }, redirect: { prefix: "https://www.example.com", status: 308 } },
        { match: { paths: ["/plain"] }, redirect: { scheme: "https", status: 302 } },
        {
          match: { paths: ["/robots.txt"] },
          respond: {
            status: 200,
            contentType: "text/plain",
            body: "User-agent: *\n",
            headers: { "Cache-Control": "no-store" },
          },
        },
      ],
      routeTables: [
        { by: "host", backends: { "a.example.com": "app" } },
        { by: "pathPrefix", backends: { "/a": "app" } },
      ],
      tls: {
        certificates: [certificate()],
        profile: "modern",
        alpn: ["h2", "http/1.1"],
        clientCertificates: { authorities: authority(), mode: "optional" },
        strictServerName: true,
        hsts: { maxAgeSeconds: 31_536_000, includeSubDomains: true },
      },
      redirectToHttps: false,
      acceptProxyProtocolFrom: ["192.0.2.0/24"],
      forwardedHeaders: "both",
      headers: {
        request: { remove: ["X-Debug"], set: { "X-Edge": "100 % sure" }, add: { Via: "1.1 edge" } },
        response: { remove: ["Server"], set: { "X-Frame-Options": "DENY" }, add: { "X-Note": "it's fine" } },
      },
      access: {
        allow: ["198.51.100.0/24", "2001:db8::/32"],
        deny: ["198.51.100.66"],
        basicAuth: { realm: "the shop's back door", users: { alice: "$6$saltsalt$abcdefghijklmnopqrstuvwxyz" } },
        maxBodyBytes: 1_000_000,
      },
      rateLimits: [
        { requests: 100, perSeconds: 10, burst: 20, by: "header", name: "X-Api-Key", action: "drop", tableSize: 1000 },
        { errors: 20, perSeconds: 60, penaltySeconds: 300, by: "source", action: "reject" },
      ],
      captureHeaders: { request: ["User-Agent"], response: ["Content-Type"] },
      requestIdHeader: "X-Request-Id",
      compression: { types: ["text/html", "text/css"] },
      maxConnections: 10_000,
      timeouts: { clientSeconds: 30, httpRequestSeconds: 5, keepAliveSeconds: 2.5 },
      raw: ["tcp-request inspect-delay 3s"],
    },
    {
      name: "tls",
      mode: "tcp",
      port: 443,
      defaultBackend: "db",
      rateLimits: [{ connections: 50, perSeconds: 10 }],
    },
    {
      name: "out",
      port: 3128,
      forwardProxy: { destinations: ["example.org", "*.example.org"], ports: [80, 8080], resolvers: ["10.0.0.2:53"] },
    },
  ],
  backends: [
    {
      name: "app",
      mode: "http",
      balance: "leastconn",
      servers: [
        { name: "one", address: "10.0.1.1", port: 8080, weight: 10, backup: false, maxConnections: 500 },
        { name: "two", address: "app.example.com", port: 8080, weight: 20, backup: true },
      ],
      healthCheck: {
        type: "http",
        path: "/healthz",
        method: "GET",
        host: "app.example.com",
        expectStatus: 204,
        tls: true,
        port: 8081,
        intervalSeconds: 1.5,
        fall: 4,
        rise: 5,
      },
      agentCheck: { port: 9999, intervalSeconds: 3 },
      passiveCheck: { observe: "responses", errorLimit: 20 },
      slowStartSeconds: 30,
      retries: 2,
      redispatch: true,
      tls: {
        verify: "required",
        authorities: authority(),
        serverName: "app.internal.example.com",
        clientCertificate: certificate(),
      },
      http2: true,
      sendProxyProtocol: "v2",
      connectionReuse: "always",
      headers: { request: { remove: ["X-Client"] }, response: { remove: ["X-Powered-By"] } },
      cache: { totalMebibytes: 8, maxObjectBytes: 10_000, maxAgeSeconds: 30 },
      timeouts: { connectSeconds: 1, serverSeconds: 20, queueSeconds: 3, tunnelSeconds: 600 },
      raw: ["option abortonclose"],
    },
    {
      name: "db",
      mode: "tcp",
      balance: "source",
      hashType: "map-based",
      servers: [{ name: "pg", address: "2001:db8:1::5", port: 5432 }],
      healthCheck: { type: "pgsql", user: "monitor" },
    },
  ],
  haproxy: {
    maxConnections: 20_000,
    threads: 2,
    logging: { format: "json", server: "10.0.0.5:514" },
    monitoring: {
      port: 8404,
      addresses: ["10.0.0.11", "10.0.0.12"],
      allow: ["10.0.0.0/24"],
      basicAuth: { realm: "statistics", users: { ops: "$5$saltsalt$abcdefghijklmnopqrstuvwxyz" } },
    },
    errorPages: { "503": "<h1>Back soon</h1>\n" },
    raw: { global: ["tune.bufsize 32768"], defaults: ["option http-keep-alive"] },
  },
  failover: {
    profile: "fast",
    advertIntervalSeconds: 0.25,
    probeIntervalSeconds: 0.4,
    virtualRouterId: 77,
    changeVirtualRouterIdFrom: 51,
    preferredNode: "lb2",
    preemptDelaySeconds: 15,
    statusPort: 9000,
  },
  packages: {
    haproxy: {
      edition: "enterprise",
      version: "3.0",
      source: {
        signingKey,
        url: "https://packages.example.com:8443/{key}/{distribution}-{codename}/{architecture}",
        suite: "{codename}-stable",
        components: ["main", "extra"],
        user: "reader",
        password: "open#sesame",
      },
      enterpriseKey: "0123456789abcdef",
    },
    lockTimeoutSeconds: 100,
  },
  revision: "1",
  platform: {
    nodes: [
      { name: "lb1", host: "192.0.2.11", hostKey: hostKey("a"), peerAddress: "10.0.0.11" },
      { name: "lb2", host: "lb2.example.com", hostKey: hostKey("b"), peerAddress: "10.0.0.12" },
    ],
    virtualAddresses: [
      { address: "198.51.100.10/24", interface: "eth0" },
      { address: "2001:db8::10/64", interface: "eth1.5" },
    ],
    ssh: {
      privateKey,
      user: "admin",
      port: 2222,
      acceptAnyHostKey: false,
      bastion: { host: "bastion.example.com", port: 22, user: "jump", privateKey, hostKey: hostKey("c") },
    },
  },
};

export type SampleArgs = typeof sample;

export function sampleArgs(): SampleArgs {
  return structuredClone(sample);
}

/** A value that no test uses as such: the property is taken away. */
export const removed: unique symbol = Symbol("removed");

/** The sample with the value at a property path such as `frontends[0].name` replaced. */
export function changed(...changes: readonly (readonly [path: string, value: unknown])[]): SampleArgs {
  const args = sampleArgs();
  for (const [path, value] of changes) {
    const keys = Array.from(
      path.matchAll(/\["(.*?)"\]|\[(\d+)\]|(\w+)/g),
      ([, quoted, index, name]) => (quoted ?? index ?? name) as string,
    );
    const last = keys.pop() as string;
    const target = keys.reduce<Record<string, unknown>>((part, key) => part[key] as never, args as never);
    if (value === removed) {
      delete target[last];
    } else {
      target[last] = value;
    }
  }
  return args;
}

/** What a user passes to the component. Wrong on purpose, often: hence no types. */
export function componentArgs(args: unknown): HaLoadBalancerArgs {
  const { platform, ...own } = args as { platform: ExistingArgs };
  return { ...own, platform: existing(platform) } as unknown as HaLoadBalancerArgs;
}

export function validated(args: unknown): pulumi.Output<Settings> {
  return validate("edge", componentArgs(args));
}

export function settled(output: pulumi.Output<Settings>): Promise<Settings> {
  return (output as unknown as { promise(): Promise<Settings> }).promise();
}

/** What is wrong with arguments that are known at once. */
export function problemsOf(args: unknown): readonly Problem[] {
  try {
    validated(args);
  } catch (error) {
    if (error instanceof InvalidArgumentsError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

/** The same, as the lines that a user reads. */
export function messagesOf(args: unknown): string[] {
  return problemsOf(args).map(({ path, message }) => `${path}: ${message}`);
}
