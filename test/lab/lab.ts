// The lab: two load balancers, two web servers, an operator and a client on two networks, all on this machine.
import fs from "node:fs";
import path from "node:path";
import { awsEnvironment } from "./aws/environment";
import { type BaseImage, ensureBaseImage, type Suite } from "./base/image";
import { LoadClient } from "./client/loadClient";
import { authorityFiles } from "./cloud/authority";
import { type CloudForm, cloudContext, prepareCloud, readCloud, serviceAddresses, startCloud } from "./cloud/cloud";
import { type HetznerTokens, hetznerTokens } from "./cloud/hetznerApi";
import { MachineHost } from "./cloud/machineHost";
import { occupiedSlots } from "./cloud/machineRecord";
import { currentRoutes, type Route } from "./cloud/routes";
import { type ActiveFault, FaultRecord } from "./faultRecord";
import { type Fault, type FaultName, faults } from "./faults";
import { Host } from "./host";
import { makeKeyPair, writeHostFiles } from "./hostFiles";
import { labsInUse } from "./inUse";
import { type LabRecord, readRecord, writeRecord } from "./labRecord";
import {
  checkLabName,
  type HostName,
  hostNames,
  isHost,
  links,
  type MachineName,
  repository,
  type SlotName,
  stateDirOf,
  webServers,
  withoutPrefix,
} from "./layout";
import { raiseLimits } from "./limits";
import { Namespace } from "./namespace";
import { checkPrerequisites } from "./prerequisites";
import { type RunningService, startService } from "./service";
import { Switch } from "./switch";
import { tearDown } from "./teardown";

export { now } from "./clock";
export { type CloudForm, cloudForms } from "./cloud/cloud";
export { type Result, until } from "./command";
export { type FaultName, faultNames, faults } from "./faults";
export type { Host } from "./host";
export {
  bannerPort,
  type HostName,
  hostNames,
  type MachineName,
  type SlotName,
  sharedAddress,
  slotNames,
  webPort,
} from "./layout";
export type { Namespace } from "./namespace";

export interface LabOptions {
  /** Called with a line per step that takes time. */
  log?: (line: string) => void;
  /** Release of Debian that its hosts have. @default HA_LB_SUITE, or the oldest that is known */
  suite?: Suite;
  /** Instead of its load balancers the lab has a cloud, whose API makes machines. @default none */
  cloud?: CloudForm;
}

export class Lab {
  readonly stateDir: string;
  /** In a lab with a cloud, lb1 and lb2 are never on. */
  readonly hosts: Readonly<Record<HostName, Host>>;
  readonly operator: Namespace;
  readonly client: LoadClient;
  private readonly switch: Switch;
  private readonly activeFaults: FaultRecord;

  private constructor(
    readonly name: string,
    private readonly baseRoot: string,
    readonly cloud: CloudForm | undefined,
  ) {
    this.stateDir = stateDirOf(name);
    this.operator = new Namespace(name, "operator");
    this.client = new LoadClient(name);
    this.switch = new Switch(name);
    this.activeFaults = new FaultRecord(this.stateDir);
    const { stateDir, operator } = this;
    const context = { lab: name, stateDir, image: baseRoot, operator, switch: this.switch };
    this.hosts = {
      lb1: new Host("lb1", context),
      lb2: new Host("lb2", context),
      web1: new Host("web1", context),
      web2: new Host("web2", context),
    };
  }

  /** Brings the lab up; one that is up already stays as it is, the remains of a crashed one are removed first. */
  static async up(name: string, { log = () => {}, suite, cloud }: LabOptions = {}): Promise<Lab> {
    checkPrerequisites();
    checkLabName(name);
    if (readRecord(name)) return sameForm(await Lab.attach(name), cloud);
    const image = await ensureBaseImage(log, suite);
    labsInUse.add(name);
    await tearDown(name);
    raiseLimits();
    const lab = new Lab(name, image.root, cloud);
    log(`lab "${name}": cabling`);
    await lab.prepare(image);
    log(`lab "${name}": booting ${lab.ownHosts.join(", ")}`);
    const [repositoryServer] = await Promise.all([
      lab.startRepository(image),
      cloud && startCloud(name, cloud),
      ...lab.all((host) => host.powerOn()),
    ]);
    const record: LabRecord = { baseRoot: image.root, repositoryServer };
    writeRecord(lab.stateDir, record);
    log(`lab "${name}": up`);
    return lab;
  }

  /** The lab of this name that is up already. */
  static async attach(name: string): Promise<Lab> {
    checkLabName(name);
    const record = readRecord(name);
    if (!record) throw new Error(`There is no lab "${name}" up. Bring it up first.`);
    return new Lab(name, record.baseRoot, readCloud(name)?.form);
  }

  /** Removes everything of the lab of this name, from any state. */
  static async down(name: string): Promise<void> {
    checkPrerequisites();
    checkLabName(name);
    await tearDown(name);
    labsInUse.delete(name);
  }

  down(): Promise<void> {
    return Lab.down(this.name);
  }

  /** The key pair that root and admin of every host accept, as OpenSSH text. */
  get sshKey(): { privateKey: string; publicKey: string } {
    const file = this.keyFile;
    return { privateKey: fs.readFileSync(file, "utf8"), publicKey: fs.readFileSync(`${file}.pub`, "utf8").trim() };
  }

  /** The public key that a vendor's repository is signed with, in ASCII armour. */
  signingKey(vendor: "community" | "enterprise"): string {
    return fs.readFileSync(path.join(path.dirname(this.baseRoot), "keys", `${vendor}.asc`), "utf8");
  }

  /** A cloud's machine, by its place. */
  machine(slot: SlotName): MachineHost {
    const found = this.machines().find((machine) => machine.name === slot);
    if (!found) throw new Error(`There is no machine in ${slot}.`);
    return found;
  }

  /** All machines that the cloud has now. */
  machines(): MachineHost[] {
    const cloud = readCloud(this.name);
    if (!cloud) return [];
    const context = cloudContext(this.name, cloud);
    return occupiedSlots(this.stateDir).flatMap((slot) => MachineHost.find(slot, context) ?? []);
  }

  /** The hosts that boot with the lab, and the machines that its cloud has now. */
  nodes(): Host<MachineName>[] {
    return [...this.ownHosts.map((name) => this.hosts[name]), ...this.machines()];
  }

  /** Which machine gets the traffic for which of the cloud's addresses. */
  routes(): Promise<Route[]> {
    return currentRoutes(this.name);
  }

  /** The host or machine of this name. */
  node(name: MachineName): Host<MachineName> {
    return isHost(name) ? this.hosts[name] : this.machine(name);
  }

  /** PEM file of the authority that a cloud's API has its certificate from. */
  get authority(): string {
    return authorityFiles(this.stateDir).authority;
  }

  /** Tokens of the API of its Hetzner Cloud. */
  get hetznerTokens(): HetznerTokens {
    return hetznerTokens(this.stateDir);
  }

  /** By which the engine, or any tool of AWS', works with its AWS. */
  get awsEnvironment() {
    return awsEnvironment(this.stateDir);
  }

  /** Breaks something, between two nodes where a fault is about two; returns the time (of `now`) just before that. */
  async fault(name: FaultName, host: MachineName, other?: MachineName): Promise<number> {
    const node = this.node(host);
    this.activeFaults.add({ fault: name, host, other, machine: machineIdOf(node) });
    try {
      const fault: Fault = faults[name];
      return await (fault.ofNetwork ? fault.inject(node, this.switch, other) : fault.inject(node, this.switch));
    } catch (error) {
      this.activeFaults.removeLast();
      throw error;
    }
  }

  /** Lifts every fault, the latest first, and returns once all hosts are up, but for machines whose owner wants them off. */
  async heal(): Promise<void> {
    for (let entry = this.activeFaults.list().at(-1); entry; entry = this.activeFaults.list().at(-1)) {
      await this.lift(entry);
      this.activeFaults.removeLast();
    }
    const wanted = this.machines().filter((machine) => machine.record.powered);
    await Promise.all([...this.all((host) => host.powerOn()), ...wanted.map((machine) => machine.powerOn())]);
  }

  /** What is broken at the moment. */
  faults(): ActiveFault[] {
    return this.activeFaults.list();
  }

  /** Names of the hosts that have the address on an interface. */
  async holdersOf(address: string): Promise<HostName[]> {
    const holders = await Promise.all(
      this.all(async (host) => ((await host.addresses()).includes(address) ? host.name : [])),
    );
    return holders.flat();
  }

  private get keyFile(): string {
    return path.join(this.stateDir, "id_ed25519");
  }

  private all<T>(action: (host: Host) => Promise<T>): Promise<T>[] {
    return this.ownHosts.map((name) => action(this.hosts[name]));
  }

  /** What boots with the lab. */
  private get ownHosts(): readonly HostName[] {
    return this.cloud ? webServers : hostNames;
  }

  private async lift({ fault, host, other, machine }: ActiveFault): Promise<void> {
    const found: Fault = faults[fault];
    if (found.ofNetwork) return found.lift({ name: host }, this.switch, other);
    // A machine that was destroyed took its faults along.
    const node = isHost(host) ? this.hosts[host] : this.machines().find(({ record }) => record.id === machine);
    if (node) await found.lift(node, this.switch);
  }

  private async prepare(image: BaseImage): Promise<void> {
    fs.mkdirSync(this.stateDir, { recursive: true });
    // Host files are on their disks; only root of this machine may look.
    fs.chmodSync(this.stateDir, 0o700);
    await this.switch.create();
    await Promise.all([
      this.switch.attachPlainNode("operator", this.cloud && serviceAddresses),
      this.switch.attachPlainNode("client"),
      makeKeyPair(this.keyFile, `lab ${this.name}`),
    ]);
    if (this.cloud) await prepareCloud(this.name, this.cloud, image);
    await Promise.all(
      this.all((host) => writeHostFiles(path.join(host.dir, "upper"), host.name, this.sshKey.publicKey)),
    );
    const known = this.ownHosts.map((name) => {
      const addresses = links[name].flatMap((link) => link.addresses.map(withoutPrefix));
      return `${[name, ...addresses].join(",")} ${this.hosts[name].hostKey}\n`;
    });
    fs.writeFileSync(path.join(this.stateDir, "known_hosts"), known.join(""));
  }

  private startRepository(image: BaseImage): Promise<RunningService> {
    const script = path.join(__dirname, "repository", "server.ts");
    const args = [image.repositories, repository.address, String(repository.port)];
    return startService(this.operator, this.stateDir, "repository", script, args);
  }
}

function sameForm(lab: Lab, cloud: CloudForm | undefined): Lab {
  if (lab.cloud === cloud) return lab;
  const describe = (form: CloudForm | undefined) => (form ? `the cloud "${form}"` : "no cloud");
  throw new Error(`The lab "${lab.name}" is up with ${describe(lab.cloud)}; here it is to have ${describe(cloud)}.`);
}

const machineIdOf = (node: Host<MachineName>) => (node instanceof MachineHost ? node.record.id : undefined);
