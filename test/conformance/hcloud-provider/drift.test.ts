// What happens to a stack when the cloud changes behind its back, as it does at every failover.
import assert from "node:assert/strict";
import type { UpdateResult } from "../../lab/pulumi";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";

const server = { type: "Server", args: { serverType: "cx23", image: "debian-12", location: "fsn1" } };
const address = { type: "FloatingIp", args: { type: "ipv4", homeLocation: "fsn1" } };

describe("hcloud provider: drift", () => {
  let cloud: Cloud;
  let stack: Stack;
  const free: Resources = { first: server, second: server, address };
  const assigned: Resources = {
    ...free,
    address: { ...address, args: { ...address.args, serverId: { $number: "first.id" } } },
  };
  const assignment: Resources = {
    ...free,
    assignment: {
      type: "FloatingIpAssignment",
      args: { floatingIpId: { $number: "address.id" }, serverId: { $number: "first.id" } },
    },
  };

  const idOf = async (name: string) => (await stack.state(name)).id;
  const failOver = async (to: string) => {
    // The API refuses to assign an address to where it is.
    if ((await holder()) === Number(await idOf(to))) return;
    await cloud.call("POST", `/floating_ips/${await idOf("address")}/actions/assign`, {
      server: Number(await idOf(to)),
    });
  };
  const holder = async () => (await cloud.call("GET", `/floating_ips/${await idOf("address")}`)).floating_ip.server;
  const refreshed = (resources: Resources): Promise<UpdateResult> =>
    stack.preview(cloud.withProvider(resources), { refresh: true, expectNoChanges: true, allowFailure: true });

  before(async function () {
    this.timeout(120_000);
    cloud = await Cloud.start();
    stack = await cloud.stack("drift");
    await stack.up(cloud.withProvider(free));
    await cloud.changes();
  });

  after(() => cloud?.stop());

  it("shows a floating IP that went elsewhere, and plans nothing for it", async () => {
    await failOver("second");
    const again = await refreshed(free);
    assert.equal(again.code, 0, again.stdout);
    assert.deepEqual(Object.keys(again.changes), ["same"]);
    assert.match(shownAbout("address", again), /~ .*address/);
  });

  it("moves nothing, refreshed or not", async () => {
    await stack.up(cloud.withProvider(free));
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(free));
    assert.deepEqual(await cloud.changes(), []);
    assert.equal(await holder(), Number(await idOf("second")));
    assert.equal((await stack.state("address")).outputs.serverId, Number(await idOf("second")));
  });

  for (const [what, managed] of Object.entries({
    "serverId of a FloatingIp": assigned,
    "a FloatingIpAssignment": assignment,
  })) {
    it(`drags the address back where ${what} is managed`, async () => {
      await failOver("second");
      await stack.up(cloud.withProvider(managed));
      assert.equal(await holder(), Number(await idOf("first")));
      await failOver("second");
      const again = await refreshed(managed);
      assert.notEqual(again.code, 0, again.stdout);
      await stack.pulumi.refresh();
      await stack.up(cloud.withProvider(managed));
      assert.equal(await holder(), Number(await idOf("first")));
    }).timeout(120_000);
  }

  it("makes anew what is gone", async () => {
    await stack.up(cloud.withProvider(free));
    const gone = await idOf("second");
    await cloud.call("DELETE", `/servers/${gone}`);
    const planned = await stack.preview(cloud.withProvider(free), { refresh: true });
    assert.equal(planned.changes.create, 1, planned.stdout);
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(free));
    assert.notEqual(await idOf("second"), gone);
  }).timeout(120_000);

  it("puts right what was changed", async () => {
    await cloud.call("PUT", `/servers/${await idOf("first")}`, { labels: { stray: "yes" } });
    await stack.pulumi.refresh();
    const { changes, stdout } = await stack.up(cloud.withProvider(free));
    assert.deepEqual([changes.update, changes.replace], [1, undefined], stdout);
    assert.deepEqual((await stack.state("first")).outputs.labels, {});
  }).timeout(120_000);

  it("destroys what is partly gone already", async () => {
    await cloud.call("DELETE", `/servers/${await idOf("first")}`);
    await cloud.call("DELETE", `/floating_ips/${await idOf("address")}`);
    await stack.pulumi.destroy();
    assert.deepEqual(await cloud.names("servers"), []);
  });
});
