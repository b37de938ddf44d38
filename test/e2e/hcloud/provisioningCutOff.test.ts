// Machines of a pair on Hetzner Cloud that are replaced by updates of which each is cut off at another step: clients are
// served all the time, the address moves once, old machines never take it back, and the last update finishes.
import assert from "node:assert/strict";
import type { LoadRun } from "../../lab/client/loadClient";
import { until } from "../../lab/command";
import type { Host } from "../../lab/host";
import { loadBalancers, type MachineName } from "../../lab/layout";
import { audit, auditNodes } from "../../pair/audit";
import { cutOff } from "../../pair/engine";
import type { Pair, PairStatus } from "../../pair/pair";
import { pendingCreates } from "../../pair/pendingCreates";
import { hetzner, hetznerRequests } from "../../pair/platforms/hcloud";
import { cutOffUntilTheMove } from "../cloud/cutOffs";
import { CLOUD_MARGIN_MS } from "../movesOnce";
import { call, list, type Resource } from "./api";
import { settings, withServingPair } from "./provisionedPair";

interface Server extends Resource {
  readonly server_type: { readonly name: string };
  readonly public_net: { readonly ipv4: { readonly ip: string } };
}

describe("replacing machines on Hetzner Cloud by updates that are cut off", function () {
  this.timeout(600_000);
  let pair: Pair;
  let load: LoadRun;
  let old: readonly Server[];
  let oldHosts: readonly [Host<MachineName>, Host<MachineName>];

  withServingPair(async (serving) => {
    pair = serving;
    old = await servers();
    oldHosts = [pair.host("lb1"), pair.host("lb2")];
    await pair.configure({ ...settings, hcloud: { ...settings.hcloud, serverType: "cx33" } });
    await hetzner(pair.lab).forget();
    load = await pair.startLoad({ perSecond: 50 });
  });
  afterEach(() => pair && hetzner(pair.lab).lift());

  const servers = () => list<Server>(pair.lab, "servers");
  const isOld = ({ id }: Server) => old.some((one) => one.id === id);
  const newOnes = async () => (await servers()).filter((server) => !isOld(server));
  const newHosts = () => pair.lab.machines().filter(({ name }) => !oldHosts.some((host) => host.name === name));
  const moves = async () => (await hetzner(pair.lab).moves()).length;

  it("while one of two new ones is made, of which Pulumi learns nothing any more", async () => {
    await loseAnswers("POST", "/servers", 1);
    await cutOff(pair, async () => (await newOnes()).length === 2 && (await unrecorded()).length === 1);
    assert.equal(await moves(), 0);
  });

  cutOffUntilTheMove(() => ({ pair, newHosts, moves }));

  it("once that one serves: the old ones leave it the address, though they become MASTER and start anew", async () => {
    await cutOff(pair, async (said) => said("edge-lb2-apply updating"));
    for (const host of oldHosts) await host.must("systemctl restart ha-lb-vip");
    for (const [one, another] of [oldHosts, oldHosts.toReversed() as [Host<MachineName>, Host<MachineName>]]) {
      await one.must("systemctl stop keepalived");
      await until(`${another.name} to be MASTER`, () => isMaster(another), 30_000, 200);
      const asked = (await requestsOf(another)).length;
      const looked = async () => (await requestsOf(another)).length > asked + pair.addresses.length;
      await until(`${another.name} to see where the addresses are`, looked, 60_000, 200);
      await one.must("systemctl start keepalived");
    }
    for (const host of oldHosts) {
      assert.match((await host.run("ha-lb status")).stdout, /was replaced, a machine that is not of this pair has/);
    }
  });

  it("before an old one is deleted", async () => {
    await hetzner(pair.lab).inject({ kind: "silence" }, { method: "DELETE", path: "/servers/*" });
    const isDeletion = ({ method, path }: { method: string; path: string }) =>
      method === "DELETE" && path.startsWith("/servers/");
    await cutOff(pair, async () => (await hetzner(pair.lab).requests()).some(isDeletion));
    assert.equal((await servers()).filter(isOld).length, 2);
  });

  it("once an old one is deleted, of which Pulumi learns nothing any more", async () => {
    await loseAnswers("DELETE", "/servers/*");
    await cutOff(pair, async () => (await servers()).filter(isOld).length < 2);
  });

  it("not at all any more: two new ones serve, and clients have noticed one move", async () => {
    await pair.up();
    const { outageMs, lostOutside } = await load.stop();
    await auditNodes(pair);
    assert.ok(outageMs < CLOUD_MARGIN_MS, `the address was away for ${outageMs} ms`);
    assert.deepEqual(lostOutside, []);
    assert.equal(await moves(), pair.addresses.length, "each address moves once");
    const nodes = loadBalancers.map((name) => pair.host(name).publicAddress);
    const claims = (await hetznerRequests(pair.lab)).filter(({ isClaim }) => isClaim);
    assert.deepEqual([...new Set(claims.map(({ source }) => source))], [nodes[0]]);
    assert.deepEqual((await servers()).filter(isOld), []);
  });

  it("and what Pulumi learned nothing of is found by the guide's command, and forgotten once it is deleted", async () => {
    const orphans = await unrecorded();
    assert.ok(orphans.length > 0);
    const found = await pendingCreates(pair);
    assert.deepEqual(
      found.map(({ type, name }) => [type, name]).sort(),
      orphans.map(({ name }) => ["hcloud:index/server:Server", name]).sort(),
    );
    for (const { id } of orphans) await call(pair.lab, "DELETE", `/servers/${id}`);
    await pair.pulumi.refresh({ clearPendingCreates: true });
    assert.deepEqual(await pendingCreates(pair), []);
    await audit(pair);
    assert.deepEqual(
      (await servers()).map(({ server_type }) => server_type.name),
      ["cx33", "cx33"],
    );
  });

  /** Carried out, but whoever asked does not hear of it. */
  async function loseAnswers(method: string, path: string, times?: number): Promise<void> {
    await hetzner(pair.lab).inject({ kind: "silence" }, { method, path, times, carriedOut: true });
  }

  /** New ones that Pulumi knows nothing of. */
  async function unrecorded(): Promise<readonly Server[]> {
    const known = new Set((await pair.pulumi.exportState()).resources.map(({ id }) => id));
    return (await newOnes()).filter(({ id }) => !known.has(String(id)));
  }

  /** Asked on a node whose peer is stopped. */
  async function isMaster(host: Host<MachineName>): Promise<boolean> {
    const { nodes } = JSON.parse((await host.run("ha-lb status --json")).stdout) as PairStatus;
    return nodes.some(({ state }) => state === "MASTER");
  }

  async function requestsOf(host: Host<MachineName>) {
    return (await hetznerRequests(pair.lab)).filter(({ source }) => source === host.publicAddress);
  }
});
