// A pair goes over to a later release of this package: nothing is replaced, the address stays, and where the update ends
// between the nodes, the two releases, which tell each other different things, work together until it is run again.
import assert from "node:assert/strict";
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { PulumiError } from "../lab/pulumi";
import { audit } from "../pair/audit";
import { pairFaults } from "../pair/faults";
import { laterRelease } from "../pair/laterRelease";
import { type LoadBalancerName, Pair } from "../pair/pair";
import { withLab } from "./labForTests";
import { assertMovesOnce } from "./movesOnce";

const bundles = "/etc/ha-load-balancer/bundles";
/** As a system of files that has errors is. */
const readOnly = `mount --bind ${bundles} ${bundles} && mount -o remount,bind,ro ${bundles}`;

describe("going over to a later release", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let active: LoadBalancerName;
  let before: Readonly<Record<LoadBalancerName, string>>;

  withLab("pair", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab);
    active = await pair.active();
    before = await inUse();
    await pair.configure({ project: await laterRelease(pair.pulumi.stateDir) });
  });
  afterEach(() => lab?.heal());

  it("is planned as an update of each command, and replaces nothing", async () => {
    // The program and the component; an install and an apply for each node.
    assert.deepEqual((await pair.pulumi.preview()).changes, { same: 2, update: 4 });
  });

  it("may end between the nodes: the address stays where it is, and both say what is wrong", async () => {
    await pair.host("lb2").must(readOnly);
    const load = await pair.startLoad({ perSecond: 50 });
    const error = await pair.up().catch((thrown: unknown) => thrown);
    const { lost } = await load.stop();
    assert.ok(
      error instanceof PulumiError && /edge-lb2-apply[\s\S]*Read-only file system/.test(error.message),
      `${error}`,
    );
    assert.equal(lost, 0);
    assert.equal(await pair.active(), active);
    const now = await inUse();
    assert.notEqual(now.lb1, before.lb1);
    assert.equal(now.lb2, before.lb2);
    for (const name of loadBalancers) {
      const { redundancy, problems, nodes } = await pair.status(name);
      assert.equal(redundancy, "degraded");
      const told = nodes.map((node) => [node.node, "later" in node, "waits" in node]);
      assert.deepEqual(told.sort(), [
        ["lb1", true, false],
        ["lb2", false, true],
      ]);
      assert.ok(problems.length === 1 && problems[0]?.startsWith("the nodes run different releases"), problems.join());
    }
  });

  for (const fault of pairFaults.filter(({ name }) => name === "haproxy-stop" || name === "keepalived-kill")) {
    it(`leaves the nodes able to take over from each other: ${fault.title}`, () =>
      assertMovesOnce(pair, fault, { healed: bothStandReady }));
  }

  it("ends with the next update, which moves nothing either", async () => {
    // A HAProxy that was started meanwhile, in the bundle's folder, does not mind.
    await pair.host("lb2").must(`umount --lazy ${bundles}`);
    active = await pair.active();
    const load = await pair.startLoad({ perSecond: 50 });
    const { changes } = await pair.up();
    const { lost } = await load.stop();
    assert.deepEqual(changes, { same: 5, update: 1 });
    assert.equal(lost, 0);
    assert.equal(await pair.active(), active);
    await audit(pair);
  });

  /** All that two releases can be: one node is MASTER, and both serve. */
  async function bothStandReady(): Promise<void> {
    const ready = async () => {
      const { holder, nodes, problems } = await pair.status("lb1");
      return holder !== null && problems.length === 1 && nodes.length === 2 && nodes.every((node) => node.ready);
    };
    await until("both nodes to be ready", ready, 60_000, 200);
  }

  async function inUse(): Promise<Readonly<Record<LoadBalancerName, string>>> {
    const current = (name: LoadBalancerName) => pair.host(name).must("readlink /etc/ha-load-balancer/current");
    return { lb1: await current("lb1"), lb2: await current("lb2") };
  }
});
