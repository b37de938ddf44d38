// The lab's Hetzner Cloud API in this process, with machines that do not exist, and a client that hides nothing.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { authority, certificate } from "../../certificates";
import { until } from "../../lab/command";
import type { actionView } from "../../lab/hetzner/actions";
import { HetznerControl } from "../../lab/hetzner/control";
import type { firewallView } from "../../lab/hetzner/resources/firewalls";
import type { floatingIpView } from "../../lab/hetzner/resources/floatingIps";
import type { networkView } from "../../lab/hetzner/resources/networks";
import type { placementGroupView } from "../../lab/hetzner/resources/placementGroups";
import type { serverView } from "../../lab/hetzner/resources/serverState";
import type { sshKeyView } from "../../lab/hetzner/resources/sshKeys";
import { type Running, runHetzner } from "../../lab/hetzner/run";
import { InMemoryMachines } from "./inMemoryMachines";

const directory = process.env.REFERENCE_DIR ?? resolve(__dirname, "../../../../shared/reference");
export const documentFile = join(directory, "hetzner-cloud.openapi.json");
export const hasDocument = () => existsSync(documentFile);

export const tokens = {
  operator: { token: "write".repeat(12), access: "read_write" },
  observer: { token: "read0".repeat(12), access: "read" },
} as const;
export type TokenName = keyof typeof tokens;

type View<F extends (...args: never[]) => unknown> = ReturnType<F>;
export type ServerBody = View<typeof serverView>;
export type FloatingIpBody = View<typeof floatingIpView>;
export type NetworkBody = View<typeof networkView>;
export type FirewallBody = View<typeof firewallView>;
export type ActionBody = View<typeof actionView>;

/** Whatever an answer may hold; a test reads what it asked for. */
export interface Body {
  readonly server: ServerBody;
  readonly servers: readonly ServerBody[];
  readonly floating_ip: FloatingIpBody;
  readonly floating_ips: readonly FloatingIpBody[];
  readonly network: NetworkBody;
  readonly firewall: FirewallBody;
  readonly placement_group: View<typeof placementGroupView>;
  readonly ssh_key: View<typeof sshKeyView>;
  readonly ssh_keys: readonly View<typeof sshKeyView>[];
  readonly action: ActionBody;
  readonly actions: readonly ActionBody[];
  readonly next_actions: readonly ActionBody[];
  readonly root_password: string | null;
  readonly server_types: readonly { readonly name: string }[];
  readonly images: readonly { readonly id: number; readonly name: string }[];
  readonly primary_ip: { readonly ip: string; readonly assignee_id: number };
  readonly meta: { readonly pagination: Readonly<Record<string, number | null>> };
  readonly error: { readonly code: string; readonly message: string; readonly details: unknown };
}

export interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
  /** As it came. */
  readonly text: string;
}

export interface AskOptions {
  readonly token?: TokenName | "unknown" | "none";
  /** Local address to ask from. */
  readonly from?: string;
  readonly raw?: string;
}

export class ApiForTests {
  private constructor(
    readonly machines: InMemoryMachines,
    readonly control: HetznerControl,
    private readonly running: Running,
    readonly folder: string,
  ) {}

  static async start(machines = new InMemoryMachines()): Promise<ApiForTests> {
    const folder = mkdtempSync(join(tmpdir(), "hetzner-"));
    const controlSocket = join(folder, "hetzner.sock");
    const pem = certificate({ names: ["localhost"] });
    const running = await runHetzner({
      endpoints: [{ address: "127.0.0.1", port: 0 }],
      certificate: pem,
      key: pem,
      tokens,
      controlSocket,
      machines,
      ...(hasDocument() && { schemaFile: documentFile }),
    });
    return new ApiForTests(machines, new HetznerControl(controlSocket), running, folder);
  }

  /** Also says so when anything was not as Hetzner's document has it. */
  async stop(): Promise<void> {
    const violations = await this.control.violations();
    await this.running.stop();
    rmSync(this.folder, { recursive: true });
    assert.deepEqual(violations, []);
  }

  get port(): number {
    return this.running.server.connections.endpoints[0]?.port ?? 0;
  }

  get url(): string {
    return `https://localhost:${this.port}/v1`;
  }

  ask(method: string, path: string, body?: unknown, options: AskOptions = {}): Promise<Response> {
    const { token = "operator", from, raw } = options;
    const text = token === "unknown" ? "nobody".repeat(10) : token === "none" ? undefined : tokens[token].token;
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const headers = {
      ...(text && { Authorization: `Bearer ${text}` }),
      ...(content && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(content) }),
    };
    return new Promise((done, failed) => {
      const request = https.request(
        {
          host: "127.0.0.1",
          servername: "localhost",
          port: this.port,
          path: `/v1${path}`,
          method,
          headers,
          agent: false,
          ca: authority(),
          localAddress: from,
          timeout: 5000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.once("error", failed);
          response.once("end", () => {
            const text = Buffer.concat(chunks).toString();
            done({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed(text) });
          });
        },
      );
      request.once("timeout", () => request.destroy(new Error("timeout")));
      request.once("error", failed);
      request.end(content);
    });
  }

  /** Of a request that has to succeed. */
  async must(method: string, path: string, body?: unknown): Promise<Body> {
    const answer = await this.ask(method, path, body);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** The code of a request's error, with its status: "423 locked". */
  async refusal(method: string, path: string, body?: unknown, options?: AskOptions): Promise<string> {
    const answer = await this.ask(method, path, body, options);
    return `${answer.status} ${answer.body?.error?.code}`;
  }

  /** Waits until no action runs. */
  settled(): Promise<true> {
    return until("all actions to end", async () => (await this.control.state()).running.length === 0, 10_000, 5);
  }

  async server(name: string, options: object = {}): Promise<ServerBody> {
    const { server } = await this.must("POST", "/servers", {
      name,
      server_type: "cx23",
      image: "debian-12",
      ...options,
    });
    await this.settled();
    return server;
  }

  async floatingIp(name: string, options: object = {}): Promise<FloatingIpBody> {
    const body = { name, type: "ipv4", home_location: "fsn1", ...options };
    return (await this.must("POST", "/floating_ips", body)).floating_ip;
  }

  async network(name = "lan"): Promise<NetworkBody> {
    const subnets = [{ type: "cloud", network_zone: "eu-central", ip_range: "10.77.1.0/24" }];
    return (await this.must("POST", "/networks", { name, ip_range: "10.77.0.0/16", subnets })).network;
  }
}

/** Nothing is in what is no JSON. */
function parsed(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return {} as Body;
  }
}
