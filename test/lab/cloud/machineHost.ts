// A machine that a cloud's API created, seen by the lab: a host whose keys and private address others chose.
import fs from "node:fs";
import path from "node:path";
import { until } from "../command";
import { Host, type HostContext } from "../host";
import { type SlotName, withoutPrefix } from "../layout";
import { linksOf, type NetworkFile, networkFiles } from "./machineNetwork";
import { type MachineRecord, privateAddressesOf, readMachine } from "./machineRecord";

export class MachineHost extends Host<SlotName> {
  constructor(
    slot: SlotName,
    context: HostContext,
    readonly record: MachineRecord,
  ) {
    super(slot, context, linksOf(slot, privateAddressesOf(record)));
  }

  /** The machine that has this place now. */
  static find(slot: SlotName, context: HostContext): MachineHost | undefined {
    const record = readMachine(context.stateDir, slot);
    return record && new MachineHost(slot, context, record);
  }

  override get hostname(): string {
    return this.record.hostname;
  }

  /** Looks inside: which keys it accepts, and from where, is its owner's business. */
  protected override async letsIn(): Promise<boolean> {
    const check = "test ! -e /run/nologin && systemctl --quiet is-active ssh.service";
    // It may be on its way down.
    const result = await this.run(check, { timeoutMs: 10_000 }).catch(() => undefined);
    return result?.code === 0;
  }

  /** Its key is read from its disk: it comes with user data, or cloud-init makes one at the first boot. */
  protected override knownHostsFile(): string {
    const file = path.join(this.dir, "known_hosts");
    fs.writeFileSync(file, `${this.sshAddress} ${this.hostKey}\n`);
    return file;
  }

  /** While it is off. */
  writePrivateAddress(): void {
    const { name, content } = this.privateLink();
    const file = path.join(this.dir, "upper", name);
    if (content) fs.writeFileSync(file, content);
    else fs.rmSync(file, { force: true });
  }

  /** While it runs, also while it boots. */
  async applyPrivateAddress(): Promise<void> {
    const { interface: name, name: file, content = "" } = this.privateLink();
    const set = `cat >/${file} && networkctl reload`;
    const unset = `rm -f /${file} && networkctl reload && ip address flush dev ${name} && ip link set ${name} down`;
    await until(
      `${this.name} to take its private address`,
      async () => (await this.run(content ? set : unset, { input: content }).catch(() => undefined))?.code === 0,
      30_000,
      100,
    );
    if (!content) return;
    const wanted = privateAddressesOf(this.record).map(withoutPrefix);
    const takes = async () => {
      const has = await this.addresses();
      return wanted.every((address) => has.includes(address));
    };
    await until(`${this.name} to have ${wanted.join(", ")}`, takes, 10_000);
  }

  private privateLink(): NetworkFile {
    const [, link] = networkFiles(this.name, privateAddressesOf(this.record));
    if (!link) throw new Error(`${this.name} has no private link.`);
    return link;
  }
}
