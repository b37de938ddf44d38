// One pair on a cloud of the lab's, deployed once for all files that ask for it, and what their tests do with it.
import assert from "node:assert/strict";
import { markerAddress } from "../../../src/keepalived/render";
import { now } from "../../lab/clock";
import type { Move } from "../../lab/cloud/api/move";
import { until } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { loadBalancers, withoutPrefix } from "../../lab/layout";
import { type LoadBalancerName, other, Pair, type PairSettings } from "../../pair/pair";
import type { ApiRequest } from "../../pair/platforms/platform";
import { withLab } from "../labForTests";
import type { Hand, TestedCloud } from "./tested";

/** For what takes a second or two where nobody else uses the machine. */
export const SOON_MS = 20_000;

/** With which it is deployed, and which every file leaves it with. */
export const cloudPairSettings: PairSettings = { failover: { profile: "fast" } };

let shared: CloudPair | undefined;
const users = new Map<TestedCloud, number>();

/** Registers hooks of the surrounding `describe`: the pair is there before, and gone after the last one that asks. */
export function withCloudPair(cloud: TestedCloud, ready: (pair: CloudPair) => Promise<void> | void): void {
  users.set(cloud, (users.get(cloud) ?? 0) + 1);
  const prepare = async (lab: Lab) => {
    if (shared?.lab !== lab) shared = await CloudPair.deploy(cloud, lab);
    await shared.rest();
    await ready(shared);
  };
  withLab(cloud.form, prepare, { cloud: cloud.form });
  after("the pair", async function () {
    this.timeout(120_000);
    const left = (users.get(cloud) ?? 0) - 1;
    users.set(cloud, left);
    if (left > 0) return;
    await shared?.destroy();
    shared = undefined;
  });
}

/** What the agent of the addresses tells of itself. */
export interface Told {
  readonly master: boolean;
  readonly addresses: { readonly main: { readonly owner: string; readonly verified: boolean } };
  readonly api: {
    readonly state: string;
    readonly code: string | null;
    readonly message: string | null;
    readonly since: number;
  };
  readonly errors: Readonly<Record<string, number>>;
  readonly calls: number;
  readonly mismatch: boolean;
  readonly superseded: boolean;
}

export class CloudPair {
  readonly hand: Hand;
  private readonly movesBefore: Move[] = [];

  private constructor(
    readonly cloud: TestedCloud,
    readonly lab: Lab,
    readonly pair: Pair,
  ) {
    this.hand = cloud.hand(lab);
  }

  static async deploy(cloud: TestedCloud, lab: Lab): Promise<CloudPair> {
    const pair = await Pair.deploy(lab, cloudPairSettings, "shared");
    return new CloudPair(cloud, lab, pair);
  }

  /** Leaves nothing behind in the cloud. */
  async destroy(): Promise<void> {
    await this.lab.heal();
    await this.pair.pulumi.destroy();
    assert.deepEqual(await this.hand.inventory(), []);
  }

  /**
   * As after a deployment: nothing is broken, and nobody has used up what may be asked of the API. On that node if it
   * matters; returns the one that has the address.
   */
  async rest(active?: LoadBalancerName): Promise<LoadBalancerName> {
    await this.heal();
    await this.forget();
    await this.hand.reset();
    await Promise.all(loadBalancers.map((name) => this.startAnew(name, active !== undefined && name !== active)));
    if (active) await this.untilMaster(active);
    const found = await this.settled();
    if (active) await this.hold(other(active), false);
    return found;
  }

  /** What every story begins with: `rest`, and nothing asked of the API yet. */
  async begin(active?: LoadBalancerName): Promise<LoadBalancerName> {
    const found = await this.rest(active);
    await this.forget();
    return found;
  }

  /** Lifts what is broken, if anything is: to look at every host takes its time. */
  async heal(): Promise<void> {
    if (this.lab.faults().length > 0) await this.lab.heal();
  }

  private async startAnew(name: LoadBalancerName, held: boolean): Promise<void> {
    await this.hold(name, held);
    // What the agent told is where the next one learns from what is left of its calls.
    await this.pair.host(name).must(`systemctl stop ha-lb-vip && rm --force /run/ha-load-balancer/vip.json
      systemctl reset-failed; systemctl start ha-lb-vip haproxy keepalived`);
  }

  /** What was asked of the API and moved so far is not what the next test looks at. */
  async forget(): Promise<void> {
    this.movesBefore.push(...(await this.hand.moves()));
    await this.hand.forget();
  }

  /** All since the deployment, forgotten or not. */
  async everyMove(): Promise<readonly Move[]> {
    return [...this.movesBefore, ...(await this.hand.moves())];
  }

  /** The shared address. */
  get address(): string {
    return new URL(this.pair.url).hostname;
  }

  /** What the cloud calls a node. */
  idOf(name: LoadBalancerName): string {
    return this.hand.idOf(this.pair.host(name));
  }

  /** Sends the clients there as an operator would, past the pair. */
  async assignTo(machine: string): Promise<void> {
    await this.hand.sendTo(this.address, machine);
  }

  /** The nodes that are MASTER, by Keepalived's marker. */
  async masters(): Promise<LoadBalancerName[]> {
    const marked = await Promise.all(
      loadBalancers.map(async (name) => {
        const host = this.pair.host(name);
        return (await host.addresses()).includes(withoutPrefix(markerAddress(host.privateAddress))) ? [name] : [];
      }),
    );
    return marked.flat();
  }

  async untilMaster(name: LoadBalancerName, timeoutMs = SOON_MS): Promise<void> {
    await until(`${name} alone to be MASTER`, async () => (await this.masters()).join() === name, timeoutMs);
  }

  /** Until clients come to that node, and to no other. */
  async untilHolder(name: LoadBalancerName, timeoutMs = SOON_MS): Promise<void> {
    await until(`the address to be on ${name}`, async () => (await this.pair.holders()).join() === name, timeoutMs, 10);
  }

  /** One node is MASTER, has the address, and knows it. */
  async settled(timeoutMs = SOON_MS): Promise<LoadBalancerName> {
    return until(
      "the address to be on the MASTER, which knows it",
      async () => {
        const [masters, holders] = await Promise.all([this.masters(), this.pair.holders()]);
        const [master] = masters;
        if (master === undefined || masters.join() !== holders.join()) return undefined;
        const { addresses, mismatch } = await this.told(master);
        return addresses.main.verified && addresses.main.owner === "self" && !mismatch && master;
      },
      timeoutMs,
    );
  }

  async told(name: LoadBalancerName): Promise<Told> {
    return JSON.parse(await this.pair.host(name).must("cat /run/ha-load-balancer/vip.json"));
  }

  /** Keeps a node from being MASTER, or lets it: the quickest way, past all that `ha-lb` asks before. */
  async hold(name: LoadBalancerName, held: boolean): Promise<number> {
    const at = now();
    await this.pair.host(name).must(`echo ${held ? 1 : 0} >/run/ha-load-balancer/hold`);
    return at;
  }

  /** The agent of the addresses, by systemctl's verbs. */
  async agent(
    name: LoadBalancerName,
    verb: "start" | "stop" | "restart" | "kill --kill-who=main --signal=KILL" | "kill --kill-who=main --signal=STOP",
  ): Promise<void> {
    await this.pair.host(name).must(`systemctl ${verb} ha-lb-vip`);
  }

  /** What the node asked of the API so far. */
  async requestsOf(name: LoadBalancerName): Promise<readonly ApiRequest[]> {
    const { publicAddress } = this.pair.host(name);
    return (await this.hand.requests()).filter(({ source }) => source === publicAddress);
  }

  async claimsOf(name: LoadBalancerName): Promise<readonly ApiRequest[]> {
    return (await this.requestsOf(name)).filter(({ isClaim }) => isClaim);
  }

  /** Where clients were sent so far, one name a move. */
  async moves(): Promise<LoadBalancerName[]> {
    const moves = (await this.hand.moves()).filter(({ address }) => address === this.address);
    return moves.map(({ to }) => {
      const name = loadBalancers.find((one) => this.idOf(one) === to);
      assert.ok(name, `the address was moved to ${to}`);
      return name;
    });
  }
}
