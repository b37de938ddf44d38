// The lab: two load balancers, two web servers, an operator and a client on two networks, all on this machine.
import fs from "node:fs";
import path from "node:path";
import { type BaseImage, ensureBaseImage, type Suite } from "./base/image";
import { LoadClient } from "./client/loadClient";
import { until } from "./command";
import { type ActiveFault, FaultRecord } from "./faultRecord";
import { type FaultName, faults } from "./faults";
import { Host } from "./host";
import { makeKeyPair, writeHostFiles } from "./hostFiles";
import { type HostName, hostNames, links, repository, stateDirOf, withoutPrefix } from "./layout";
import { raiseLimits } from "./limits";
import { Namespace } from "./namespace";
import { checkPrerequisites } from "./prerequisites";
import { startTime } from "./processes";
import { Switch } from "./switch";
import { tearDown } from "./teardown";

export { now } from "./clock";
export { type Result, until } from "./command";
export { type FaultName, faultNames, faults } from "./faults";
export type { Host } from "./host";
export { bannerPort, type HostName, hostNames, sharedAddress, webPort } from "./layout";
export type { Namespace } from "./namespace";

export interface LabOptions {
  /** Called with a line per step that takes time. */
  log?: (line: string) => void;
  /** Release of Debian that its hosts have. @default HA_LB_SUITE, or the oldest that is known */
  suite?: Suite;
}

/** Written last, when a lab is complete. */
interface LabRecord {
  readonly baseRoot: string;
  readonly repositoryServer: { readonly pid: number; readonly startTime: string | undefined };
}

const recordFile = (stateDir: string) => path.join(stateDir, "lab.json");

export class Lab {
  readonly stateDir: string;
  readonly hosts: Readonly<Record<HostName, Host>>;
  readonly operator: Namespace;
  readonly client: LoadClient;
  private readonly switch: Switch;
  private readonly activeFaults: FaultRecord;

  private constructor(
    readonly name: string,
    private readonly baseRoot: string,
  ) {
    this.stateDir = stateDirOf(name);
    this.operator = new Namespace(name, "operator");
    this.client = new LoadClient(name);
    this.switch = new Switch(name);
    this.activeFaults = new FaultRecord(this.stateDir);
    const context = { lab: name, stateDir: this.stateDir, baseRoot, operator: this.operator, switch: this.switch };
    this.hosts = {
      lb1: new Host("lb1", context),
      lb2: new Host("lb2", context),
      web1: new Host("web1", context),
      web2: new Host("web2", context),
    };
  }

  /** Brings the lab up; one that is up already stays as it is, the remains of a crashed one are removed first. */
  static async up(name: string, { log = () => {}, suite }: LabOptions = {}): Promise<Lab> {
    checkPrerequisites();
    checkName(name);
    if (readRecord(name)) return Lab.attach(name);
    const image = await ensureBaseImage(log, suite);
    await tearDown(name);
    raiseLimits();
    const lab = new Lab(name, image.root);
    log(`lab "${name}": cabling`);
    await lab.prepare();
    log(`lab "${name}": booting ${hostNames.join(", ")}`);
    const [repositoryServer] = await Promise.all([lab.startRepository(image), ...lab.all((host) => host.powerOn())]);
    const record: LabRecord = { baseRoot: image.root, repositoryServer };
    fs.writeFileSync(recordFile(lab.stateDir), JSON.stringify(record));
    log(`lab "${name}": up`);
    return lab;
  }

  /** The lab of this name that is up already. */
  static async attach(name: string): Promise<Lab> {
    checkName(name);
    const record = readRecord(name);
    if (!record) throw new Error(`There is no lab "${name}" up. Bring it up first.`);
    return new Lab(name, record.baseRoot);
  }

  /** Removes everything of the lab of this name, from any state. */
  static async down(name: string): Promise<void> {
    checkPrerequisites();
    checkName(name);
    await tearDown(name);
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

  /** Breaks something; returns the time (of `now`) just before that. */
  async fault(name: FaultName, host: HostName): Promise<number> {
    this.activeFaults.add({ fault: name, host });
    try {
      return await faults[name].inject(this.hosts[host], this.switch);
    } catch (error) {
      this.activeFaults.removeLast();
      throw error;
    }
  }

  /** Lifts every fault, the latest first, and returns once all hosts are up. */
  async heal(): Promise<void> {
    for (let entry = this.activeFaults.list().at(-1); entry; entry = this.activeFaults.list().at(-1)) {
      await faults[entry.fault].lift(this.hosts[entry.host], this.switch);
      this.activeFaults.removeLast();
    }
    await Promise.all(this.all((host) => host.powerOn()));
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
    return hostNames.map((name) => action(this.hosts[name]));
  }

  private async prepare(): Promise<void> {
    fs.mkdirSync(this.stateDir, { recursive: true });
    // Host files are on their disks; only root of this machine may look.
    fs.chmodSync(this.stateDir, 0o700);
    await this.switch.create();
    await Promise.all([
      this.switch.attachPlainNode("operator"),
      this.switch.attachPlainNode("client"),
      makeKeyPair(this.keyFile, `lab ${this.name}`),
    ]);
    await Promise.all(
      this.all((host) => writeHostFiles(path.join(host.dir, "upper"), host.name, this.sshKey.publicKey)),
    );
    const known = hostNames.map((name) => {
      const addresses = links[name].flatMap((link) => link.addresses.map(withoutPrefix));
      return `${[name, ...addresses].join(",")} ${this.hosts[name].hostKey}\n`;
    });
    fs.writeFileSync(path.join(this.stateDir, "known_hosts"), known.join(""));
  }

  private async startRepository(image: BaseImage): Promise<LabRecord["repositoryServer"]> {
    const logFile = path.join(this.stateDir, "repository.log");
    const log = fs.openSync(logFile, "a");
    const script = path.join(__dirname, "repository", "server.ts");
    const args = [image.repositories, repository.address, String(repository.port)];
    const server = this.operator.spawnScript(script, args, { detached: true, stdio: ["ignore", log, log], cwd: "/" });
    server.unref();
    fs.closeSync(log);
    await until(
      `the package repository (${logFile})`,
      () => fs.readFileSync(logFile, "utf8") === "listening\n",
      30_000,
    );
    const pid = server.pid ?? 0;
    return { pid, startTime: startTime(pid) };
  }
}

/** The record of a lab that is complete and still there; a restart of this machine takes the processes, not the record. */
function readRecord(name: string): LabRecord | undefined {
  const file = recordFile(stateDirOf(name));
  if (!fs.existsSync(file)) return undefined;
  const record = JSON.parse(fs.readFileSync(file, "utf8")) as LabRecord;
  const { pid, startTime: started } = record.repositoryServer;
  return started !== undefined && startTime(pid) === started ? record : undefined;
}

function checkName(name: string): void {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(name)) {
    throw new Error(
      `"${name}" is no name for a lab: lower-case letters, digits and hyphens, 20 at most, a letter first.`,
    );
  }
}
