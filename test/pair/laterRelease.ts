// A later release of this package, as a project of somebody's would have it installed: the build with another version,
// and with changes to what a release changes on hosts.
import { appendFile, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
/** Each in its own syntax a comment: what a node does with the file stays the same. */
const changed = [
  "host/files/install",
  "host/files/lib/ha_lb/status.py",
  "haproxy/haproxy.cfg.mustache",
  "keepalived/keepalived.conf.mustache",
];

/** @returns what `PairSettings.project` takes */
export async function laterRelease(directory: string): Promise<string> {
  const project = join(directory, "later-release");
  const place = join(project, "node_modules/pulumi-ha-load-balancer");
  await mkdir(place, { recursive: true });
  await cp(join(root, "dist"), join(place, "dist"), { recursive: true });
  await symlink(join(root, "node_modules"), join(place, "node_modules"));
  const { version, ...description } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  await writeFile(join(place, "package.json"), JSON.stringify({ ...description, version: `${version}-later` }));
  for (const file of changed) await appendFile(join(place, "dist", file), "# Of a later release.\n");
  return project;
}
