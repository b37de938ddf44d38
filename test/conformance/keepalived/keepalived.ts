// The Keepalived that the lab's hosts install, checking configurations without a host.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensureBaseImage, type Suite } from "../../lab/base/image";
import { must } from "../../lab/command";

/** keepalived.conf, and what else it needs: interfaces.conf, and tmpfiles.conf for the files that it watches. */
export type Configuration = Readonly<Record<string, string>>;

/** What `keepalived --config-test` says to each; nothing when it is content. The host has eth0 and eth1. */
export async function complaints(
  suite: Suite,
  configurations: ReadonlyMap<string, Configuration>,
): Promise<Map<string, string>> {
  const { root, repositories } = await ensureBaseImage((line) => console.log(`    ${line}`), suite);
  const folder = mkdtempSync(join(tmpdir(), "keepalived-"));
  const place = (...path: string[]) => join(folder, "configurations", ...path);
  try {
    mkdirSync(join(folder, "scratch"));
    for (const [name, files] of configurations) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(place(name, path)), { recursive: true });
        writeFileSync(place(name, path), content);
      }
    }
    const script = ["sh", join(__dirname, "check.sh"), root, join(repositories, "repository"), place()];
    await must("unshare", ["--mount", "--net", ...script, join(folder, "scratch")]);
    return new Map(
      [...configurations.keys()].map((name) => {
        const [said, status] = ["said", "status"].map((file) => readFileSync(place(name, file), "utf8").trim());
        return [name, status === "0" ? (said ?? "") : `exit status ${status}: ${said}`];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
