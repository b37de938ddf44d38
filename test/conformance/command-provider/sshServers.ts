// SSH servers for the provider under test, in a network namespace that the engine is run in too. A whole lab would do,
// but for one thing: a server that accepts environment variables, which no Debian host does by default.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { ensureBaseImage } from "../../lab/base/image";
import { must, run } from "../../lab/command";
import type { Run } from "../../lab/pulumi";

/** Takes environment variables as Debian's sshd does: LANG and LC_* only. */
export const strictHost = "192.0.2.1";
/** Takes any environment variable. */
export const openHost = "192.0.2.2";
export const deadHost = "192.0.2.9";

export class SshServers {
  private constructor(
    readonly directory: string,
    readonly privateKey: string,
    private readonly process: ChildProcess,
    private readonly leader: number,
  ) {}

  static async start(): Promise<SshServers> {
    const { root } = await ensureBaseImage((line) => console.warn(line));
    const directory = await mkdtemp(join(tmpdir(), "ssh-servers-"));
    const key = join(directory, "id");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    await copyFile(`${key}.pub`, join(directory, "authorized_keys"));
    const namespaces = ["--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"];
    const child = spawn("unshare", [...namespaces, "sh", join(__dirname, "sshServers.sh"), root, directory], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    for await (const line of createInterface(child.stdout)) {
      if (line === "ready") {
        const leader = (await must("ps", ["-o", "pid=", "--ppid", String(child.pid)])).trim();
        return new SshServers(directory, await readFile(key, "utf8"), child, Number(leader));
      }
    }
    await rm(directory, { recursive: true });
    throw new Error("the SSH servers did not start; their error is above");
  }

  async stop(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.stdin?.end();
    await ended;
    await rm(this.directory, { recursive: true });
  }

  /** Runs a command in the servers' network. */
  readonly run: Run = (command, args, options) =>
    run("nsenter", [`--net=/proc/${this.leader}/ns/net`, "--", command, ...args], options);

  /** Takes an address away from its server, as if the host had died. */
  async cut(host: string): Promise<void> {
    const network = `--net=/proc/${this.leader}/ns/net`;
    await must("nsenter", [network, "--", "ip", "address", "del", `${host}/32`, "dev", "lo"]);
    await must("nsenter", [network, "--", "ip", "route", "add", "unreachable", `${host}/32`]);
  }

  /** A file of the servers; both have the same. */
  read(path: string): Promise<string> {
    return readFile(join(this.directory, "upper", path), "utf8");
  }

  async hostKey(): Promise<string> {
    return (await this.read("/etc/ssh/conformance_key.pub")).split(" ").slice(0, 2).join(" ");
  }

  /** How many connections a server has seen so far. */
  async connections(host: string): Promise<number> {
    return (await this.read(`/data/sshd-${host}.log`)).split("\n").filter((line) => line.startsWith("Connection from"))
      .length;
  }
}
