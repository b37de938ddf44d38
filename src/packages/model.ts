// Which package, program and repository the settings stand for.
import { createHash } from "node:crypto";
import type { HaproxyPackage, Packages } from "./rules";

/** What an installed HAProxy is called on a node. The one place that knows how editions differ there. */
export interface Program {
  readonly package: string;
  /** Name of its systemd unit, without ".service". */
  readonly service: string;
  readonly binary: string;
  /** What the version has to begin with, where neither the distribution decides it nor the package's name says it. */
  readonly branch?: string;
}

/** A repository's address in few letters, without secrets in them: another one may have another program. */
export function sourceId(packages: Packages | undefined): string | undefined {
  const { source } = packages?.haproxy ?? {};
  const { url, suite, components } = source ?? {};
  return (
    source &&
    createHash("sha256")
      .update(JSON.stringify([url, suite, components]))
      .digest("hex")
      .slice(0, 12)
  );
}

/** An apt repository in which each node has only to replace what it alone knows. */
export interface Source {
  readonly url: string;
  readonly suite: string;
  readonly components: readonly string[];
  readonly signingKey: string;
  readonly login?: { readonly user: string; readonly password: string };
  /** Part of the address, where it is secret. */
  readonly key?: string;
}

/** Debian packages of a node. The mover's come last; no package comes twice. */
export function packagesOf({ haproxy }: Packages = {}, moverPackages: readonly string[] = []): readonly string[] {
  return [...new Set([programOf(haproxy).package, "keepalived", "python3", "iproute2", "nftables", ...moverPackages])];
}

export const KEY = "{key}";

export function programOf({ edition, version }: HaproxyPackage = {}): Program {
  if (edition === "enterprise") {
    return {
      package: `hapee-${version}r1-lb`,
      service: `hapee-${version}-lb`,
      binary: `/opt/hapee-${version}/sbin/hapee-lb`,
    };
  }
  return { package: "haproxy", service: "haproxy", binary: "/usr/sbin/haproxy", branch: version };
}

/** Where HAProxy comes from; undefined where the distribution's own sources have it. */
export function sourceOf({ haproxy = {} }: Packages): Source | undefined {
  const { source, enterpriseKey: key } = haproxy;
  if (!source) {
    return undefined;
  }
  const { url, suite } = defaultsOf(haproxy);
  const { user, password } = source;
  return {
    url: (source.url ?? url).replaceAll(KEY, key ?? KEY),
    suite: source.suite ?? suite,
    components: source.components ?? ["main"],
    signingKey: source.signingKey,
    login: user && password ? { user, password } : undefined,
    key,
  };
}

function defaultsOf({ edition, version }: HaproxyPackage): { url: string; suite: string } {
  return edition === "enterprise"
    ? {
        url: `https://www.haproxy.com/download/hapee/key/${KEY}-plus/${version}r1/{distribution}-{codename}/{architecture}/`,
        suite: "{codename}",
      }
    : { url: "https://haproxy.debian.net", suite: `{codename}-backports-${version}` };
}
