// Arguments as large as anybody has them, as plain data.
import { sampleArgs } from "./sampleArgs";

/** What goes with each backend. */
export const perBackend = { servers: 10, tableEntries: 2, backendsOfFrontend: 10 } as const;

/** So many backends of ten servers, each of them reached by a route of its own and by two tables. */
export function largeArgs(backends: number) {
  const names = numbered(backends, (number) => `app-${number}`);
  return {
    platform: sampleArgs().platform,
    frontends: [
      {
        name: "tables",
        port: 80,
        routeTables: [
          { by: "host", backends: byName(names, (name) => `${name}.example.com`) },
          { by: "pathPrefix", backends: byName(names, (name) => `/${name}`) },
        ],
      },
      ...numbered(Math.ceil(backends / perBackend.backendsOfFrontend), (number) => routed(number, names)),
    ],
    backends: names.map((name, index) => ({
      name,
      healthCheck: { path: "/healthz" },
      servers: numbered(perBackend.servers, (number) => ({
        name: `${name}-${number}`,
        address: `10.2.${index % 250}.${number}`,
        port: 8080,
        weight: 100,
      })),
    })),
  };
}

/** A frontend with a route to each of its share of the backends; all on one port, and on addresses of their own. */
function routed(number: number, names: readonly string[]) {
  const share = perBackend.backendsOfFrontend;
  return {
    name: `web-${number}`,
    port: 8000,
    addresses: [address(number)],
    routes: names.slice((number - 1) * share, number * share).map((name) => ({
      match: { hosts: [`${name}.example.com`], pathPrefixes: ["/"] },
      backend: name,
    })),
  };
}

export function address(number: number): string {
  return `10.1.${number >> 8}.${number & 255}`;
}

export function numbered<T>(count: number, make: (number: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

function byName(names: readonly string[], key: (name: string) => string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [key(name), name]));
}
