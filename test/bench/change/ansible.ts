// The same hosts in the care of Ansible (Debian's), by the playbook beside this file.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { tutorialConfiguration } from "../failover/tutorial";
import { releasePath, sign, type Wanted } from "./kinds";

const playbook = join(__dirname, "playbook", "playbook.yml");

export class Ansible {
  private plays = 0;

  private constructor(
    private readonly lab: Lab,
    private readonly folder: string,
    readonly version: string,
  ) {}

  static async prepare(lab: Lab): Promise<Ansible> {
    const { code, stdout } = await run("ansible-playbook", ["--version"]).catch(() => ({ code: 1, stdout: "" }));
    if (code !== 0) {
      throw new Error("ansible-playbook is not there; on Debian and Ubuntu it comes with apt-get install ansible");
    }
    const folder = join(lab.stateDir, "ansible");
    await mkdir(folder, { recursive: true });
    const hosts = loadBalancers.map((name) => {
      const [target, ...options] = lab.hosts[name].sshArguments().reverse();
      const [user, address] = (target ?? "").split("@");
      return `${name} ansible_host=${address} ansible_user=${user} ansible_ssh_common_args="${options.reverse().join(" ")}"`;
    });
    await writeFile(join(folder, "hosts"), `[load_balancers]\n${hosts.join("\n")}\n`);
    for (const name of loadBalancers) {
      await writeFile(join(folder, `keepalived-${name}.conf`), tutorialConfiguration(name));
    }
    return new Ansible(lab, folder, /\[core (\S+)\]/.exec(stdout)?.[1] ?? stdout);
  }

  /** The user's own part: what a pull request would change. */
  async edit(text: string): Promise<void> {
    await writeFile(join(this.folder, "haproxy.cfg"), text);
  }

  async play(wanted: Wanted): Promise<void> {
    const values = {
      files: this.folder,
      url: `http://127.0.0.1${releasePath}`,
      location: sign("route", wanted).at(-1),
      // Known to be there; looking for it costs a second.
      ansible_python_interpreter: "/usr/bin/python3",
    };
    const args = ["--inventory", join(this.folder, "hosts"), "--extra-vars", JSON.stringify(values), playbook];
    const env = {
      ...process.env,
      ANSIBLE_HOME: join(this.folder, "home"),
      ANSIBLE_LOCAL_TEMP: join(this.folder, "tmp"),
      ANSIBLE_NOCOLOR: "1",
      // One play leaves its connections to the next one, if that comes within a minute; changes rarely do.
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(this.folder, `connections-${++this.plays}`),
      // As its own documentation advises to be quick.
      ANSIBLE_PIPELINING: "True",
    };
    const { code, stdout, stderr } = await this.lab.operator.run("ansible-playbook", args, { env, timeoutMs: 120_000 });
    if (code !== 0) {
      throw new Error(`ansible-playbook: exit status ${code}:\n${stdout}${stderr}`);
    }
  }
}
