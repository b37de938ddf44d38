// Newer packages of HAProxy and Keepalived in the hosts' sources: they stay where they are, until a user wants them.
import assert from "node:assert/strict";
import { now } from "../lab/clock";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { auditNodes } from "../pair/audit";
import { afterGoodbye } from "../pair/faults";
import { followMoves } from "../pair/moves";
import { publishNewer, unpublish, versions } from "../pair/newerPackages";
import { Pair, url } from "../pair/pair";
import { withLab } from "./labForTests";
import { MARGIN_MS } from "./movesOnce";

/** Of what runs, and not of what a new start would run. */
const replaced =
  "ls -l /proc/$(systemctl show -P MainPID haproxy)/exe /proc/$(systemctl show -P MainPID keepalived)/exe";

describe("packages that have become older", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  let installed: string[];

  withLab("packages", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab, { revision: "1" });
    installed = await onBoth(versions);
    await Promise.all(loadBalancers.map((name) => publishNewer(pair.host(name), "newer")));
  });

  after(() => Promise.all(lab ? loadBalancers.map((name) => unpublish(pair.host(name))) : []));

  it("stay what they are, also with another revision, where nothing else is wanted", async () => {
    await pair.configure({ revision: "2" });
    await pair.up();
    assert.deepEqual(await onBoth(versions), installed);
    await auditNodes(pair);
  });

  it("are announced by the preview before they are replaced", async () => {
    await pair.configure({ revision: "2", packages: { upgrade: "latest" } });
    const { stdout, changes } = await pair.pulumi.preview({ diff: true });
    assert.equal(changes.update, 4);
    assert.match(
      stdout,
      /# packages [0-9a-f]{8}: for a new program, restart of its service; a node that serves hands over/,
    );
  });

  it("are replaced on both nodes, and the address moves twice at most, before its node starts anew", async () => {
    const limitMs = Math.max(...loadBalancers.map((name) => afterGoodbye(pair, name))) + MARGIN_MS;
    const moves = followMoves(pair);
    const perSecond = 200;
    const client = await lab.client.start({ url, perSecond });
    const since = now();
    const ended = await pair.up().catch((error: unknown) => error as Error);
    const [{ holders }, { outageMs, lost, requests }] = await Promise.all([moves.stop(), client.stop({ since })]);
    assert.ok(!(ended instanceof Error), String(ended));
    assert.deepEqual(
      await onBoth(versions),
      installed.map((text) => text.replaceAll(" ", "+newer ")),
    );
    for (const programs of await onBoth(replaced)) {
      assert.doesNotMatch(programs, /deleted/);
    }
    assert.ok(holders.length >= 2 && holders.length <= 3, `the address was on ${holders.join(", then ")}`);
    assert.ok(outageMs <= limitMs, `outage ${outageMs} ms`);
    assert.ok(lost <= (2 * limitMs * perSecond) / 1000, `${lost} of ${requests} requests were lost`);
    await auditNodes(pair);
  });

  it("are left alone once they are new", async () => {
    const before = await onBoth("systemctl show --property MainPID haproxy keepalived");
    assert.deepEqual(Object.keys((await pair.up()).changes), ["same"]);
    await pair.configure({ revision: "3", packages: { upgrade: "latest" } });
    await pair.up();
    assert.deepEqual(await onBoth("systemctl show --property MainPID haproxy keepalived"), before);
    await auditNodes(pair);
  });

  function onBoth(command: string): Promise<string[]> {
    return Promise.all(loadBalancers.map((name) => pair.host(name).must(command, { timeoutMs: 120_000 })));
  }
});
