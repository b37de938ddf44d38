// The lab's Hetzner Cloud in this process, with machines that exist on paper only, and stacks that are deployed to it.
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authority, certificate } from "../../certificates";
import type { Machine, MachineOptions, Machines } from "../../lab/cloud/machines";
import { run } from "../../lab/command";
import { controlSocket, HetznerControl } from "../../lab/hetzner/control";
import { type Running, runHetzner } from "../../lab/hetzner/run";
import { referenceFile } from "../packageSchema";
import { type Resource, type Resources, Stack } from "../stack";

const token = "conformance-token";

export class Cloud {
  readonly control: HetznerControl;

  private constructor(
    readonly directory: string,
    readonly machines: PaperMachines,
    private readonly running: Running,
  ) {
    this.control = HetznerControl.of(directory);
  }

  static async start(): Promise<Cloud> {
    const directory = await mkdtemp(join(tmpdir(), "hetzner-"));
    const machines = new PaperMachines();
    const document = referenceFile("hetzner-cloud.openapi.json");
    const own = certificate({ names: ["localhost"] });
    await writeFile(join(directory, "ca.pem"), authority());
    const running = await runHetzner({
      endpoints: [{ address: "127.0.0.1", port: 0 }],
      certificate: own,
      key: own,
      tokens: { conformance: { token, access: "read_write" } },
      controlSocket: controlSocket(directory),
      machines,
      // Actions that take a moment have to be waited for.
      delays: { "*": 0.05 },
      ...(existsSync(document) && { schemaFile: document }),
    });
    return new Cloud(directory, machines, running);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await rm(this.directory, { recursive: true });
  }

  get endpoint(): string {
    return `https://localhost:${this.running.server.endpoints[0]?.port}/v1`;
  }

  stack(name: string): Promise<Stack> {
    const authorityFile = join(this.directory, "ca.pem");
    return Stack.create({
      name,
      directory: this.directory,
      programDir: join(__dirname, "program"),
      run,
      // The double is a Node.js program, the real provider one in Go.
      env: { NODE_EXTRA_CA_CERTS: authorityFile, SSL_CERT_FILE: authorityFile },
    });
  }

  /** Resources with a provider that is configured for this cloud. */
  withProvider(resources: Resources, configuration: Readonly<Record<string, unknown>> = {}): Resources {
    const provider: Resource = {
      type: "Provider",
      args: { token: { $secret: token }, endpoint: this.endpoint, pollInterval: "20ms", ...configuration },
    };
    const others = Object.entries(resources).map(([name, { options, ...resource }]) => [
      name,
      { ...resource, options: { ...options, provider: "hcloud" } },
    ]);
    return { hcloud: provider, ...Object.fromEntries(others) };
  }

  /** Does something in the cloud that no stack knows of; returns the answer's body. */
  async call<T = unknown>(method: string, pathAndQuery: string, body?: unknown): Promise<T> {
    const [path = "", query] = pathAndQuery.split("?");
    const answer = await this.running.api.answer({
      method,
      path,
      query: new URLSearchParams(query),
      authorization: `Bearer ${token}`,
      body: body === undefined ? "" : JSON.stringify(body),
      source: "127.0.0.1",
    });
    await Promise.all(this.running.project.actions.all().map(({ done }) => done));
    if (answer.status >= 400) {
      throw new Error(`${method} ${path}: ${answer.body}`);
    }
    return (answer.body === "" ? undefined : JSON.parse(String(answer.body))) as T;
  }

  /** Requests that changed something, "POST /servers", since the last time that this was asked. */
  async changes(): Promise<string[]> {
    const requests = await this.control.requests();
    await this.control.forget();
    return requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
  }

  /** Names of everything of a kind: "servers", "floating_ips" … */
  async names(kind: string): Promise<string[]> {
    const answer = await this.call<Record<string, { name: string }[]>>("GET", `/${kind}`);
    return (answer[kind] ?? []).map(({ name }) => name).sort();
  }
}

/** Machines that do nothing but be there. */
export class PaperMachines implements Machines {
  readonly created: MachineOptions[] = [];
  private readonly running = new Map<string, boolean>();

  async create(options: MachineOptions): Promise<Machine> {
    this.created.push(options);
    const number = this.created.length;
    const slot = `srv${number}`;
    this.running.set(slot, true);
    return { slot, publicIpv4: `198.51.100.${30 + number}`, publicIpv6: `2001:db8:${number}::/64` };
  }

  async destroy(slot: string): Promise<void> {
    this.running.delete(slot);
  }

  async powerOn(slot: string): Promise<void> {
    this.running.set(slot, true);
  }

  async powerOff(slot: string): Promise<void> {
    this.running.set(slot, false);
  }

  isRunning(slot: string): boolean {
    return this.running.get(slot) ?? false;
  }

  async setPrivateAddress(): Promise<void> {}
  async route(): Promise<void> {}
  async firewall(): Promise<void> {}
}
