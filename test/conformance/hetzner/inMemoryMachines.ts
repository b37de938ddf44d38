// Machines that do not exist: what the API asks of the lab is written down in place of done.
import { setTimeout as delay } from "node:timers/promises";
import type { FirewallRule, Machine, MachineOptions, Machines } from "../../lab/cloud/machines";

export class InMemoryMachines implements Machines {
  /** "create srv1 web-1", "route 203.0.113.101 srv1" … in order. */
  readonly calls: string[] = [];
  readonly options = new Map<string, MachineOptions>();
  readonly rules = new Map<string, readonly FirewallRule[] | undefined>();
  readonly routes = new Map<string, string>();
  private readonly running = new Map<string, boolean>();

  constructor(
    private readonly slots = 6,
    /** How long it takes to send traffic elsewhere. */
    private readonly routeMs = 0,
  ) {}

  async create(options: MachineOptions): Promise<Machine> {
    const free = Array.from({ length: this.slots }, (_, index) => index + 1).filter(
      (n) => !this.running.has(`srv${n}`),
    );
    const at = free.find((n) => options.slot === undefined || options.slot === `srv${n}`);
    if (at === undefined) throw new Error("no slot is free");
    const slot = `srv${at}`;
    this.running.set(slot, true);
    this.options.set(slot, options);
    this.calls.push(`create ${slot} ${options.hostname}`);
    return { slot, publicIpv4: `198.51.100.${30 + at}`, publicIpv6: `2001:db8:51::${30 + at}` };
  }

  async destroy(slot: string): Promise<void> {
    this.running.delete(slot);
    this.rules.delete(slot);
    this.calls.push(`destroy ${slot}`);
  }

  async powerOn(slot: string): Promise<void> {
    this.running.set(slot, true);
    this.calls.push(`powerOn ${slot}`);
  }

  async powerOff(slot: string): Promise<void> {
    this.running.set(slot, false);
    this.calls.push(`powerOff ${slot}`);
  }

  isRunning(slot: string): boolean {
    return this.running.get(slot) ?? false;
  }

  async setPrivateAddress(slot: string, address: string | undefined): Promise<void> {
    this.calls.push(`setPrivateAddress ${slot} ${address ?? "none"}`);
  }

  async route(address: string, slot: string | undefined, as?: string): Promise<void> {
    await delay(this.routeMs);
    if (slot === undefined) this.routes.delete(address);
    else this.routes.set(address, slot);
    this.calls.push(`route ${address} ${slot ?? "none"}${as === undefined ? "" : ` as ${as}`}`);
  }

  async firewall(slot: string, rules: readonly FirewallRule[] | undefined): Promise<void> {
    this.rules.set(slot, rules);
    this.calls.push(`firewall ${slot}`);
  }
}

/** For the API as a process of its own. */
export const machinesOf = () => new InMemoryMachines();
