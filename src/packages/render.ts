// What `install` gets on a node: its settings, and apt's files for the repository that HAProxy comes from.
import { renderTemplate } from "../host/template";
import { type Program, packagesOf, programOf, type Source, sourceOf } from "./model";
import type { Packages } from "./rules";

interface InstallFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string;
}

const DEFAULT_LOCK_SECONDS = 300;

interface InstallOptions {
  /** What the platform's mover needs beside what every node does. @default nothing */
  readonly moverPackages?: readonly string[];
  /** Another one than before has the node look again what is missing. @default none */
  readonly revision?: string;
  /** Addresses of a load balancer that was made by hand and may be there. @default none may be there */
  readonly adopts?: readonly string[];
}

export function installFiles(
  packages: Packages = {},
  { moverPackages = [], revision = "", adopts }: InstallOptions = {},
): InstallFile[] {
  const program = programOf(packages.haproxy);
  const source = sourceOf(packages);
  const others = packagesOf(packages, moverPackages).filter((name) => name !== program.package);
  const settings = {
    LOCK_SECONDS: packages.lockTimeoutSeconds ?? DEFAULT_LOCK_SECONDS,
    HAPROXY_PACKAGE: program.package,
    HAPROXY_BRANCH: program.branch ?? "",
    OTHER_PACKAGES: `"${others.join(" ")}"`,
    UPGRADE: packages.upgrade ?? "never",
    ...(adopts ? { ADOPT: "yes", ADDRESSES: `"${adopts.join(" ")}"` } : { ADOPT: "no" }),
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  return [
    { path: "settings", mode: 0o600, content: lines.join("") },
    ...(source ? sourceFiles(source, program) : []),
    ...(revision ? [{ path: "revision", mode: 0o644, content: `${revision}\n` }] : []),
  ];
}

/** Below "apt" they have the places that they get below /etc/apt. */
function sourceFiles(source: Source, program: Program): InstallFile[] {
  const { login, key } = source;
  const { protocol, host, hostname } = new URL(source.url);
  const view = {
    ...source,
    components: source.components.join(" "),
    hostname,
    pinned: program.branch ? [program] : [],
  };
  const secrets = [key, login?.password].filter((secret) => secret !== undefined);
  return [
    {
      path: "apt/sources.list.d/ha-load-balancer.sources",
      mode: key ? 0o600 : 0o644,
      content: renderTemplate("packages/apt.sources.mustache", view),
    },
    {
      path: "apt/preferences.d/ha-load-balancer.pref",
      mode: 0o644,
      content: renderTemplate("packages/apt.pref.mustache", view),
    },
    { path: "apt/keyrings/ha-load-balancer.asc", mode: 0o644, content: `${source.signingKey.trim()}\n` },
    ...(login
      ? [
          {
            path: "apt/auth.conf.d/ha-load-balancer.conf",
            mode: 0o600,
            content: `machine ${protocol}//${host}\nlogin ${login.user}\npassword ${login.password}\n`,
          },
        ]
      : []),
    { path: "secrets", mode: 0o600, content: secrets.map((secret) => `${secret}\n`).join("") },
  ];
}
