// Frontends of either mode, and those that are the way out.
import fc from "fast-check";
import { RateLimitAction } from "../../../../src/haproxy/protection/args";
import { ForwardedHeaders } from "../../../../src/haproxy/rewriting/args";
import type { Frontend } from "../../../../src/haproxy/shapes";
import { AlpnProtocol, ClientCertificateMode, TlsProfile } from "../../../../src/haproxy/tls/args";
import { authority, certificate } from "../../../certificates";
import { changes, route, routeTable, tcpRoute } from "./routing";
import { address, anyText, headerName, host, many, network, optionally, port, raw, seconds, some } from "./values";

const amount = fc.integer({ min: 1, max: 1000 });
const rateLimit = fc
  .tuple(
    fc.oneof(fc.record({ requests: amount }), fc.record({ errors: amount }), fc.record({ connections: amount })),
    fc.oneof(
      fc.record({ by: fc.constantFrom("header" as const, "cookie" as const), name: headerName }),
      fc.record({ by: fc.constant("source" as const) }),
    ),
    fc.record(
      {
        perSeconds: amount,
        burst: amount,
        penaltySeconds: amount,
        action: fc.constantFrom(...Object.values(RateLimitAction)),
      },
      { requiredKeys: ["perSeconds"], noNullPrototype: true },
    ),
  )
  .map(([what, key, rest]) => ({ ...what, ...("connections" in what ? {} : key), ...rest }));

const connectionLimit = fc.record(
  { connections: amount, perSeconds: amount, penaltySeconds: amount },
  { requiredKeys: ["connections", "perSeconds"] },
);

/** What a frontend has in either mode. */
const common = (name: string, number: number) => ({
  name: fc.constant(name),
  port: fc.constant(number),
  addresses: some(address, 2),
  acceptProxyProtocolFrom: many(network),
  maxConnections: fc.integer({ min: 1, max: 1000 }),
  raw: raw("option dontlog-normal", "option logasap"),
});

const tls = fc.record(
  {
    certificates: fc.constant([certificate()]),
    profile: fc.constantFrom(...Object.values(TlsProfile)),
    alpn: fc.uniqueArray(fc.constantFrom(...Object.values(AlpnProtocol)), { minLength: 1 }),
    strictServerName: fc.boolean(),
    clientCertificates: fc.record(
      { authorities: fc.constant(authority()), mode: fc.constantFrom(...Object.values(ClientCertificateMode)) },
      { requiredKeys: ["authorities"] },
    ),
  },
  { requiredKeys: ["certificates"] },
);
const hsts = optionally({ maxAgeSeconds: fc.nat(1000), includeSubDomains: fc.boolean() });

/** What a frontend has that reads requests. */
const ofRequests = {
  forwardedHeaders: fc.constantFrom(...Object.values(ForwardedHeaders)),
  headers: optionally({ request: changes, response: changes }),
  access: optionally({
    allow: many(network),
    deny: many(network),
    basicAuth: fc.record(
      { realm: anyText, users: fc.constant({ alice: "$6$saltsalt$abcdefghijklmnop" }) },
      { requiredKeys: ["users"] },
    ),
    maxBodyBytes: fc.nat(1_000_000),
  }),
  rateLimits: some(rateLimit, 2),
  captureHeaders: optionally({
    request: fc.array(headerName, { maxLength: 2 }),
    response: fc.array(headerName, { maxLength: 2 }),
  }),
  requestIdHeader: headerName,
  compression: optionally({ types: many(fc.stringMatching(/^(text|application)\/[a-z]{1,8}$/)) }),
  timeouts: optionally({ clientSeconds: seconds, httpRequestSeconds: seconds, keepAliveSeconds: seconds }),
};

export const httpFrontend = (name: string, number: number, backend: string): fc.Arbitrary<Frontend> =>
  fc
    .record(
      {
        ...common(name, number),
        ...ofRequests,
        defaultBackend: fc.constant(backend),
        routes: fc.array(route(backend), { maxLength: 4 }),
        routeTables: fc.array(routeTable(backend), { maxLength: 2 }),
        tls: fc
          .tuple(tls, fc.option(hsts, { nil: undefined }))
          .map(([one, more]) => (more ? { ...one, hsts: more } : one)),
        redirectToHttps: fc.boolean(),
      },
      { requiredKeys: ["name", "port", "defaultBackend"], noNullPrototype: true },
    )
    .map((one) => ("tls" in one ? { ...one, redirectToHttps: false } : one)) as fc.Arbitrary<Frontend>;

export const tcpFrontend = (name: string, number: number, backend: string): fc.Arbitrary<Frontend> =>
  fc.record(
    {
      ...common(name, number),
      mode: fc.constant("tcp" as const),
      defaultBackend: fc.constant(backend),
      routes: fc.array(tcpRoute(backend), { maxLength: 4 }),
      tls,
      access: optionally({ allow: many(network), deny: many(network) }),
      rateLimits: some(connectionLimit, 2),
      timeouts: optionally({ clientSeconds: seconds }),
    },
    { requiredKeys: ["name", "port", "mode", "defaultBackend"], noNullPrototype: true },
  ) as fc.Arbitrary<Frontend>;

export const forwardingFrontend = (name: string, number: number): fc.Arbitrary<Frontend> =>
  fc.record(
    {
      ...common(name, number),
      ...ofRequests,
      forwardProxy: fc.record(
        {
          destinations: many(
            fc.oneof(
              host,
              host.map((text) => `*.${text}`),
            ),
          ),
          ports: many(port),
          resolvers: many(fc.ipV4()),
        },
        { requiredKeys: ["destinations"] },
      ),
    },
    { requiredKeys: ["name", "port", "forwardProxy"], noNullPrototype: true },
  ) as fc.Arbitrary<Frontend>;
