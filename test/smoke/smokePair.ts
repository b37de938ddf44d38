// A pair in a real account, seen from outside: by SSH, by the cloud's API, and by a client on this machine.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { failoverModel } from "../../src/keepalived/model";
import { priorities } from "../../src/keepalived/timers";
import { type LoadOptions, LoadRun } from "../lab/client/loadClient";
import { now } from "../lab/clock";
import { must, run } from "../lab/command";
import type { FaultName } from "../lab/faults";
import type { TimedPair } from "../pair/faults";
import type { ObservedPair } from "../pair/observe";
import { type LoadBalancerName, urlOf } from "../pair/platforms/site";
import type { SmokeCloud } from "./cloud";

/** So that a watcher who looks all the time does not use up the account's calls. */
const HOLDER_IS_GOOD_FOR_MS = 2_000;

interface Place {
  readonly address: string;
  readonly nodes: Readonly<Record<LoadBalancerName, string>>;
  readonly keyFile: string;
  readonly knownHosts: string;
}

interface Fault {
  readonly inject: string | "power";
  readonly lift: string | "power" | undefined;
}

const faults: Partial<Record<FaultName, Fault>> = {
  "haproxy-stop": { inject: "systemctl stop haproxy", lift: "systemctl start haproxy" },
  "haproxy-hang": {
    inject: "systemctl kill --kill-whom=all --signal=STOP haproxy",
    lift: "systemctl kill --kill-whom=all --signal=CONT haproxy",
  },
  "keepalived-stop": { inject: "systemctl stop keepalived", lift: "systemctl start keepalived" },
  "power-off": { inject: "power", lift: "power" },
  reboot: { inject: "systemctl reboot", lift: undefined },
};
export const smokeFaults = Object.keys(faults) as FaultName[];

export class SmokePair implements ObservedPair, TimedPair {
  readonly timers = failoverModel();
  private broken: { readonly name: FaultName; readonly node: LoadBalancerName } | undefined;
  private seen: { readonly at: number; readonly holders: LoadBalancerName[] } | undefined;

  constructor(
    private readonly place: Place,
    private readonly cloud: SmokeCloud,
  ) {}

  priorityOf(name: LoadBalancerName): number {
    return priorities[name === "lb1" ? 0 : 1];
  }

  async startLoad({ perSecond = 50, timeoutMs = 1000 }: Omit<LoadOptions, "url">): Promise<LoadRun> {
    const script = join(__dirname, "../lab/client/load.ts");
    const args = ["--import", "tsx", script, urlOf(this.place.address), String(perSecond), String(timeoutMs)];
    const load = new LoadRun(spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }), timeoutMs);
    await load.started();
    return load;
  }

  async answers(): Promise<boolean> {
    const response = await fetch(urlOf(this.place.address), { signal: AbortSignal.timeout(2000) }).catch(
      () => undefined,
    );
    return response?.ok ?? false;
  }

  async holders(): Promise<LoadBalancerName[]> {
    if (!this.seen || now() - this.seen.at > HOLDER_IS_GOOD_FOR_MS) {
      const holder = await this.cloud.holderOf(this.place.address);
      const names = Object.entries(this.place.nodes) as [LoadBalancerName, string][];
      this.seen = { at: now(), holders: names.filter(([, own]) => own === holder).map(([name]) => name) };
    }
    return this.seen.holders;
  }

  async fault(name: FaultName, node: LoadBalancerName): Promise<number> {
    const fault = faults[name];
    if (!fault) throw new Error(`the smoke test does not know ${name}`);
    this.broken = { name, node };
    const at = now();
    if (fault.inject === "power") await this.power(node, "poweroff");
    // What ends the machine ends the session, too.
    else await this.ssh(node, fault.inject);
    return at;
  }

  async heal(): Promise<void> {
    const { name, node } = this.broken ?? {};
    this.broken = undefined;
    const lift = name && faults[name]?.lift;
    if (!node || !lift) return;
    if (lift === "power") await this.power(node, "poweron");
    else await this.ssh(node, lift);
  }

  private async power(node: LoadBalancerName, action: "poweron" | "poweroff"): Promise<void> {
    if (!this.cloud.power)
      throw new Error("power-off: the machines of this cloud change their addresses without power");
    await this.cloud.power(this.place.nodes[node], action);
  }

  /** Exit status of `ha-lb status` on a node: 0 when the pair is redundant. */
  async status(node: LoadBalancerName): Promise<number> {
    return (await this.ssh(node, "ha-lb status")).code;
  }

  private ssh(node: LoadBalancerName, command: string) {
    const { keyFile, knownHosts, nodes } = this.place;
    const options = {
      BatchMode: "yes",
      ConnectTimeout: "5",
      IdentitiesOnly: "yes",
      StrictHostKeyChecking: "yes",
      UserKnownHostsFile: knownHosts,
    };
    const flags = Object.entries(options).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    const { user } = this.cloud;
    const asRoot = user === "root" ? command : `sudo -n ${command}`;
    return run("ssh", ["-F", "none", "-i", keyFile, ...flags, `${user}@${nodes[node]}`, asRoot], { timeoutMs: 60_000 });
  }
}

/** @returns the private key's text */
export async function makeKey(file: string): Promise<void> {
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "smoke test", "-f", file]);
}
