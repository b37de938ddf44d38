// Machines of a cloud, made of the lab's hosts and its switch. State is on disk, so that the cloud's API and a test may
// both have one of these.
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { HostContext } from "../host";
import { type SlotName, slotNames } from "../layout";
import { authorityFiles } from "./authority";
import { type CloudRecord, cloudContext, namesOf, readCloud } from "./cloud";
import { setFirewall } from "./firewall";
import { writeMachineFiles } from "./machineFiles";
import { MachineHost } from "./machineHost";
import { asSlot, type MachineRecord, machineDir, writeMachine } from "./machineRecord";
import type { FirewallRule, FirewallScope, Machine, MachineOptions, Machines } from "./machines";
import { publicLinkOf, removeRoutesTo, setRoute } from "./routes";
import { translate } from "./translation";

export class LabMachines implements Machines {
  private constructor(
    private readonly context: HostContext,
    private readonly cloud: CloudRecord,
  ) {}

  /** Of the lab of this name, which is up or, for the cloud's API, on its way. */
  static of(lab: string): LabMachines {
    const cloud = readCloud(lab);
    if (!cloud) throw new Error(`The lab "${lab}" has no cloud.`);
    return new LabMachines(cloudContext(lab, cloud), cloud);
  }

  async create(options: MachineOptions): Promise<Machine> {
    const slot = this.reserve(options.slot);
    try {
      const [publicIpv4 = "", publicIpv6 = ""] = publicLinkOf(slot).addresses;
      const metadata = { hostname: options.hostname, "public-ipv4": publicIpv4, ...options.metadata };
      const record: MachineRecord = { ...options, metadata, id: randomUUID(), powered: true };
      await writeMachineFiles(path.join(this.dir(slot), "upper"), {
        slot,
        record,
        names: namesOf(this.cloud.form),
        bundle: path.join(this.cloud.root, "etc/ssl/certs/ca-certificates.crt"),
        authority: authorityFiles(this.context.stateDir).authority,
        labKey: fs.readFileSync(path.join(this.context.stateDir, "id_ed25519.pub"), "utf8").trim(),
      });
      writeMachine(this.context.stateDir, slot, record);
      await this.host(slot).switchOn();
      return { slot, publicIpv4, publicIpv6 };
    } catch (error) {
      await this.destroy(slot);
      throw error;
    }
  }

  async destroy(name: string): Promise<void> {
    const slot = asSlot(name);
    await MachineHost.find(slot, this.context)?.powerOff();
    await Promise.all([setFirewall(this.context.switch, slot, undefined), removeRoutesTo(this.context.lab, slot)]);
    fs.rmSync(this.dir(slot), { recursive: true, force: true });
  }

  async powerOn(slot: string): Promise<void> {
    this.change(asSlot(slot), { powered: true });
    await this.host(slot).switchOn();
  }

  async powerOff(slot: string): Promise<void> {
    this.change(asSlot(slot), { powered: false });
    await this.host(slot).powerOff();
  }

  isRunning(slot: string): boolean {
    return this.host(slot).isPowered();
  }

  async setPrivateAddress(
    name: string,
    privateAddress: string | undefined,
    secondaryAddresses: readonly string[] = [],
  ): Promise<void> {
    const slot = asSlot(name);
    this.change(slot, { privateAddress, secondaryAddresses });
    const host = this.host(slot);
    await (host.isPowered() ? host.applyPrivateAddress() : host.writePrivateAddress());
  }

  async route(address: string, slot: string | undefined, as?: string): Promise<void> {
    const { lab } = this.context;
    await Promise.all([
      this.cloud.form === "aws" && translate(lab, address, as),
      setRoute(lab, address, slot === undefined ? undefined : asSlot(slot)),
    ]);
  }

  async firewall(slot: string, rules: readonly FirewallRule[] | undefined, scope?: FirewallScope): Promise<void> {
    await setFirewall(this.context.switch, asSlot(slot), rules, scope);
  }

  private host(name: string): MachineHost {
    const host = MachineHost.find(asSlot(name), this.context);
    if (!host) throw new Error(`There is no machine in ${name}.`);
    return host;
  }

  private change(slot: SlotName, change: Partial<MachineRecord>): void {
    const { stateDir } = this.context;
    writeMachine(stateDir, slot, { ...this.host(slot).record, ...change });
  }

  /** The directory is the reservation. */
  private reserve(wanted: string | undefined): SlotName {
    fs.mkdirSync(path.dirname(this.dir("srv1")), { recursive: true });
    const slot = (wanted === undefined ? slotNames : [asSlot(wanted)]).find((name) => {
      try {
        fs.mkdirSync(this.dir(name));
        return true;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
        throw error;
      }
    });
    if (!slot)
      throw new Error(wanted ? `${wanted} is taken.` : `All ${slotNames.length} places for machines are taken.`);
    return slot;
  }

  private dir(slot: SlotName): string {
    return machineDir(this.context.stateDir, slot);
  }
}

/** By which a cloud's API, which knows this module by its path alone, comes to its machines. */
export const machinesOf = (lab: string): Machines => LabMachines.of(lab);
