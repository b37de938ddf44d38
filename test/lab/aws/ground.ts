// Keeps the lab's machines in step with what moto says: machines of instances, routes of addresses, firewalls of
// security groups. What is right is asked from moto each time, so that changes that overtake each other end well.
import { setTimeout as delay } from "node:timers/promises";
import type { Address, Instance } from "@aws-sdk/client-ec2";
import { now } from "../clock";
import type { Move } from "../cloud/api/move";
import type { FirewallRule, Machine, MachineOptions, Machines } from "../cloud/machines";
import { Turns } from "../cloud/turns";
import type { Cloud } from "./cloud";
import { awsError } from "./errors";
import { inboundRules, privateAddressesOf } from "./firewall";

/** An instance that is on a machine of the lab's. */
export interface Placed {
  readonly instance: Instance;
  readonly machine: Machine;
  /** Of the pair that it was launched with, which may be gone; in OpenSSH's text form, or empty. */
  readonly publicKey: string;
}

interface Association {
  readonly instanceId: string;
  readonly slot: string;
  readonly privateAddress: string;
}

const network = /^10\.77\./;
const prefix = "/16";
const places = ["srv1", "srv2", "srv3", "srv4", "srv5", "srv6"];

export class Ground {
  readonly moves: Move[] = [];
  /** As moto told them last. */
  addresses: readonly Address[] = [];
  private readonly placed = new Map<string, Placed>();
  private readonly routes = new Map<string, Association>();
  private readonly rules = new Map<string, string>();
  private readonly turns = new Turns();

  constructor(
    private readonly machines: Machines,
    private readonly cloud: Cloud,
  ) {}

  all(): Placed[] {
    return [...this.placed.values()];
  }

  /** Who asks from this address. */
  at(publicAddress: string): Placed | undefined {
    return this.all().find(({ machine }) => machine.publicIpv4 === publicAddress);
  }

  isRunning({ machine }: Placed): boolean {
    return this.machines.isRunning(machine.slot);
  }

  /** Makes, ends, starts and stops machines, and gives them their addresses and firewalls. */
  followInstances(): Promise<void> {
    return this.turns.take("instances", async () => {
      const instances = await this.cloud.instances();
      for (const instance of instances) await this.follow(instance);
      await this.enforceFirewalls(instances);
    });
  }

  followFirewalls(): Promise<void> {
    return this.turns.take("instances", async () => this.enforceFirewalls(await this.cloud.instances()));
  }

  /** An orderly reboot and a power cycle look the same from outside. */
  reboot(instanceIds: readonly string[]): Promise<void> {
    return this.turns.take("instances", async () => {
      for (const id of instanceIds) {
        const slot = this.placed.get(id)?.machine.slot;
        if (slot === undefined) continue;
        await this.machines.powerOff(slot);
        await this.machines.powerOn(slot);
      }
    });
  }

  /** Sends the traffic for each address to where it belongs, so many seconds after moto says so. */
  async followAddresses(seconds = 0): Promise<void> {
    await this.turns.take("looking", async () => {
      this.addresses = await this.cloud.addresses();
    });
    const followed = delay(seconds * 1000).then(() => this.turns.take("addresses", () => this.routeAll()));
    if (seconds === 0) await followed;
    else followed.catch((error) => process.stderr.write(`${error.stack}\n`));
  }

  private async routeAll(): Promise<void> {
    for (const address of this.routes.keys()) {
      if (!this.addresses.some(({ PublicIp }) => PublicIp === address)) await this.route(address, undefined);
    }
    for (const address of this.addresses) await this.route(address.PublicIp ?? "", this.associationOf(address));
  }

  private async follow(instance: Instance): Promise<void> {
    const id = instance.InstanceId ?? "";
    const known = this.placed.get(id);
    const state = instance.State?.Name;
    if (state === "terminated") {
      if (known) await this.remove(id, known);
      return;
    }
    if (!known) {
      await this.place(id, instance);
      return;
    }
    const { slot } = known.machine;
    this.placed.set(id, { ...known, instance });
    if (known.instance.State?.Name !== state)
      await (state === "stopped" ? this.machines.powerOff(slot) : this.machines.powerOn(slot));
    const [before, after] = [known.instance, instance].map(privateAddressesOf);
    if (String(before) !== String(after)) {
      const [main, ...secondary] = (after ?? []).map((address) => `${address}${prefix}`);
      await this.machines.setPrivateAddress(slot, main, secondary);
    }
  }

  private async place(id: string, instance: Instance): Promise<void> {
    try {
      const publicKey = instance.KeyName ? await this.cloud.publicKey(instance.KeyName) : "";
      const machine = await this.machines.create(await this.optionsFor(id, instance, publicKey));
      this.placed.set(id, { instance, machine, publicKey });
    } catch (error) {
      await this.cloud.terminate(id);
      throw error;
    }
  }

  private async optionsFor(id: string, instance: Instance, publicKey: string): Promise<MachineOptions> {
    const addresses = privateAddressesOf(instance);
    const [main = "", ...secondary] = addresses;
    if (!addresses.every((address) => network.test(address)))
      throw awsError("Unsupported", `The lab's private network is 10.77.0.0/16; ${main} is not in it.`);
    return {
      hostname: `ip-${main.replaceAll(".", "-")}`,
      userData: await this.cloud.userData(id),
      authorizedKeys: publicKey ? [publicKey] : [],
      // As on Debian's images, which root cannot log in to.
      user: "admin",
      metadata: { "instance-id": id },
      privateAddress: `${main}${prefix}`,
      secondaryAddresses: secondary.map((address) => `${address}${prefix}`),
      slot: this.placeFor(instance),
    };
  }

  /** That of its public address; one without has the last that is free, where it is the least in the way. */
  private placeFor({ PublicIpAddress = "" }: Instance): string {
    const [, host] = /^198\.51\.100\.3(\d)$/.exec(PublicIpAddress) ?? [];
    if (host !== undefined) return `srv${host}`;
    const taken = this.all().map(({ machine }) => machine.slot);
    const free = places.filter((place) => !taken.includes(place)).at(-1);
    if (!free) throw awsError("InsufficientInstanceCapacity", "All of the lab's places for machines are taken.");
    return free;
  }

  private async remove(id: string, { machine }: Placed): Promise<void> {
    this.placed.delete(id);
    this.rules.delete(machine.slot);
    await this.machines.destroy(machine.slot);
  }

  private async enforceFirewalls(instances: readonly Instance[]): Promise<void> {
    const groups = await this.cloud.securityGroups();
    const alive = instances.filter(({ State }) => State?.Name !== "terminated");
    await Promise.all(
      alive.map((instance) => this.enforce(instance.InstanceId ?? "", inboundRules(instance, groups, alive))),
    );
  }

  private async enforce(id: string, rules: readonly FirewallRule[]): Promise<void> {
    const slot = this.placed.get(id)?.machine.slot;
    const text = JSON.stringify(rules);
    if (slot === undefined || this.rules.get(slot) === text) return;
    await this.machines.firewall(slot, rules, "both");
    this.rules.set(slot, text);
  }

  private associationOf({ InstanceId = "", PrivateIpAddress = "" }: Address): Association | undefined {
    const slot = this.placed.get(InstanceId)?.machine.slot;
    return slot === undefined ? undefined : { instanceId: InstanceId, slot, privateAddress: PrivateIpAddress };
  }

  private async route(address: string, to: Association | undefined): Promise<void> {
    const from = this.routes.get(address);
    if (from?.slot === to?.slot && from?.privateAddress === to?.privateAddress) return;
    await this.machines.route(address, to?.slot, to?.privateAddress);
    if (to) this.routes.set(address, to);
    else this.routes.delete(address);
    this.moves.push({
      at: now(),
      time: Date.now() / 1000,
      address,
      from: from?.instanceId ?? null,
      to: to?.instanceId ?? null,
    });
  }
}
