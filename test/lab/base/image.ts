// The hosts' base image and the package repository, kept in the cache under a stamp of their recipe.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { must, run } from "../command";
import { cacheDir, repository } from "../layout";

/** Releases of Debian that hosts can have. */
export const suites = ["bookworm", "trixie"] as const;
export type Suite = (typeof suites)[number];

const repositoryUrl = `http://${repository.host}:${repository.port}/`;

export interface BaseImage {
  /** Read-only below every host's overlay. */
  readonly root: string;
  /** Lies above `root` below the overlay of a cloud's machine: cloud-init and what else a cloud's image has. */
  readonly cloud: string;
  /** Holds the package repositories: "repository", flat, whose key the image trusts, "community" and "enterprise". */
  readonly repositories: string;
}

/** What HA_LB_SUITE says. */
export function defaultSuite(): Suite {
  const wanted = process.env.HA_LB_SUITE || suites[0];
  const suite = suites.find((known) => known === wanted);
  if (!suite) throw new Error(`"${wanted}" is no release that the lab knows. There are: ${suites.join(", ")}.`);
  return suite;
}

/** Returns the image, and builds it first (a minute or two) where this recipe's is not in the cache. */
export async function ensureBaseImage(log: (line: string) => void, suite = defaultSuite()): Promise<BaseImage> {
  const dir = path.join(cacheDir(), `base-${suite}-${stamp(suite)}`);
  if (!fs.existsSync(dir)) await build(suite, dir, log);
  return { root: path.join(dir, "root"), cloud: path.join(dir, "cloud"), repositories: dir };
}

async function build(suite: Suite, dir: string, log: (line: string) => void): Promise<void> {
  const mirror = await debianMirror();
  log(`base image: building, once for this machine (Debian ${suite} from ${mirror})`);
  fs.mkdirSync(path.dirname(dir), { recursive: true });
  // An interrupted build takes its processes and mounts along, and leaves the lock free.
  const privately = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const script = ["sh", path.join(__dirname, "build.sh"), dir, suite, mirror, repositoryUrl];
  const { code, stderr } = await run("flock", [`${path.dirname(dir)}/base.lock`, ...privately, ...script], {
    timeoutMs: 20 * 60_000,
    onStdoutLine: log,
  });
  if (code !== 0) throw new Error(`The base image could not be built: ${stderr.trim()}`);
}

/** Of everything that decides what the image holds, but for the versions of packages. */
function stamp(suite: Suite): string {
  const hash = createHash("sha256").update(suite).update(repositoryUrl);
  const files = fs
    .readdirSync(__dirname, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.endsWith(".ts") && fs.statSync(path.join(__dirname, name)).isFile());
  for (const name of files.sort()) hash.update(`\n${name}\n`).update(fs.readFileSync(path.join(__dirname, name)));
  return hash.digest("hex").slice(0, 12);
}

/** The mirror that this machine's own apt uses. */
async function debianMirror(): Promise<string> {
  const given = process.env.HA_LB_DEBIAN_MIRROR || (await mirrorOfApt());
  if (given) return given;
  // apt knows where its lists are from only once it has them.
  await must("apt-get", ["--quiet", "update"], { timeoutMs: 5 * 60_000 });
  const found = await mirrorOfApt();
  if (!found) throw new Error("This machine's apt has no Debian: set HA_LB_DEBIAN_MIRROR to the URL of a mirror.");
  return found;
}

async function mirrorOfApt(): Promise<string | undefined> {
  const filter = ["Identifier: Packages", "Origin: Debian", "Label: Debian"];
  const targets = await must("apt-get", ["indextargets", "--format", "$(REPO_URI)", ...filter]);
  return targets.split("\n")[0]?.replace(/\/$/, "") || undefined;
}
