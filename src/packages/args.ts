// Which HAProxy runs, and where the nodes get it from.
import type { Input } from "@pulumi/pulumi";

/**
 * Whose packages: the distribution's own, those of HAProxy's branches that the Debian packaging team makes
 * (haproxy.debian.net), or those of HAProxy Technologies for its customers.
 */
export const HaproxyEdition = {
  distribution: "distribution",
  community: "community",
  enterprise: "enterprise",
} as const;
export type HaproxyEdition = (typeof HaproxyEdition)[keyof typeof HaproxyEdition];

/**
 * A signed apt repository. In `url` and `suite`, each node replaces `{codename}` by that of its release, such as
 * "bookworm", `{distribution}` by "debian" or "ubuntu", and `{architecture}` by what dpkg calls it, such as "amd64".
 */
export interface PackageSourceArgs {
  /**
   * The key that the repository is signed with, in ASCII armour: from "-----BEGIN PGP PUBLIC KEY BLOCK-----" on. apt
   * trusts it for this repository alone.
   */
  signingKey: Input<string>;
  /**
   * Where it is, by http or https: a mirror of your own, for instance. `{key}` stands for `enterpriseKey`. apt tells
   * repositories apart by their host names: give it one that no other source of the nodes has.
   * @default "https://haproxy.debian.net", or "https://www.haproxy.com/download/hapee/key/{key}-plus/3.0r1/{distribution}-{codename}/{architecture}/" with the version
   */
  url?: Input<string>;
  /**
   * Suite of the repository.
   * @default "{codename}-backports-3.0" with the version, or "{codename}" for "enterprise"
   */
  suite?: Input<string>;
  /**
   * Components of the suite.
   * @default ["main"]
   */
  components?: Input<Input<string>[]>;
  /**
   * Name for a repository that asks for one.
   * @default none
   */
  user?: Input<string>;
  /** Password that goes with `user`; becomes a Pulumi secret. */
  password?: Input<string>;
}

/** The HAProxy that the nodes run. */
export interface HaproxyPackageArgs {
  /**
   * Whose packages.
   * @default "distribution"
   */
  edition?: Input<HaproxyEdition>;
  /**
   * HAProxy's branch, 2.6 or newer, such as "3.0". The nodes stay on it until this changes. Goes with "community" and
   * "enterprise".
   * @default what the distribution has
   */
  version?: Input<string>;
  /** The repository. Goes with "community" and "enterprise". */
  source?: Input<PackageSourceArgs>;
  /**
   * The key of your subscription, which stands in the repository's address; becomes a Pulumi secret. Goes with
   * "enterprise".
   */
  enterpriseKey?: Input<string>;
}

/** What becomes of packages that are installed already. */
export const PackageUpgrade = { never: "never", latest: "latest" } as const;
export type PackageUpgrade = (typeof PackageUpgrade)[keyof typeof PackageUpgrade];

/** How the nodes get their packages. */
export interface PackagesArgs {
  /**
   * Which HAProxy.
   * @default the distribution's
   */
  haproxy?: Input<HaproxyPackageArgs>;
  /**
   * Whether HAProxy and Keepalived are brought to the newest version that the nodes' package sources have (within
   * HAProxy's branch), whenever an update looks at packages: at the first one, when something below `packages` changes,
   * and with each new `revision`. What is installed stays as it is with "never", which leaves updates to whoever
   * updates the hosts. Either way, no package of the system's is touched.
   * @default "never"
   */
  upgrade?: Input<PackageUpgrade>;
  /**
   * Seconds to wait for another program that holds apt's lock, 1 to 600: a fresh machine updates itself first.
   * @default 300
   */
  lockTimeoutSeconds?: Input<number>;
}
