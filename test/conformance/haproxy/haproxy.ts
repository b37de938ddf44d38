// The HAProxy that the lab's hosts install, run here on configurations without a host.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { RenderedProxy } from "../../../src/haproxy/render";
import { certificate } from "../../certificates";
import { ensureBaseImage } from "../../lab/base/image";
import { must, run, until } from "../../lab/command";

/** The oldest that the lab's hosts install, and the newest. */
export const haproxyVersions = ["2.6", "3.0"] as const;

/** Where their packages are among the lab's: the program, and libraries that this machine may lack. */
const packages = {
  "2.6": { folder: "repository", names: /^(haproxy|liblua|libopentracing).*\.deb$/ },
  "3.0": { folder: "community/pool", names: /^haproxy.*\.deb$/ },
};
const architecture = { x64: "x86_64", arm64: "aarch64" }[process.arch as "x64"];

export class CheckingHaproxy {
  private constructor(
    private readonly root: string,
    private readonly version: (typeof haproxyVersions)[number],
  ) {}

  /** Unpacks it beside the lab's package repositories, once. */
  static async ready(version: (typeof haproxyVersions)[number] = "2.6"): Promise<CheckingHaproxy> {
    const { repositories } = await ensureBaseImage((line) => console.log(`    ${line}`), "bookworm");
    const root = join(repositories, `haproxy-${version}`);
    if (!existsSync(root)) {
      const unfinished = mkdtempSync(`${root}.`);
      const { folder, names } = packages[version];
      for (const name of readdirSync(join(repositories, folder)).filter((file) => names.test(file))) {
        await must("dpkg", ["-x", join(repositories, folder, name), unfinished]);
      }
      renameSync(unfinished, root);
    }
    return new CheckingHaproxy(root, version);
  }

  /** What `haproxy -c` complains of: warnings and errors, a line each. Nothing when it is content. */
  complaints({ text, files }: Pick<RenderedProxy, "text" | "files">): string[] {
    const folder = written(text, files);
    try {
      const [command = "", ...args] = [...this.command(), "-c", "-C", folder, "-f", "haproxy.cfg"];
      const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
      const lines = stderr.split("\n").filter((line) => /^\[(WARNING|ALERT)\]/.test(line));
      return status === 0 || lines.length > 0 ? lines : [`exit status ${status}: ${stderr}`];
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /**
   * Runs it in a network of its own until it says by which configuration it works, or ends.
   * @param address that it listens on, besides those that any host has
   */
  async readiness({ text, files }: Pick<RenderedProxy, "text" | "files">, address: string): Promise<string> {
    const folder = written(text, files);
    const network = `ip link set lo up && ip address add ${address}/32 dev lo && exec "$@"`;
    const command = [...this.command(), "-db", "-C", folder, "-f", "haproxy.cfg"];
    const child = spawn("unshare", ["--net", "sh", "-c", network, "sh", ...command], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
    try {
      const curl = ["--silent", "--max-time", "2", "--unix-socket", join(folder, "ready.sock"), "http://localhost/"];
      return await until(
        `an answer of HAProxy ${this.version}`,
        async () => {
          if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${said}`);
          return (await run("curl", curl)).stdout || undefined;
        },
        20_000,
        100,
      );
    } finally {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true });
    }
  }

  /** Runs the program where it was unpacked. */
  private command(): string[] {
    const program = join(this.root, "usr/sbin/haproxy");
    if (this.version === "2.6") {
      return ["env", `LD_LIBRARY_PATH=${join(this.root, `usr/lib/${architecture}-linux-gnu`)}`, program];
    }
    // Brings all of its libraries, and their loader.
    const libraries = join(this.root, "usr/lib/haproxy-libraries");
    return [join(libraries, "loader"), "--library-path", libraries, program];
  }
}

/** What the nodes bring themselves. */
const served = /\/var\/lib\/ha-load-balancer\/acme\/served\/(\S+)/g;

/** A folder with the configuration, for this machine, and the files that it names. */
function written(text: string, files: RenderedProxy["files"]): string {
  const folder = mkdtempSync(join(tmpdir(), "haproxy-"));
  const ofNode = [...text.matchAll(served)].map(([, name]) => ({ path: `served/${name}`, content: certificate() }));
  const configuration = { path: "haproxy.cfg", content: forThisMachine(text, folder) };
  for (const { path, content } of [...files, ...ofNode, configuration]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** Names of users are looked up in a check, too; packages make them where they are installed, and these folders. */
function forThisMachine(text: string, folder: string): string {
  return (
    text
      .replace(/^( +)user haproxy$/m, "$1user nobody")
      .replace(/^( +)group haproxy$/m, "$1group nogroup")
      .replaceAll(" user root group ha-lb mode 660", " mode 660")
      .replaceAll("/run/ha-load-balancer/", `${folder}/`)
      .replace("/run/haproxy/admin.sock", join(folder, "admin.sock"))
      .replaceAll(served, join(folder, "served/$1"))
      .replace("chroot /var/lib/haproxy", `chroot ${folder}`)
      // More than this machine may let a process have of open files.
      .replace(/^(global\n(?: .*\n)*? +maxconn) \d+$/m, "$1 500")
  );
}
