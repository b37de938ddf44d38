// The HAProxy that the lab's hosts install, run here on configurations without a host: it only checks them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RenderedProxy } from "../../../src/haproxy/render";
import { ensureBaseImage } from "../../lab/base/image";
import { must } from "../../lab/command";

/** The program and the libraries that this machine may lack. */
const packages = /^(haproxy|liblua|libopentracing)/;

export class CheckingHaproxy {
  private constructor(private readonly root: string) {}

  /** Unpacks it beside the lab's package repository, once. */
  static async ready(): Promise<CheckingHaproxy> {
    const { repository } = await ensureBaseImage((line) => console.log(`    ${line}`));
    const root = join(dirname(repository), "haproxy");
    if (!existsSync(root)) {
      const unfinished = mkdtempSync(`${root}.`);
      for (const name of readdirSync(repository).filter((file) => packages.test(file) && file.endsWith(".deb"))) {
        await must("dpkg", ["-x", join(repository, name), unfinished]);
      }
      renameSync(unfinished, root);
    }
    return new CheckingHaproxy(root);
  }

  /** What `haproxy -c` complains of: warnings and errors, a line each. Nothing when it is content. */
  complaints({ text, files }: Pick<RenderedProxy, "text" | "files">): string[] {
    const folder = mkdtempSync(join(tmpdir(), "haproxy-"));
    try {
      for (const { path, content } of [...files, { path: "haproxy.cfg", content: withUsersOfThisMachine(text) }]) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), content);
      }
      const libraries = join(
        this.root,
        "usr/lib",
        `${{ x64: "x86_64", arm64: "aarch64" }[process.arch as "x64"]}-linux-gnu`,
      );
      const { status, stderr } = spawnSync(
        join(this.root, "usr/sbin/haproxy"),
        ["-c", "-C", folder, "-f", "haproxy.cfg"],
        {
          env: { LD_LIBRARY_PATH: libraries },
          encoding: "utf8",
        },
      );
      const lines = stderr.split("\n").filter((line) => /^\[(WARNING|ALERT)\]/.test(line));
      return status === 0 || lines.length > 0 ? lines : [`exit status ${status}: ${stderr}`];
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** Names of users are looked up in a check, too; the package makes them where it is installed. */
function withUsersOfThisMachine(text: string): string {
  return text
    .replace(/^( +)user haproxy$/m, "$1user nobody")
    .replace(/^( +)group haproxy$/m, "$1group nogroup")
    .replace(" user root group ha-lb mode 660", " mode 660");
}
