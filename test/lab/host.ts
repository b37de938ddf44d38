// One lab host, seen by its owner: power button, console (run), SSH.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { now } from "./clock";
import { type Result, type RunOptions, run, until } from "./command";
import {
  type HostName,
  type Link,
  links,
  type MachineName,
  mainAddress,
  namespaceName,
  plugArguments,
  withoutPrefix,
} from "./layout";
import type { Namespace } from "./namespace";
import { Cgroup, isInit, labCgroup } from "./processes";
import type { Switch } from "./switch";

export interface HostContext {
  readonly lab: string;
  readonly stateDir: string;
  /** What is read-only below its overlay: directories, the uppermost first, with colons between. */
  readonly image: string;
  readonly operator: Namespace;
  readonly switch: Switch;
}

export interface SshOptions extends RunOptions {
  /** @default "root" */
  user?: "root" | "admin";
}

const bootTimeoutMs = 60_000;
const powerScript = path.join(__dirname, "machine", "power.sh");

export class Host<Name extends MachineName = HostName> {
  readonly publicAddress: string | undefined;
  readonly publicAddress6: string | undefined;
  readonly privateAddress: string;
  /** Where SSH reaches it from the operator. */
  readonly sshAddress: string;
  /** overlayfs directories and the console's log. */
  readonly dir: string;
  private readonly cgroup: Cgroup;

  constructor(
    readonly name: Name,
    protected readonly context: HostContext,
    ownLinks: readonly Link[] = links[name],
  ) {
    const all = ownLinks.map((link) => ({ network: link.network, addresses: link.addresses.map(withoutPrefix) }));
    [this.publicAddress, this.publicAddress6] = all.find((link) => link.network === "pub")?.addresses ?? [];
    this.privateAddress = all.find((link) => link.network === "priv")?.addresses[0] ?? "";
    this.sshAddress = mainAddress(name);
    this.dir = path.join(context.stateDir, "hosts", name);
    this.cgroup = new Cgroup(path.join(labCgroup(context.lab), name));
  }

  /** As it calls itself. */
  get hostname(): string {
    return this.name;
  }

  /** "ssh-ed25519 AAAA…" */
  get hostKey(): string {
    const line = fs.readFileSync(path.join(this.dir, "upper/etc/ssh/ssh_host_ed25519_key.pub"), "utf8");
    return line.split(" ").slice(0, 2).join(" ");
  }

  /** Runs a command over SSH, as any operator would. */
  ssh(command: string, { user = "root", ...options }: SshOptions = {}): Promise<Result> {
    return this.context.operator.run("ssh", [...this.sshArguments(user), command], { timeoutMs: 30_000, ...options });
  }

  sshArguments(user = "root"): string[] {
    const options = {
      BatchMode: "yes",
      ConnectTimeout: "2",
      IdentitiesOnly: "yes",
      LogLevel: "ERROR",
      StrictHostKeyChecking: "yes",
      UserKnownHostsFile: this.knownHostsFile(),
    };
    const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    return ["-F", "none", "-i", path.join(this.context.stateDir, "id_ed25519"), ...flags, `${user}@${this.sshAddress}`];
  }

  /** Runs a command as root inside, past the network: quick, and possible whatever state the network is in. */
  run(command: string, options: RunOptions = {}): Promise<Result> {
    const leader = this.leader();
    if (leader === undefined) return Promise.reject(new Error(`${this.name} is off`));
    const environment = [
      "-i",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "HOME=/root",
      "LANG=C.UTF-8",
    ];
    const inside = [`--target=${leader}`, "--all", "--wd", "--", "env", ...environment, "sh", "-c", command];
    return run("nsenter", inside, { timeoutMs: 30_000, ...options });
  }

  /** Like `run`, for a command that has to succeed. */
  async must(command: string, options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, options);
    if (code !== 0) throw new Error(`${this.name}: ${command}: exit status ${code}: ${stderr.trim()}`);
    return stdout;
  }

  /** True from power on to power off, whatever it answers. */
  isPowered(): boolean {
    return this.cgroup.isPopulated();
  }

  /** True when it has booted and answers SSH. */
  async isUp(): Promise<boolean> {
    const leader = this.leader();
    return leader !== undefined && leader !== this.departing() && (await this.letsIn());
  }

  /** Returns the time just before the cut. To the others it is gone at once, without a FIN, a RST or a last advert. */
  async powerOff(): Promise<number> {
    const at = now();
    await this.context.switch.unplug(this.name);
    await this.cgroup.remove();
    await run("ip", ["netns", "del", namespaceName(this.context.lab, this.name)]);
    return at;
  }

  /** Boots it and waits until it is up. */
  async powerOn(): Promise<void> {
    await this.switchOn();
    await this.waitUntilUp();
  }

  /** Presses the power button, and does not wait for the boot. */
  async switchOn(): Promise<void> {
    if (this.isPowered()) return;
    this.start();
    await until(`${this.name} to have power`, () => this.isPowered(), 10_000, 5);
  }

  /** An orderly reboot; returns once it is up again. */
  async reboot(): Promise<void> {
    await this.startReboot();
    await this.waitUntilUp();
  }

  /** Orders a reboot. Until it has happened the host does not count as up, though it may answer for a while. */
  async startReboot(): Promise<void> {
    fs.writeFileSync(this.departingFile, String(this.leader() ?? ""));
    // Its status says nothing: the command may be ended by the very reboot.
    await this.run("systemctl reboot");
  }

  async waitUntilUp(): Promise<void> {
    await until(`${this.name} to answer SSH (console: ${this.dir}/console.log)`, () => this.isUp(), bootTimeoutMs);
  }

  /** All addresses on its interfaces without prefix length; also of a frozen host, none of one that is off. */
  async addresses(): Promise<string[]> {
    const namespace = namespaceName(this.context.lab, this.name);
    const { code, stdout } = await run("ip", ["-n", namespace, "-json", "address"]);
    if (code !== 0) return [];
    const interfaces = JSON.parse(stdout) as { addr_info?: { local?: string }[] }[];
    return interfaces.flatMap((entry) => (entry.addr_info ?? []).flatMap((info) => info.local ?? []));
  }

  /** The control group of one of its services, as systemd inside made it. */
  service(unit: string): Cgroup {
    return new Cgroup(path.join(this.cgroup.dir, "payload/system.slice", `${unit}.service`));
  }

  /** From now on its processes, and those that they start, run on these processors alone, such as "0" or "1-3". */
  async pin(processors: string): Promise<void> {
    for (const pid of this.cgroup.allProcesses()) {
      // One that has ended meanwhile needs no place.
      await run("taskset", ["--all-tasks", "--cpu-list", "--pid", processors, String(pid)]);
    }
  }

  /** Stops every process at once, as a stalled hypervisor does; what arrives meanwhile waits. */
  async suspend(): Promise<number> {
    const at = now();
    await this.cgroup.freeze(true);
    return at;
  }

  async resume(): Promise<void> {
    await this.cgroup.freeze(false);
  }

  /** Stalls the whole machine: no process runs, and nothing goes in or out. */
  async freeze(): Promise<number> {
    // Never a moment in which a process runs and what it sends is lost.
    const at = await this.suspend();
    await this.context.switch.mute(this.name, true);
    return at;
  }

  async thaw(): Promise<void> {
    await this.context.switch.mute(this.name, false);
    await this.resume();
  }

  /** True when logins are open; sshd runs before they are (pam_nologin). */
  protected async letsIn(): Promise<boolean> {
    return (await this.ssh("test ! -e /run/nologin", { timeoutMs: 10_000 }).catch(failed)).code === 0;
  }

  protected knownHostsFile(): string {
    return path.join(this.context.stateDir, "known_hosts");
  }

  private start(): void {
    const { lab, image } = this.context;
    for (const dir of ["upper", "work", "root"]) fs.mkdirSync(path.join(this.dir, dir), { recursive: true });
    const log = fs.openSync(path.join(this.dir, "console.log"), "a");
    const args = [powerScript, lab, this.name, this.dir, image, this.cgroup.dir, ...plugArguments(this.name)];
    // Detached, so that neither the end of this process nor Ctrl-C in its terminal is a power cut.
    spawn("sh", args, { detached: true, stdio: ["ignore", log, log], cwd: "/" }).unref();
    fs.closeSync(log);
  }

  /** The PID 1 that the latest reboot ends or ended. */
  private departing(): number | undefined {
    return fs.existsSync(this.departingFile) ? Number(fs.readFileSync(this.departingFile, "utf8")) : undefined;
  }

  private get departingFile(): string {
    return path.join(this.dir, "departing");
  }

  /** Its PID 1 as this machine numbers it. */
  private leader(): number | undefined {
    return this.cgroup.processes("payload/init.scope").find(isInit);
  }
}

const failed = (): Result => ({ code: 1, stdout: "", stderr: "" });
