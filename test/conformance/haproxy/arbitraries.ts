// Frontends and backends of any kind, for properties: far more of them than validation accepts.
import { availableParallelism } from "node:os";
import fc from "fast-check";
import { healthCheckTypes } from "../../../src/haproxy/health/args";
import { logFormats } from "../../../src/haproxy/operation/args";
import type { Haproxy } from "../../../src/haproxy/operation/rules";
import { rateLimitActions } from "../../../src/haproxy/protection/args";
import { forwardedHeaders } from "../../../src/haproxy/rewriting/args";
import { balanceAlgorithms, connectionReuses, hashTypes, proxyProtocols } from "../../../src/haproxy/servers/args";
import type { Backend, Frontend } from "../../../src/haproxy/shapes";
import { tlsProfiles } from "../../../src/haproxy/tls/args";
import * as checks from "../../../src/validation/checks";
import { authority, certificate } from "../../certificates";

/** Text of one line with everything in it that has a meaning somewhere. */
const anyText = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
    fc.string({ unit: fc.constantFrom(..."%[]{}()'\"\\$#; \t-!,|=:@*?&a0"), minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      "if",
      "unless",
      "or",
      "||",
      "}",
      "{",
      "--",
      "-i",
      "-m",
      "%[src]",
      "%%",
      "$HOME",
      "'",
      '"',
      "\\",
      "a b",
      "server x",
      " #",
    ),
  )
  .filter((text) => checks.text(1024)("", text).length === 0);
const host = fc.domain();
const network = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })).map(([ip, length]) => `${ip}/${length}`),
);
const path = fc.oneof(
  fc.webPath().map((text) => (text.startsWith("/") ? text : `/${text}`)),
  fc.string({ unit: fc.constantFrom(..."abc'\"\\$%{}[]()*+.^|-"), maxLength: 10 }).map((text) => `/${text}`),
);
const headerName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,12}$/);
const some = <T>(item: fc.Arbitrary<T>, maxLength = 4) => fc.array(item, { minLength: 1, maxLength });
const optionally = <T>(fields: { [Key in keyof T]: fc.Arbitrary<T[Key]> }) => fc.record(fields, { requiredKeys: [] });
const seconds = fc.integer({ min: 1, max: 100 });

const namedValue = fc.record({ name: headerName, values: some(anyText) }, { requiredKeys: ["name"] });

function matchOf(depth: number): fc.Arbitrary<Record<string, unknown>> {
  const inner =
    depth > 0 ? { all: some(matchOf(depth - 1), 2), any: some(matchOf(depth - 1), 2), not: matchOf(depth - 1) } : {};
  return fc.record(
    {
      hosts: some(
        fc.oneof(
          host,
          host.map((name) => `*.${name}`),
        ),
        40,
      ),
      paths: some(path),
      pathPrefixes: some(path, 40),
      pathRegexes: some(
        fc.oneof(
          fc.constantFrom("^/a+$", "(x|y)[0-9]{2}", "\\.php$", "it's", "['\"#]", "a b$"),
          fc.stringMatching(/^[a-z]{1,5}$/),
        ),
        2,
      ),
      methods: some(fc.constantFrom("GET", "POST", "PROPFIND"), 2),
      headers: some(namedValue, 2),
      query: some(namedValue, 2),
      cookies: some(namedValue, 2),
      sourceNetworks: some(network),
      serverNames: some(host),
      ...inner,
    },
    { requiredKeys: [], noNullPrototype: true },
  );
}
const match = matchOf(1);

const headers = fc.dictionary(headerName, anyText, { maxKeys: 3, noNullPrototype: true });
const changes = optionally({ remove: fc.array(headerName, { maxLength: 2 }), set: headers, add: headers });

const route = (backend: string) =>
  fc.oneof(
    fc.record(
      {
        match,
        backend: fc.constant(backend),
        rewrite: fc.record({ stripPrefix: path, addPrefix: path }, { requiredKeys: ["stripPrefix"] }),
      },
      { requiredKeys: ["backend"] },
    ),
    fc.record(
      {
        match,
        redirect: fc.oneof(
          fc.record({ location: anyText, status: fc.constantFrom(301, 302, 303, 307, 308) }),
          fc.record({ prefix: anyText }),
          fc.record({ scheme: fc.constant("https" as const) }),
        ),
      },
      { requiredKeys: ["redirect"] },
    ),
    fc.record(
      {
        match,
        respond: optionally({
          status: fc.integer({ min: 200, max: 599 }),
          contentType: anyText,
          body: anyText,
          headers,
        }),
      },
      { requiredKeys: ["respond"] },
    ),
  );

export const httpBackend = (name: string): fc.Arbitrary<Backend> =>
  fc
    .record(
      {
        name: fc.constant(name),
        balance: fc.constantFrom(...balanceAlgorithms),
        balanceKey: headerName,
        hashType: fc.constantFrom(...hashTypes),
        servers: some(
          fc.record(
            {
              address: fc.oneof(fc.ipV4(), fc.ipV6()),
              port: fc.integer({ min: 1, max: 65535 }),
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
            port: fc.integer({ min: 1, max: 65535 }),
            slots: fc.integer({ min: 1, max: 20 }),
            resolvers: some(fc.ipV4()),
            holdSeconds: seconds,
          },
          { requiredKeys: ["dns", "port", "slots"] },
        ),
        healthCheck: optionally({
          type: fc.constantFrom(...healthCheckTypes),
          path: fc.webPath().map((text) => `/${text.replace(/^\//, "")}`),
          method: fc.constantFrom("GET", "HEAD"),
          host,
          expectStatus: fc.integer({ min: 100, max: 599 }),
          expectBody: anyText,
          user: fc.constantFrom("monitor", "lb-1"),
          tls: fc.boolean(),
          intervalSeconds: seconds,
        }),
        persistence: fc.oneof(
          fc.record({
            cookie: optionally({
              name: headerName,
              sameSite: fc.constantFrom("Strict" as const, "Lax" as const),
              domain: host,
            }),
          }),
          fc.record({ applicationCookie: headerName, expireSeconds: seconds }, { requiredKeys: ["applicationCookie"] }),
          fc.record({ header: headerName }),
          fc.record(
            { source: fc.constant(true), tableSize: fc.integer({ min: 100, max: 1000 }) },
            { requiredKeys: ["source"] },
          ),
        ),
        agentCheck: fc.record(
          { port: fc.integer({ min: 1, max: 65535 }), intervalSeconds: seconds },
          { requiredKeys: ["port"] },
        ),
        passiveCheck: optionally({
          observe: fc.constantFrom("connections" as const, "responses" as const),
          errorLimit: fc.integer({ min: 1, max: 100 }),
        }),
        slowStartSeconds: seconds,
        retries: fc.integer({ min: 0, max: 20 }),
        redispatch: fc.boolean(),
        tls: optionally({
          verify: fc.constantFrom("required" as const, "none" as const),
          authorities: fc.constant(authority()),
          serverName: host,
          clientCertificate: fc.constant(certificate()),
        }),
        http2: fc.boolean(),
        sendProxyProtocol: fc.constantFrom(...proxyProtocols),
        connectionReuse: fc.constantFrom(...connectionReuses),
        headers: optionally({ request: changes, response: changes }),
        cache: optionally({
          totalMebibytes: fc.integer({ min: 1, max: 4 }),
          maxObjectBytes: fc.integer({ min: 1, max: 500_000 }),
          maxAgeSeconds: seconds,
        }),
        timeouts: optionally({
          connectSeconds: seconds,
          serverSeconds: seconds,
          queueSeconds: seconds,
          tunnelSeconds: seconds,
        }),
      },
      { requiredKeys: ["name"], noNullPrototype: true },
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
    ...(hashType && ["source", "uri", "hdr"].includes(balance as string) ? { hashType } : {}),
    healthCheck: {
      ...(type ? { type } : {}),
      ...(isHttp ? check : common),
      ...(isHttp && expectBody && expectStatus === undefined ? { expectBody } : {}),
      ...(user && ["mysql", "pgsql", "smtp"].includes(type as string) ? { user } : {}),
    },
  };
}

const amount = fc.integer({ min: 1, max: 1000 });
const rateLimit = fc
  .tuple(
    fc.oneof(fc.record({ requests: amount }), fc.record({ errors: amount }), fc.record({ connections: amount })),
    fc.oneof(
      fc.record({ by: fc.constantFrom("header" as const, "cookie" as const), name: headerName }),
      fc.record({ by: fc.constant("source" as const) }),
    ),
    fc.record(
      { perSeconds: amount, burst: amount, penaltySeconds: amount, action: fc.constantFrom(...rateLimitActions) },
      { requiredKeys: ["perSeconds"], noNullPrototype: true },
    ),
  )
  .map(([what, key, rest]) => ({ ...what, ...("connections" in what ? {} : key), ...rest }));

/** Settings of HAProxy as a whole. */
export const haproxy: fc.Arbitrary<Haproxy> = optionally({
  maxConnections: fc.integer({ min: 100, max: 2000 }),
  // HAProxy 3.0 warns of more threads than processors.
  threads: fc.integer({ min: 1, max: availableParallelism() }),
  logging: optionally({ format: fc.constantFrom(...logFormats), server: fc.oneof(fc.ipV4(), fc.ipV6()) }),
  monitoring: optionally({
    allow: some(network),
    basicAuth: fc.constant({ users: { ops: "$6$saltsalt$abcdefghijklmnop" } }),
  }),
  errorPages: fc.constant({ "503": "<p>Back soon</p>", "404": " ", "429": "<p>Slow down</p>" }),
});

export const httpFrontend = (name: string, port: number, backend: string): fc.Arbitrary<Frontend> =>
  fc
    .record(
      {
        name: fc.constant(name),
        port: fc.constant(port),
        addresses: some(fc.oneof(fc.ipV4(), fc.ipV6()), 2),
        defaultBackend: fc.constant(backend),
        routes: fc.array(route(backend), { maxLength: 4 }),
        routeTables: fc.array(
          fc.oneof(
            fc.record({
              by: fc.constant("host" as const),
              backends: fc.dictionary(host, fc.constant(backend), { maxKeys: 3, noNullPrototype: true }),
            }),
            fc.record({
              by: fc.constantFrom("path" as const, "pathPrefix" as const),
              backends: fc.dictionary(path, fc.constant(backend), { maxKeys: 3, noNullPrototype: true }),
            }),
          ),
          { maxLength: 2 },
        ),
        tls: fc.record(
          {
            certificates: fc.constant([certificate()]),
            profile: fc.constantFrom(...tlsProfiles),
            strictServerName: fc.boolean(),
            hsts: optionally({ maxAgeSeconds: fc.nat(1000), includeSubDomains: fc.boolean() }),
            clientCertificates: fc.record({ authorities: fc.constant(authority()) }),
          },
          { requiredKeys: ["certificates"] },
        ),
        redirectToHttps: fc.boolean(),
        acceptProxyProtocolFrom: some(network),
        forwardedHeaders: fc.constantFrom(...forwardedHeaders),
        headers: optionally({ request: changes, response: changes }),
        access: optionally({
          allow: some(network, 40),
          deny: some(network),
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
        compression: optionally({ types: some(fc.constantFrom("text/html", "application/json")) }),
        maxConnections: fc.integer({ min: 1, max: 1000 }),
        timeouts: optionally({ clientSeconds: seconds, httpRequestSeconds: seconds, keepAliveSeconds: seconds }),
      },
      { requiredKeys: ["name", "port", "defaultBackend"], noNullPrototype: true },
    )
    .map((one) => ("tls" in one ? { ...one, redirectToHttps: false } : one)) as fc.Arbitrary<Frontend>;
