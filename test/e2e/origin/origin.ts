// An origin beside the services of a web host: a plain process in its network, started and told what to do by a test.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { authority, certificate } from "../../certificates";
import type { HostName, Lab } from "../../lab/lab";
import { Namespace } from "../../lab/namespace";
import { type Counts, type OriginState, originPorts, type Settings } from "./messages";

const running = new Map<string, ChildProcess>();

export class Origin {
  private constructor(
    private readonly lab: Lab,
    readonly name: HostName,
  ) {}

  /** Returns once it listens, in place of the one before. It ends with this process, or with its lab. */
  static async start(lab: Lab, name: HostName, settings: Partial<Settings> = {}): Promise<Origin> {
    await ended(running.get(name));
    const script = path.join(__dirname, "main.ts");
    const child = new Namespace(lab.name, name).spawnScript(script, [], { stdio: ["pipe", "pipe", "inherit"] });
    const all: Settings = { name, certificate: certificate(), authorities: authority(), ...settings };
    child.stdin?.write(`${JSON.stringify(all)}\n`);
    if (!child.stdout) throw new Error("the origin has no output");
    const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    running.set(name, child);
    if (value !== "listening") throw new Error(`the origin on ${name} ended; its messages are above`);
    return new Origin(lab, name);
  }

  get address(): string {
    return this.lab.hosts[this.name].privateAddress;
  }

  /** One of its ports as a server of a backend. */
  server(port: Exclude<keyof typeof originPorts, "control" | "dns" | "syslog">) {
    return { name: this.name, address: this.address, port: originPorts[port] };
  }

  /** Changes how it behaves; what is not named stays. Returns what it counted since the last time. */
  async tell(state: Partial<OriginState> = {}): Promise<Counts> {
    const url = `http://${this.address}:${originPorts.control}/`;
    const { stdout } = await this.lab.operator.run("curl", ["--silent", "--json", JSON.stringify(state), url]);
    return JSON.parse(stdout) as Counts;
  }
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child && child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

/** One on each web host. */
export async function startOrigins(lab: Lab, settings: Partial<Settings> = {}) {
  const [web1, web2] = await Promise.all([Origin.start(lab, "web1", settings), Origin.start(lab, "web2", settings)]);
  return { web1, web2 };
}
