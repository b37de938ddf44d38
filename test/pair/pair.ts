// A pair of load balancers, deployed into a lab by the real engine: what demo, benches and end-to-end tests work with.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BackendArgs, FrontendArgs } from "../../src/haproxy/args";
import type { HaproxyArgs } from "../../src/haproxy/operation/args";
import { failoverModel } from "../../src/keepalived/model";
import type { Failover } from "../../src/keepalived/rules";
import { priorities, type Timers } from "../../src/keepalived/timers";
import { programOf } from "../../src/packages/model";
import type { Packages } from "../../src/packages/rules";
import type { AwsArgs, AwsSshArgs } from "../../src/platforms/awsArgs";
import type { HcloudArgs, HcloudSshArgs } from "../../src/platforms/hcloudArgs";
import type { BastionArgs } from "../../src/platforms/sshArgs";
import type { Plain } from "../../src/validation/plain";
import type { LoadOptions, LoadRun } from "../lab/client/loadClient";
import { until } from "../lab/command";
import type { FaultName } from "../lab/faults";
import type { Host } from "../lab/host";
import type { Lab } from "../lab/lab";
import { loadBalancers, type MachineName, sharedAddress, webPort } from "../lab/layout";
import { type ConfigValue, Pulumi, type UpOptions, type UpResult } from "../lab/pulumi";
import { fetchFrom } from "./fetch";
import { type LabPlatform, platformOf } from "./platforms/platform";
import { type LoadBalancerName, other, type Site, type StackOutputs, urlOf } from "./platforms/site";
import { anyArguments, type ExampleName, examples, type Program } from "./programs";

export { type LoadBalancerName, other } from "./platforms/site";

/** What differs from the plain pair; the rest comes from the lab. */
export interface PairSettings {
  readonly failover?: Failover;
  readonly packages?: Packages;
  /** @default "root" */
  readonly sshUser?: "root" | "admin";
  readonly bastion?: Plain<BastionArgs>;
  /** @default the key that the hosts accept */
  readonly privateKey?: string;
  /** @default none */
  readonly privateKeyPassphrase?: string;
  /** Secrets of the stack's configuration, for which "secret:NAME" stands in any other setting. @default none */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What differs for the first and the second node. */
  readonly nodes?: readonly { readonly host?: string; readonly hostKey?: string }[];
  /** @default one on port 80 */
  readonly frontends?: readonly FrontendArgs[];
  /** @default the lab's web servers, checked by HTTP */
  readonly backends?: readonly BackendArgs[];
  readonly haproxy?: HaproxyArgs;
  readonly revision?: string;
  /** The directory of a project that has another build of the package installed. @default this one's */
  readonly project?: string;
  /** What serves on the hosts of `existing` already is taken over. @default false */
  readonly adopt?: boolean;
  /** On `existing`. @default false */
  readonly uninstallOnDestroy?: boolean;
  /** How the program goes about with the component; see program/index.ts. */
  readonly component?: {
    readonly name?: string;
    readonly formerName?: string;
    readonly parent?: string;
    readonly protect?: boolean;
    readonly provider?: string;
    readonly logging?: string;
  };
  /** What differs for `aws`. */
  readonly aws?: AwsSettings;
  /** What differs for `hcloud`. */
  readonly hcloud?: HcloudSettings;
  /** @default a token of the lab's Hetzner Cloud that can read and write */
  readonly failoverToken?: string;
}

export type AwsSettings = Partial<Omit<Plain<AwsArgs>, "ssh">> & { readonly ssh?: Partial<Plain<AwsSshArgs>> };

export type HcloudSettings = Partial<Omit<Plain<HcloudArgs>, "ssh">> & { readonly ssh?: Partial<Plain<HcloudSshArgs>> };

/** What `ha-lb status --json` says. */
export interface PairStatus {
  readonly redundancy: "redundant" | "degraded" | "down";
  readonly holder: string | null;
  readonly problems: readonly string[];
  readonly nodes: readonly {
    readonly node: string;
    readonly state: string;
    readonly ready: boolean;
    readonly bundle: string;
  }[];
}

/** Of the platform `existing`. */
export const url = urlOf(sharedAddress.ipv4);
export const url6 = urlOf(sharedAddress.ipv6);

export class Pair {
  private constructor(
    readonly lab: Lab,
    readonly pulumi: Pulumi,
    private readonly platform: LabPlatform,
    private settings: PairSettings,
  ) {}

  private outputs: StackOutputs | undefined;
  private located: Site | undefined;
  private movedTo: Site | undefined;

  /** Makes the stack without deploying it, on the platform that the lab is for. */
  static async prepare(lab: Lab, settings: PairSettings = {}, stack = anyArguments.name): Promise<Pair> {
    const pair = await Pair.of(lab, { ...anyArguments, name: stack }, settings);
    await pair.configure(settings);
    return pair;
  }

  /** The same, deployed and redundant. */
  static async deploy(lab: Lab, settings: PairSettings = {}, stack?: string): Promise<Pair> {
    const pair = await Pair.prepare(lab, settings, stack);
    await pair.up();
    await pair.waitUntilRedundant();
    return pair;
  }

  /** One of the examples, with the lab's addresses as every example takes them, and what else this one asks for. */
  static async example(
    lab: Lab,
    example: ExampleName | Program,
    values: Readonly<Record<string, ConfigValue>>,
  ): Promise<Pair> {
    const pair = await Pair.of(lab, typeof example === "string" ? examples[example] : example, {});
    const { exampleConfig } = pair.platform;
    await pair.pulumi.config({ ...(exampleConfig as Record<string, ConfigValue>), ...pair.secrets(), ...values });
    return pair;
  }

  private static async of(
    lab: Lab,
    { name, directory, path, stripTypes }: Program,
    settings: PairSettings,
  ): Promise<Pair> {
    const platform = platformOf(lab);
    const stateDir = join(lab.stateDir, `pulumi-${name}`);
    // One that is there belongs to tests before these, on the same hosts.
    await rm(stateDir, { recursive: true, force: true });
    const pulumi = new Pulumi({
      programDir: directory,
      path,
      stripTypes,
      stateDir,
      run: (command, args, options) => lab.operator.run(command, args, options),
      extraEnv: platform.environment,
    });
    await pulumi.init(name);
    return new Pair(lab, pulumi, platform, settings);
  }

  /** The pair is somewhere else than where the lab's platform would have it. */
  moveTo(site: Site): void {
    this.movedTo = site;
  }

  private get site(): Site {
    this.located ??= this.platform.site(this.outputs);
    return this.movedTo ?? this.located;
  }

  /** Changes the settings; the next `up` deploys them. */
  async configure(settings: PairSettings): Promise<void> {
    this.settings = settings;
    const { frontends, backends, haproxy, failover, packages, revision, project, component } = settings;
    const file = join(this.pulumi.stateDir, "arguments.json");
    const args = {
      platform: { kind: this.platform.name, ...this.platform.arguments(settings) },
      frontends: frontends ?? [{ name: "web", port: 80, defaultBackend: "app" }],
      backends: backends ?? [{ name: "app", servers: webServers(this.lab), healthCheck: { path: "/healthz" } }],
      haproxy,
      failover,
      packages,
      revision,
      project,
      component,
    };
    await writeFile(file, JSON.stringify(args));
    await this.pulumi.config({ arguments: file, ...this.secrets() });
  }

  private secrets(): Record<string, ConfigValue> {
    const secrets = Object.entries({ ...this.platform.secrets(this.settings), ...this.settings.secrets });
    return Object.fromEntries(secrets.map(([name, secret]) => [name, { secret }]));
  }

  async up(options: UpOptions = {}): Promise<UpResult> {
    const result = await this.pulumi.up(options);
    this.outputs = result.outputs as unknown as StackOutputs;
    this.located = undefined;
    return result;
  }

  get timers(): Timers {
    return failoverModel(this.settings.failover);
  }

  /** What HAProxy's systemd unit is called. */
  get haproxyService(): string {
    return programOf(this.settings.packages?.haproxy).service;
  }

  /** The VRRP priority of a node: it decides how long it waits before it takes over. */
  priorityOf(name: LoadBalancerName): number {
    const first = this.settings.failover?.preferredNode ?? loadBalancers[0];
    return name === first ? priorities[0] : priorities[1];
  }

  /** The one that is watched, and all of them. */
  get url(): string {
    return this.urls[0] as string;
  }

  get urls(): readonly string[] {
    return this.addresses.map(urlOf);
  }

  get addresses(): readonly string[] {
    return this.site.addresses;
  }

  host(name: LoadBalancerName): Host<MachineName> {
    return this.site.host(name);
  }

  startLoad(options: Omit<LoadOptions, "url">): Promise<LoadRun> {
    return this.lab.client.start({ url: this.url, ...options });
  }

  async answers(): Promise<boolean> {
    return (await fetchFrom(this, this.url)).code === 0;
  }

  /** Breaks something on a node; returns the time just before that. */
  fault(name: FaultName, node: LoadBalancerName): Promise<number> {
    return this.lab.fault(name, this.host(node).name);
  }

  heal(): Promise<void> {
    return this.lab.heal();
  }

  /** The nodes that have a shared address now: one, none for a moment, or two in a partition. */
  holders(address = this.addresses[0] as string): Promise<LoadBalancerName[]> {
    return this.site.holders(address);
  }

  async active(): Promise<LoadBalancerName> {
    const [holder, ...others] = await this.holders();
    if (!holder || others.length > 0) {
      throw new Error(`the shared address is on ${[holder, ...others].filter(Boolean).join(" and ") || "no node"}`);
    }
    return holder;
  }

  async standby(): Promise<LoadBalancerName> {
    return other(await this.active());
  }

  async status(name: LoadBalancerName): Promise<PairStatus> {
    const { stdout, stderr, code } = await this.host(name).run("ha-lb status --json");
    if (stdout === "") {
      throw new Error(`${name}: ha-lb status said nothing and exited with ${code}: ${stderr}`);
    }
    return JSON.parse(stdout);
  }

  /** Waits until both nodes say that the pair is redundant. */
  async waitUntilRedundant(timeoutMs = 60_000): Promise<void> {
    let last = "";
    const agree = async () => {
      const said = await Promise.all(loadBalancers.map((name) => this.status(name).catch(String)));
      last = JSON.stringify(said);
      return said.every((status) => typeof status === "object" && status.redundancy === "redundant");
    };
    await until("both nodes to call the pair redundant", agree, timeoutMs).catch((error: Error) => {
      throw new Error(`${error.message}; last they said: ${last}`);
    });
  }

  /** Bundles as the last successful `up` recorded them. */
  async recordedBundles(): Promise<Record<string, string>> {
    const { resources } = await this.pulumi.exportState();
    const said = resources.map(({ outputs }) => /(\S+) serves with bundle (\w+)/.exec(String(outputs?.stdout ?? "")));
    return Object.fromEntries(said.flatMap((match) => (match ? [[match[1], match[2]]] : [])));
  }
}

/** The lab's own, on both web hosts. */
export function webServers({ hosts: { web1, web2 } }: Lab) {
  return [web1, web2].map(({ privateAddress }) => ({ address: privateAddress, port: webPort }));
}
