// Adverts of VRRP that no node has sent: from a third host in the network between the two, with root's rights there.
import assert from "node:assert/strict";
import { join } from "node:path";
import { failoverModel } from "../../../src/keepalived/model";
import { markerAddress } from "../../../src/keepalived/render";
import { until } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { loadBalancers, withoutPrefix } from "../../lab/layout";
import { Namespace } from "../../lab/namespace";
import { auditNodes } from "../../pair/audit";
import { type LoadBalancerName, other, type Pair } from "../../pair/pair";
import { withSecuredPair } from "./securedPair";

/** Longer than a standby waits for adverts, by the default profile. */
const SECONDS = 6;
/** Of adverts: what wants to be MASTER above all, and what says goodbye. */
const priorities = [255, 0];

describe("forged adverts", function () {
  this.timeout(300_000);
  let lab: Lab;
  let pair: Pair;

  withSecuredPair((secured) => {
    pair = secured;
    lab = pair.lab;
  });

  it("change nothing when they come from an address that is no peer's", async () => {
    const active = await pair.active();
    const client = await pair.startLoad({ perSecond: 100 });
    await Promise.all(loadBalancers.map((name) => forge(neighbour(), name, SECONDS)));
    const { lost } = await client.stop();
    assert.equal(lost, 0);
    assert.equal(await pair.active(), active);
    await auditNodes(pair);
  });

  it("keep no standby from taking over then", async () => {
    const active = await pair.active();
    const forging = forge(neighbour(), other(active), SECONDS);
    await pair.fault("haproxy-stop", active);
    await until("the standby to take over", async () => (await pair.holders()).join() === other(active), 3_000);
    await forging;
    await lab.heal();
    await auditNodes(pair);
  });

  it("take the address from both nodes by the addresses of these, for as long as they come", async () => {
    const forging = Promise.all(loadBalancers.map((name) => forge(addressOf(other(name)), name, SECONDS + 2, [255])));
    await until("no node to have the address", async () => (await pair.holders()).length === 0, SECONDS * 1000);
    await forging;
    await until("one to have it again", async () => (await pair.holders()).length === 1, 10_000);
    await auditNodes(pair);
  });

  const neighbour = () => lab.hosts.web1.privateAddress;
  const addressOf = (name: LoadBalancerName) => lab.hosts[name].privateAddress;

  async function forge(source: string, to: LoadBalancerName, seconds: number, of = priorities): Promise<void> {
    const { virtualRouterId } = failoverModel();
    const attacker = new Namespace(lab.name, "web1");
    const sending = of.map(async (priority) => {
      const advert = [priority, virtualRouterId, withoutPrefix(markerAddress(source)), seconds].map(String);
      const args = ["-B", join(__dirname, "adverts.py"), source, addressOf(to), ...advert];
      const { code, stdout, stderr } = await attacker.run("python3", args);
      assert.equal(code, 0, stderr);
      assert.ok(Number(stdout) > seconds, `only ${stdout} were sent`);
    });
    await Promise.all(sending);
  }
});
