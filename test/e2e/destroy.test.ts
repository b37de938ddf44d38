// A pair on hosts of the user's that is taken off them with its stack, where the user says so.
import assert from "node:assert/strict";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { PulumiError } from "../lab/pulumi";
import { auditNodes } from "../pair/audit";
import { missedDuring } from "../pair/losses";
import { Pair, type PairSettings } from "../pair/pair";
import { leftOn } from "../pair/takeOff";
import { withLab } from "./labForTests";

describe("a pair that its stack takes with it", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  // Not one that others had: hosts that have served leave what another stack brought them.
  withLab("destroy", async (started) => {
    lab = started;
    pair = await Pair.prepare(lab);
  });

  it("leaves nothing but packages of a first update that failed", async () => {
    const refused = { name: "web", port: 80, defaultBackend: "app", raw: ["no such line"] };
    await assert.rejects(update({ frontends: [refused] }), /HAProxy refuses its configuration/);
    await pair.pulumi.destroy();
    await nothingIsLeft();
  });

  it("serves on when it is renamed without an alias, though Pulumi deletes what had the old name", async () => {
    await update({});
    const missed = await missedDuring(pair, async () => {
      const { changes } = await update({ component: { name: "front" } });
      assert.deepEqual([changes.create, changes.delete], [5, 5]);
    });
    assert.deepEqual(missed, [], "requests were lost");
    await auditNodes(pair);
  });

  it("has both nodes serve in the end when what brings one its bundle is replaced", async () => {
    await pair.pulumi.up({ replace: [await urnOf("front-lb1-apply")] });
    await auditNodes(pair);
  });

  it("serves on with one node when the other does not let Pulumi in, which says which one", async () => {
    await lab.hosts.lb2.must("systemctl stop ssh");
    await destroyStopsAt("front-lb2-apply");
    await auditNodes(pair);
  });

  it("goes without a node that Pulumi is told to forget", async () => {
    await forget("front-lb2-apply");
    await destroyStopsAt("front-lb2-install");
    await forget("front-lb2-install");
    await pair.pulumi.destroy();
    await lab.hosts.lb2.must("systemctl start ssh");
    assert.deepEqual(await leftOn(lab.hosts.lb1, pair.addresses), []);
    assert.deepEqual((await pair.pulumi.exportState()).resources, []);
    assert.deepEqual(await pair.holders(), ["lb2"]);
  });

  it("comes back when a destroy has stopped halfway", async () => {
    await update({});
    await lab.hosts.lb1.must("systemctl stop ssh");
    await destroyStopsAt("edge-lb1-apply");
    await lab.hosts.lb1.must("systemctl start ssh");
    assert.deepEqual(await pair.holders(), ["lb1"]);
    await pair.up();
    await auditNodes(pair);
  });

  it("leaves nothing but packages on both nodes", async () => {
    await pair.pulumi.destroy();
    await nothingIsLeft();
  });

  async function update(settings: PairSettings) {
    await pair.configure({ uninstallOnDestroy: true, ...settings });
    return pair.up();
  }

  async function nothingIsLeft(): Promise<void> {
    for (const name of loadBalancers) {
      assert.deepEqual(await leftOn(lab.hosts[name], pair.addresses), []);
      assert.match(await lab.hosts[name].must("dpkg-query --show haproxy keepalived"), /haproxy.*\nkeepalived/);
    }
    assert.deepEqual((await pair.pulumi.exportState()).resources, []);
  }

  async function urnOf(name: string): Promise<string> {
    const { resources } = await pair.pulumi.exportState();
    return resources.find(({ urn }) => urn.endsWith(`::${name}`))?.urn ?? assert.fail(`${name} is not there`);
  }

  async function destroyStopsAt(name: string): Promise<void> {
    const failed = await pair.pulumi.destroy().catch((error: unknown) => error);
    assert.ok(failed instanceof PulumiError, String(failed));
    assert.match(failed.message, new RegExp(`${name} .*failed`));
    assert.match(failed.message, /dial tcp 198\.51\.100\.1\d:22: connect: connection refused/);
  }

  async function forget(name: string): Promise<void> {
    await pair.pulumi.command(["state", "delete", "--yes", "--stack", pair.pulumi.stackName, await urnOf(name)]);
  }
});
