// A later release of this package, as a project of somebody's would have it installed: the build with another version,
// and with changes to what a release changes on hosts and in what nodes tell each other.
import { appendFile, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
/** In the syntax of each a comment: what a node does with the file stays the same. */
const comment = "# Of a later release.\n";
/** What a node says of itself, to operators and to its peer: one thing more, and one less of those it can do without. */
const tellsOtherwise = `
_told_before = local


def local(settings: Settings) -> Status:
    told = {**_told_before(settings), "later": {"known": True}}
    del told["waits"]
    return told
`;
const changes = {
  "host/files/install": comment,
  "host/files/lib/ha_lb/status.py": tellsOtherwise,
  "haproxy/haproxy.cfg.mustache": comment,
  "keepalived/keepalived.conf.mustache": comment,
};

/** @returns what `PairSettings.project` takes */
export async function laterRelease(directory: string): Promise<string> {
  const project = join(directory, "later-release");
  const place = join(project, "node_modules/pulumi-ha-load-balancer");
  await mkdir(place, { recursive: true });
  await cp(join(root, "dist"), join(place, "dist"), { recursive: true });
  await symlink(join(root, "node_modules"), join(place, "node_modules"));
  const { version, ...description } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  await writeFile(join(place, "package.json"), JSON.stringify({ ...description, version: `${version}-later` }));
  for (const [file, text] of Object.entries(changes)) await appendFile(join(place, "dist", file), text);
  return project;
}
