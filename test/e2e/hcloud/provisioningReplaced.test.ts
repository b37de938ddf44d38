// Machines of a pair on Hetzner Cloud that make way for others: replaced, deleted behind Pulumi's back, dead, destroyed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { now } from "../../lab/clock";
import { must, until } from "../../lab/command";
import { audit } from "../../pair/audit";
import { type PairFault, pairFaults } from "../../pair/faults";
import { other, type Pair } from "../../pair/pair";
import { hetzner } from "../../pair/platforms/hcloud";
import { CLOUD_MARGIN_MS } from "../movesOnce";
import { namesIn } from "../security/search";
import { call, inventory, list, type Resource } from "./api";
import { logins, nodes } from "./node";
import { forgetPair, settings, withServingPair } from "./provisionedPair";

const lossOfPower = pairFaults.find(({ name }) => name === "power-off") as PairFault;

interface Server extends Resource {
  readonly server_type: { readonly name: string };
  readonly image: { readonly name: string };
  readonly location: { readonly name: string };
}

describe("replacing machines of a pair on Hetzner Cloud", function () {
  this.timeout(600_000);
  let pair: Pair;

  withServingPair((serving) => {
    pair = serving;
  });

  const ids = async () => (await list(pair.lab, "servers")).map(({ id }) => id);

  it("gets a new one for one that somebody has deleted, at the same place; clients notice that it went", async () => {
    const active = await pair.active();
    await hetzner(pair.lab).forget();
    const load = await pair.startLoad({ perSecond: 50 });
    const since = now();
    const { name: slot, publicAddress } = pair.host(active);
    const gone = (await hetzner(pair.lab).state()).servers.find((server) => server.slot === slot)?.id ?? 0;
    await call(pair.lab, "DELETE", `/servers/${gone}`);
    await until("the other node to take over", async () => (await pair.holders())[0] === other(active), 60_000);
    await pair.up({ refresh: true });
    const { outageMs, lostOutside } = await load.stop({ since });
    await audit(pair);
    const longestMs = lossOfPower.limitMs(pair, active) + CLOUD_MARGIN_MS;
    assert.ok(outageMs < longestMs, `the address was away for ${outageMs} ms; ${longestMs} ms are explained`);
    assert.deepEqual(lostOutside, []);
    // With the server its addresses are nobody's first.
    const taken = (await hetzner(pair.lab).moves()).filter(({ to }) => to !== null);
    assert.equal(taken.length, pair.addresses.length, "each address is taken once");
    const there = await ids();
    assert.equal(there.length, 2);
    assert.ok(!there.includes(gone));
    assert.equal(pair.host(active).publicAddress, publicAddress);
    assert.ok(((await logins(pair))[nodes.indexOf(active)] ?? 0) >= 2, "the new machine was not configured");
  });

  it("has two new ones serve before the old ones are deleted, for another type, place and SSH key", async () => {
    const [before, address] = [await ids(), pair.url];
    await hetzner(pair.lab).forget();
    const file = join(pair.lab.stateDir, "another-key");
    await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    await pair.configure({
      ...settings,
      privateKey: await readFile(file, "utf8"),
      hcloud: {
        ...settings.hcloud,
        serverType: "cx33",
        location: "nbg1",
        image: "debian-13",
        replaceServersOn: ["sshKeys"],
      },
    });
    const load = await pair.startLoad({ perSecond: 50 });
    const { changes } = await pair.up();
    const seen = await load.stop();
    // The key itself, too.
    assert.equal(changes.replace, 3);
    assert.equal(pair.url, address);
    assert.ok(seen.outageMs < CLOUD_MARGIN_MS, `the address was away for ${seen.outageMs} ms`);
    assert.deepEqual(seen.lostOutside, []);
    const servers = await list<Server>(pair.lab, "servers");
    assert.deepEqual(
      servers.map(({ server_type, location, image }) => [server_type.name, location.name, image.name]),
      // Another image alone replaces nothing, and is for those that are made from then on.
      [
        ["cx33", "nbg1", "debian-13"],
        ["cx33", "nbg1", "debian-13"],
      ],
    );
    assert.ok(!servers.some(({ id }) => before.includes(id)));
    const moves = (await hetzner(pair.lab).moves()).length;
    assert.equal(moves, pair.addresses.length, "each address moves once");
    await audit(pair);
  });

  it("leaves nothing behind in the end, though one is dead", async () => {
    await pair.host(await pair.active()).powerOff();
    const { stdout, stderr } = await pair.pulumi.destroy();
    forgetPair();
    assert.deepEqual(await inventory(pair.lab), []);
    assert.deepEqual(pair.lab.machines(), []);
    assert.deepEqual(await pair.lab.routes(), []);
    const { resources, text } = await pair.pulumi.exportState();
    assert.deepEqual(resources, []);
    const { operator, failover } = pair.lab.hetznerTokens;
    assert.deepEqual(namesIn(`${stdout}${stderr}${text}`, { operator, failover }), []);
  });
});
