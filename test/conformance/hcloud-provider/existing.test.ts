// Things that are there already: read by their ids, found by data sources, and imported.
import assert from "node:assert/strict";
import type { UpResult } from "../../lab/pulumi";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { publicKey, rule } from "./pair";

interface Made {
  readonly id: number;
}

describe("hcloud provider: what exists", () => {
  let cloud: Cloud;
  let stack: Stack;
  let result: UpResult;
  const ids: Record<string, number> = {};

  const make = async (name: string, path: string, body: object) => {
    const answer = await cloud.call("POST", path, { name, ...body });
    const made = Object.values(answer).find((one) => one?.name === name) as Made;
    ids[name] = made.id;
  };

  before(async function () {
    this.timeout(120_000);
    cloud = await Cloud.start();
    await make("key", "/ssh_keys", { public_key: publicKey, labels: { whose: "mine" } });
    await make("inside", "/networks", { ip_range: "10.77.0.0/16" });
    await make("web", "/firewalls", {
      rules: [{ direction: "in", protocol: "tcp", port: "443", source_ips: ["0.0.0.0/0"] }],
    });
    await make("edge", "/floating_ips", { type: "ipv4", home_location: "fsn1", labels: { pair: "edge" } });
    await make("old", "/servers", { server_type: "cx23", image: "debian-12", location: "fsn1" });
    await cloud.changes();
    stack = await cloud.stack("existing");
    result = await stack.up(cloud.withProvider(resources()));
  });

  after(() => cloud?.stop());

  function resources(): Resources {
    return {
      byId: { type: "FloatingIp", args: {}, options: { get: String(ids.edge) } },
      serverById: { type: "Server", args: {}, options: { get: String(ids.old) } },
      imported: {
        type: "Firewall",
        args: { name: "web", rules: [rule("443", ["0.0.0.0/0"])] },
        options: { import: String(ids.web) },
      },
      image: { type: "getImage", args: { name: "debian-12" } },
      server: { type: "getServer", args: { name: "old" } },
      network: { type: "getNetwork", args: { id: ids.inside } },
      firewall: { type: "getFirewall", args: { name: "web" } },
      address: { type: "getFloatingIp", args: { withSelector: "pair=edge" } },
      key: { type: "getSshKey", args: { withSelector: "whose=mine" } },
    };
  }

  it("reads a resource by its id, and owns nothing of it", async () => {
    const { ipAddress, homeLocation, serverId } = (await stack.state("byId")).outputs;
    assert.match(String(ipAddress), /^203\.0\.113\.\d+$/);
    assert.deepEqual([homeLocation, serverId], ["fsn1", 0]);
    assert.equal((await stack.state("serverById")).outputs.status, "running");
  });

  it("imports what is as the program says, and changes nothing", async () => {
    assert.equal((await stack.state("imported")).id, String(ids.web));
    assert.deepEqual(await cloud.changes(), []);
  });

  it("finds things by id, name, or labels", () => {
    const found = result.outputs as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    assert.equal(found.image?.osFlavor, "debian");
    assert.equal(found.server?.id, ids.old);
    assert.equal(found.network?.ipRange, "10.77.0.0/16");
    assert.equal(found.firewall?.id, ids.web);
    assert.equal(found.address?.id, ids.edge);
    assert.equal(found.key?.publicKey, publicKey);
  });

  it("says so when there is no such thing, or more than one", async () => {
    await make("other", "/floating_ips", { type: "ipv4", home_location: "fsn1", labels: { pair: "edge" } });
    const failing = await cloud.stack("absent");
    const absent = await failing.up(cloud.withProvider({ server: { type: "getServer", args: { name: "nobody" } } }), {
      allowFailure: true,
    });
    assert.match(absent.stdout, /no Server found/);
    const two = cloud.withProvider({ address: { type: "getFloatingIp", args: { withSelector: "pair=edge" } } });
    assert.match((await failing.up(two, { allowFailure: true })).stdout, /more than one Floating IP/);
    const gone = cloud.withProvider({ gone: { type: "FloatingIp", args: {}, options: { get: "4711" } } });
    assert.match(shownAbout("gone", await failing.up(gone, { allowFailure: true })), /does not exist/);
  });

  it("leaves what it only read", async () => {
    await stack.pulumi.destroy();
    assert.deepEqual(await cloud.names("servers"), ["old"]);
    assert.deepEqual(await cloud.names("firewalls"), []);
  });
});
