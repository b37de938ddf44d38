// Routes, their conditions, and changes of headers.
import fc from "fast-check";
import { anyText, headerName, host, many, network, optionally, path, some } from "./values";

const namedValue = fc.record({ name: headerName, values: some(anyText) }, { requiredKeys: ["name"] });

function matchOf(depth: number): fc.Arbitrary<Record<string, unknown>> {
  const inner =
    depth > 0 ? { all: some(matchOf(depth - 1), 2), any: some(matchOf(depth - 1), 2), not: matchOf(depth - 1) } : {};
  return fc.record(
    {
      hosts: many(
        fc.oneof(
          host,
          host.map((name) => `*.${name}`),
        ),
      ),
      paths: many(path),
      pathPrefixes: many(path),
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
      sourceNetworks: many(network),
      serverNames: many(host),
      ...inner,
    },
    { requiredKeys: [], noNullPrototype: true },
  );
}
const match = matchOf(1);

const headers = fc.dictionary(headerName, anyText, { maxKeys: 3, noNullPrototype: true });
export const changes = optionally({ remove: fc.array(headerName, { maxLength: 2 }), set: headers, add: headers });

export const route = (backend: string) =>
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
          headers: fc.dictionary(headerName, anyText, { maxKeys: 16, noNullPrototype: true }),
        }),
      },
      { requiredKeys: ["respond"] },
    ),
  );

/** What tells connections apart where bytes pass through. */
export const tcpRoute = (backend: string) =>
  fc.record(
    { match: optionally({ sourceNetworks: many(network), serverNames: many(host) }), backend: fc.constant(backend) },
    { requiredKeys: ["backend"] },
  );

/** Lists of backends by what a request asks for. */
export const routeTable = (backend: string) =>
  fc.oneof(
    fc.record({
      by: fc.constant("host" as const),
      backends: fc.dictionary(host, fc.constant(backend), { maxKeys: 3, noNullPrototype: true }),
    }),
    fc.record({
      by: fc.constantFrom("path" as const, "pathPrefix" as const),
      backends: fc.dictionary(path, fc.constant(backend), { maxKeys: 3, noNullPrototype: true }),
    }),
  );
