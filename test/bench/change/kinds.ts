// The two changes that are made, each of one line: one that a running HAProxy can be told, and one that it cannot.
import type { BackendArgs, FrontendArgs } from "../../../src/haproxy/args";

export const kinds = ["weight", "route"] as const;
export type Kind = (typeof kinds)[number];

/** What differs from one change to the next. */
export interface Wanted {
  /** Of the first server. */
  readonly weight: number;
  /** Where a route sends clients on. */
  readonly release: number;
}

/** Both have three digits for as long as anybody measures: none is the beginning of another. */
export const beginning: Wanted = { weight: 100, release: 100 };

export const releasePath = "/release";

export function changed(before: Wanted, kind: Kind): Wanted {
  return kind === "weight" ? { ...before, weight: before.weight + 1 } : { ...before, release: before.release + 1 };
}

/** What a host's own answers tell when it does as it should; the words are those of watch.py. */
export function sign(kind: Kind, { weight, release }: Wanted): readonly string[] {
  return kind === "weight" ? ["weight", String(weight)] : ["location", latest(release)];
}

export function settings(
  { weight, release }: Wanted,
  servers: readonly { readonly address: string; readonly port: number }[],
): { frontends: FrontendArgs[]; backends: BackendArgs[] } {
  const named = servers.map((server, index) => ({
    name: `web${index + 1}`,
    ...server,
    weight: index === 0 ? weight : 100,
  }));
  return {
    frontends: [
      {
        name: "web",
        port: 80,
        routes: [{ match: { paths: [releasePath] }, redirect: { location: latest(release) } }],
        defaultBackend: "app",
      },
    ],
    backends: [{ name: "app", servers: named, healthCheck: { path: "/healthz" } }],
  };
}

/** The same in a haproxy.cfg that was rendered from those settings, for whoever keeps that file by other means. */
export function edited(text: string, { weight, release }: Wanted): string {
  return text.replace(/\/release-\d+/, latest(release)).replace(/(?<=^\s*server web1 .* weight )\d+/m, String(weight));
}

const latest = (release: number) => `/release-${release}`;
