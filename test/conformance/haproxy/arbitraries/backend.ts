// Backends of either mode.
import fc from "fast-check";
import { HealthCheckType, PassiveCheckType } from "../../../../src/haproxy/health/args";
import { BalanceAlgorithm, ConnectionReuse, HashType, ProxyProtocol } from "../../../../src/haproxy/servers/args";
import { SameSite } from "../../../../src/haproxy/sessions/args";
import type { Backend } from "../../../../src/haproxy/shapes";
import { ServerVerification } from "../../../../src/haproxy/tls/args";
import { authority, certificate } from "../../../certificates";
import { changes } from "./routing";
import { address, anyText, headerName, host, many, optionally, port, raw, seconds, some } from "./values";

/** What a backend has in either mode. */
const common = (name: string) => ({
  name: fc.constant(name),
  servers: some(
    fc.record(
      {
        name: fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/),
        // A name that needs no name server: HAProxy looks it up in a check, too.
        address: fc.oneof(address, fc.constant("localhost")),
        port,
        weight: fc.integer({ min: 0, max: 256 }),
        backup: fc.boolean(),
        maxConnections: fc.integer({ min: 1, max: 1000 }),
      },
      { requiredKeys: ["address", "port"] },
    ),
  ),
  discovery: fc.record(
    {
      dns: host,
      port,
      slots: fc.integer({ min: 1, max: 20 }),
      resolvers: many(fc.ipV4()),
      holdSeconds: seconds,
    },
    { requiredKeys: ["dns", "port", "slots"] },
  ),
  hashType: fc.constantFrom(...Object.values(HashType)),
  agentCheck: fc.record({ port, intervalSeconds: seconds }, { requiredKeys: ["port"] }),
  slowStartSeconds: seconds,
  retries: fc.integer({ min: 0, max: 20 }),
  redispatch: fc.boolean(),
  tls: optionally({
    verify: fc.constantFrom(...Object.values(ServerVerification)),
    authorities: fc.constant(authority()),
    serverName: host,
    clientCertificate: fc.constant(certificate()),
  }),
  sendProxyProtocol: fc.constantFrom(...Object.values(ProxyProtocol)),
  timeouts: optionally({
    connectSeconds: seconds,
    serverSeconds: seconds,
    queueSeconds: seconds,
    tunnelSeconds: seconds,
  }),
  raw: raw("option abortonclose", "fullconn 100"),
});

const healthCheck = optionally({
  type: fc.constantFrom(...Object.values(HealthCheckType)),
  path: fc.webPath().map((text) => `/${text.replace(/^\//, "")}`),
  method: fc.constantFrom("GET", "HEAD"),
  host,
  expectStatus: fc.integer({ min: 100, max: 599 }),
  expectBody: anyText,
  user: fc.constantFrom("monitor", "lb-1"),
  tls: fc.boolean(),
  port,
  intervalSeconds: seconds,
  fall: fc.integer({ min: 1, max: 100 }),
  rise: fc.integer({ min: 1, max: 100 }),
});

const bySource = fc.record(
  { source: fc.constant(true), tableSize: fc.integer({ min: 100, max: 1000 }) },
  { requiredKeys: ["source"] },
);
const passiveCheck = (observed: readonly ("connections" | "responses")[]) =>
  optionally({ observe: fc.constantFrom(...observed), errorLimit: fc.integer({ min: 1, max: 100 }) });

export const httpBackend = (name: string): fc.Arbitrary<Backend> =>
  fc
    .record(
      {
        ...common(name),
        balance: fc.constantFrom(...Object.values(BalanceAlgorithm)),
        balanceKey: headerName,
        healthCheck,
        persistence: fc.oneof(
          fc.record({
            cookie: optionally({
              name: headerName,
              secure: fc.constant(true),
              sameSite: fc.constantFrom(...Object.values(SameSite)),
              domain: host,
            }),
          }),
          fc.record({ applicationCookie: headerName, expireSeconds: seconds }, { requiredKeys: ["applicationCookie"] }),
          fc.record({ header: headerName }),
          bySource,
        ),
        passiveCheck: passiveCheck(Object.values(PassiveCheckType)),
        http2: fc.boolean(),
        connectionReuse: fc.constantFrom(...Object.values(ConnectionReuse)),
        headers: optionally({ request: changes, response: changes }),
        cache: optionally({
          totalMebibytes: fc.integer({ min: 1, max: 4 }),
          maxObjectBytes: fc.integer({ min: 1, max: 500_000 }),
          maxAgeSeconds: seconds,
        }),
      },
      { requiredKeys: ["name"], noNullPrototype: true },
    )
    .map(consistent) as fc.Arbitrary<Backend>;

export const tcpBackend = (name: string): fc.Arbitrary<Backend> =>
  fc
    .record(
      {
        ...common(name),
        mode: fc.constant("tcp" as const),
        balance: fc.constantFrom("roundrobin", "static-rr", "leastconn", "first", "source", "random", "rdp-cookie"),
        healthCheck,
        persistence: bySource,
        passiveCheck: passiveCheck(["connections"]),
      },
      { requiredKeys: ["name", "mode"], noNullPrototype: true },
    )
    .map(consistent) as fc.Arbitrary<Backend>;

/** Takes away what nobody would combine; validation would refuse nearly everything otherwise. */
function consistent({
  servers,
  discovery,
  balance,
  balanceKey,
  hashType,
  healthCheck,
  ...rest
}: Record<string, unknown>) {
  const { type, expectBody, user, ...check } = (healthCheck ?? {}) as Record<string, unknown>;
  const isHttp = type === undefined || type === "http";
  const { path: _, method: __, host: ___, expectStatus, ...common } = check;
  return {
    ...rest,
    ...(discovery && !servers ? { discovery } : { servers: servers ?? [{ address: "10.0.0.1", port: 80 }] }),
    ...(balance ? { balance } : {}),
    ...(balance === "hdr" || balance === "url_param" ? { balanceKey: balanceKey ?? "key" } : {}),
    ...(hashType && ["source", "uri", "url_param", "hdr", "rdp-cookie"].includes(balance as string)
      ? { hashType }
      : {}),
    healthCheck: {
      ...(type ? { type } : {}),
      ...(isHttp ? check : common),
      ...(isHttp && expectBody && expectStatus === undefined ? { expectBody } : {}),
      ...(user && ["mysql", "pgsql", "smtp"].includes(type as string) ? { user } : {}),
    },
  };
}
