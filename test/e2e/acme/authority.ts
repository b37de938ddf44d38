// Pebble, Let's Encrypt's authority for tests, in the operator namespace, with a DNS server that leads every name to the
// pair. Its accounts and its root are new ones each time that it starts.
import type { ChildProcess } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { authority, certificate } from "../../certificates";
import { until } from "../../lab/command";
import { type Lab, sharedAddress } from "../../lab/lab";
import { links, withoutPrefix } from "../../lab/layout";
import type { Pair } from "../../pair/pair";

const host = "authority.test";
const address = withoutPrefix(links.operator[0]?.addresses[0] ?? "");
const [port, portBehind] = ["14000", "14001"] as const;
const dnsPort = 8053;

/** What users of the authority have to give, and what it may ask them for. */
export const directoryUrl = `https://${host}:${port}/dir`;
export const externalAccount = {
  keyId: "kid-1",
  hmacKey: "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W",
};
export const authorities = () => authority();

export interface AuthorityOptions {
  /** How long its certificates are good for. */
  readonly validitySeconds: number;
  /** Whether it knows nobody without an external account. @default false */
  readonly asksForAccount?: boolean;
  /** Where every name is. @default the shared address of `existing` */
  readonly leadsTo?: string;
  /** It takes no order, and has those who ask come back after so many seconds. @default it takes all */
  readonly limitSeconds?: number;
}

export class Authority {
  private processes: ChildProcess[] = [];

  constructor(private readonly lab: Lab) {}

  /** Nodes have no DNS in the lab. */
  async introduceTo(pair: Pair): Promise<void> {
    for (const name of ["lb1", "lb2"] as const) {
      await pair.host(name).must(`grep -q ${host} /etc/hosts || echo '${address} ${host}' >>/etc/hosts`);
    }
  }

  async start(options: AuthorityOptions): Promise<void> {
    const { validitySeconds, asksForAccount = false, leadsTo = sharedAddress.ipv4, limitSeconds } = options;
    const pem = certificate({ names: [host] });
    writeFileSync(this.file("certificate.pem"), pem);
    const settings = {
      listenAddress: `${address}:${limitSeconds === undefined ? port : portBehind}`,
      managementListenAddress: `${address}:15000`,
      certificate: this.file("certificate.pem"),
      privateKey: this.file("certificate.pem"),
      httpPort: 80,
      tlsPort: 443,
      externalAccountBindingRequired: asksForAccount,
      externalAccountMACKeys: asksForAccount ? { [externalAccount.keyId]: externalAccount.hmacKey } : {},
      certificateValidityPeriod: validitySeconds,
    };
    writeFileSync(this.file("settings.json"), JSON.stringify({ pebble: settings }));
    writeFileSync(this.file("log"), "");
    const dns = ["-dns01", `${address}:${dnsPort}`, "-defaultIPv4", leadsTo, "-defaultIPv6", ""];
    const others = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-management", ""];
    // dehydrated does not ask again where a nonce is refused for no reason; the next order would.
    const env = { ...process.env, PEBBLE_WFE_NONCEREJECT: "0", PEBBLE_AUTHZREUSE: "0", PEBBLE_VA_NOSLEEP: "1" };
    this.processes = [
      this.spawn("pebble-challtestsrv", [...dns, ...others], env),
      this.spawn("pebble", ["-config", this.file("settings.json"), "-dnsserver", `${address}:${dnsPort}`], env),
      ...(limitSeconds === undefined ? [] : [this.spawnDoor(limitSeconds)]),
    ];
    await until(
      "the authority to answer",
      async () => (await this.fetch(directoryUrl)).includes("newOrder"),
      30_000,
      100,
    );
  }

  /** At once, as when its power goes. */
  async stop(): Promise<void> {
    for (const child of this.processes) {
      child.kill("SIGKILL");
      await until("the authority to end", () => child.exitCode !== null || child.signalCode !== null, 10_000);
    }
    this.processes = [];
  }

  /** It takes connections, and says nothing, until it goes on. */
  hang(): void {
    for (const child of this.processes) child.kill("SIGSTOP");
  }

  goOn(): void {
    for (const child of this.processes) child.kill("SIGCONT");
  }

  /** Waits for one more order than there were before; returns how many there are. */
  async ordered(before = 0): Promise<number> {
    const count = () => this.log().split("POST /order-plz").length - 1;
    return until("an order to be under way", () => (count() > before ? count() : undefined), 120_000);
  }

  /** PEM of the root that its certificates come from. */
  root(): Promise<string> {
    return this.fetch(`https://${host}:15000/roots/0`);
  }

  /** What it has said since it was started. */
  private log(): string {
    return readFileSync(this.file("log"), "utf8");
  }

  private spawnDoor(limitSeconds: number): ChildProcess {
    const log = openSync(this.file("log"), "a");
    const args = [address, port, portBehind, this.file("certificate.pem"), String(limitSeconds)];
    return this.lab.operator.spawnScript(join(__dirname, "limits.ts"), args, { stdio: ["ignore", log, log] });
  }

  private spawn(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
    const log = openSync(this.file("log"), "a");
    return this.lab.operator.spawn(command, args, { env, stdio: ["ignore", log, log] });
  }

  private async fetch(url: string): Promise<string> {
    writeFileSync(this.file("authorities.pem"), authority());
    const { host: place } = new URL(url);
    const resolved = `${place}:${address}`;
    const trusting = ["--silent", "--cacert", this.file("authorities.pem"), "--resolve", resolved];
    return (await this.lab.operator.run("curl", [...trusting, "--max-time", "5", url])).stdout;
  }

  private file(name: string): string {
    return join(this.lab.stateDir, `authority-${name}`);
  }
}
