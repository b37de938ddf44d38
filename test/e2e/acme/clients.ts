// What clients of a pair are shown: the certificate for a name, at one address and at all of them, and under load.

import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { until } from "../../lab/command";
import { loadBalancers } from "../../lab/layout";
import type { Pair } from "../../pair/pair";
import type { Handshakes } from "./handshakes";

/** Two orders on a busy machine, and the other node's question after each. */
const PATIENCE_MS = 240_000;

export class Clients<Name extends string> {
  /** @param ports by the name that is served there */
  constructor(
    private readonly pair: Pair,
    private readonly ports: Readonly<Record<Name, number>>,
  ) {}

  private get address(): string {
    return this.pair.addresses[0] ?? "";
  }

  /** What a client sees that asks one address for a name. */
  async shown(name: Name, address: string = this.address): Promise<X509Certificate> {
    const asked = ["s_client", "-connect", `${address}:${this.ports[name]}`, "-servername", name];
    const { stdout, stderr } = await this.pair.lab.client.run("openssl", asked, { input: "" });
    const [pem] = /-----BEGIN[\s\S]*?-----END CERTIFICATE-----/.exec(stdout) ?? [];
    if (!pem) throw new Error(`no certificate for ${name} from ${address}: ${stderr}`);
    return new X509Certificate(pem);
  }

  /** Waits until both nodes, and the shared address, show the same one, of the wanted kind. */
  sameOnBoth(name: Name, isWanted: (shown: X509Certificate) => boolean): Promise<X509Certificate> {
    const places = [...loadBalancers.map((one) => this.pair.host(one).publicAddress as string), this.address];
    const same = async () => {
      const [first, ...others] = await Promise.all(
        places.map((place) => this.shown(name, place).catch(() => undefined)),
      );
      return first && isWanted(first) && others.every((one) => one?.fingerprint === first.fingerprint)
        ? first
        : undefined;
    };
    return until(`both nodes to show a new certificate for ${name}`, same, PATIENCE_MS, 500);
  }

  /** Greets the shared address until the returned function is called. @param rootFile of the authority to trust */
  async startHandshakes(name: Name, perSecond: number, rootFile: string): Promise<() => Promise<Handshakes>> {
    const args = [this.address, String(this.ports[name]), name, String(perSecond), rootFile];
    const script = join(__dirname, "handshakes.ts");
    const child = this.pair.lab.client.spawnScript(script, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (!child.stdout) throw new Error("the client has no output");
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    await lines.next();
    return async () => {
      child.stdin?.end();
      const { value: report = "" } = await lines.next();
      return JSON.parse(report) as Handshakes;
    };
  }
}
