// Machines of a pair on Hetzner Cloud that make way for others: replaced, deleted behind Pulumi's back, dead, destroyed.
import assert from "node:assert/strict";
import { until } from "../../lab/command";
import { audit } from "../../pair/audit";
import { other, type Pair } from "../../pair/pair";
import { hetzner } from "../../pair/platforms/hcloud";
import { call, inventory, list, type Resource } from "./api";
import { logins, nodes } from "./node";
import { forgetPair, settings, withServingPair } from "./provisionedPair";

/** A planned move: the skew of a goodbye, one call, and a busy machine. */
const longestMoveMs = 3_000;

interface Server extends Resource {
  readonly server_type: { readonly name: string };
}

describe("replacing machines of a pair on Hetzner Cloud", function () {
  this.timeout(600_000);
  let pair: Pair;

  withServingPair((serving) => {
    pair = serving;
  });

  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    for (const m of pair.lab.machines()) {
      console.log(
        m.name,
        m.isPowered(),
        require("node:fs").readFileSync(`${m.dir}/console.log`, "utf8").split("\n").slice(-25).join("\n"),
      );
      console.log(
        await m
          .run(
            "systemctl list-jobs; systemctl --failed; networkctl; networkctl reload; echo $?; ls /etc/systemd/network; ip a; journalctl -n 50 --no-pager -o cat",
          )
          .catch(String),
      );
    }
  });

  const ids = async () => (await list(pair.lab, "servers")).map(({ id }) => id);

  it("gets a new one for one that somebody has deleted, at the same place", async () => {
    const active = await pair.active();
    const { name: slot, publicAddress } = pair.host(active);
    const gone = (await hetzner(pair.lab).state()).servers.find((server) => server.slot === slot)?.id ?? 0;
    await call(pair.lab, "DELETE", `/servers/${gone}`);
    await until("the other node to take over", async () => (await pair.holders())[0] === other(active), 60_000);
    await pair.up({ refresh: true });
    await audit(pair);
    const now = await ids();
    assert.equal(now.length, 2);
    assert.ok(!now.includes(gone));
    assert.equal(pair.host(active).publicAddress, publicAddress);
    assert.ok(((await logins(pair))[nodes.indexOf(active)] ?? 0) >= 2, "the new machine was not configured");
  });

  it("has two new ones serve before the old ones are deleted, for another type", async () => {
    const [before, address] = [await ids(), pair.url];
    await hetzner(pair.lab).forget();
    await pair.configure({ ...settings, hcloud: { ...settings.hcloud, serverType: "cx33" } });
    const load = await pair.startLoad({ perSecond: 50 });
    const { changes } = await pair.up();
    const seen = await load.stop();
    assert.equal(changes.replace, 2);
    assert.equal(pair.url, address);
    assert.ok(seen.outageMs < longestMoveMs, `the address was away for ${seen.outageMs} ms`);
    assert.deepEqual(seen.lostOutside, []);
    const servers = await list<Server>(pair.lab, "servers");
    assert.deepEqual(
      servers.map(({ server_type }) => server_type.name),
      ["cx33", "cx33"],
    );
    assert.ok(!servers.some(({ id }) => before.includes(id)));
    const moves = (await hetzner(pair.lab).moves()).length;
    assert.equal(moves, pair.addresses.length, "each address moves once");
    await audit(pair);
  });

  it("leaves nothing behind in the end, though one is dead", async () => {
    await pair.host(await pair.active()).powerOff();
    await pair.pulumi.destroy();
    forgetPair();
    assert.deepEqual(await inventory(pair.lab), []);
    assert.deepEqual(pair.lab.machines(), []);
    assert.deepEqual(await pair.lab.routes(), []);
    assert.deepEqual((await pair.pulumi.exportState()).resources, []);
  });
});
