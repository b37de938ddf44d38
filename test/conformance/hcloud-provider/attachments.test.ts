// What ties resources together, as resources of their own: servers in networks, firewalls on servers. And how servers
// come and go: without public addresses, shut down before they are deleted, with names of their own.
import assert from "node:assert/strict";
import { type Resources, type Stack, shownAbout } from "../stack";
import { Cloud } from "./cloud";
import { rule, withArgs } from "./pair";

const args = { serverType: "cx23", image: "debian-12", location: "fsn1" };

describe("hcloud provider: attachments", () => {
  let cloud: Cloud;
  let stack: Stack;
  let made: string[];
  const resources: Resources = {
    network: { type: "Network", args: { ipRange: "10.77.0.0/16" } },
    subnet: {
      type: "NetworkSubnet",
      args: { networkId: { $number: "network.id" }, type: "cloud", networkZone: "eu-central", ipRange: "10.77.1.0/24" },
    },
    named: { type: "Server", args: { ...args, name: "named", shutdownBeforeDeletion: true } },
    inside: {
      type: "Server",
      args: {
        ...args,
        networks: [{ subnetId: { $output: "subnet.id" }, ip: "10.77.1.50", aliasIps: [] }],
        publicNets: [{ ipv4Enabled: false, ipv6Enabled: false }],
      },
    },
    joined: {
      type: "ServerNetwork",
      args: { serverId: { $number: "named.id" }, subnetId: { $output: "subnet.id" } },
    },
    firewall: { type: "Firewall", args: { name: "web", rules: [rule("443")] } },
    applied: {
      type: "FirewallAttachment",
      args: { firewallId: { $number: "firewall.id" }, serverIds: [{ $number: "named.id" }] },
    },
    own: {
      type: "Firewall",
      args: { rules: [rule("80")], applyTos: [{ server: { $number: "named.id" } }, { labelSelector: "role=web" }] },
    },
  };

  const idOf = async (name: string) => (await stack.state(name)).id;
  const serverOf = async (name: string) => (await cloud.call("GET", `/servers/${await idOf(name)}`)).server;

  before(async function () {
    this.timeout(120_000);
    cloud = await Cloud.start();
    stack = await cloud.stack("attachments");
    await stack.up(cloud.withProvider(resources));
    made = await cloud.changes();
  });

  after(() => cloud?.stop());

  it("brings a server into a network, at an address that the API chooses", async () => {
    const { id, outputs } = await stack.state("joined");
    assert.equal(id, `${await idOf("named")}-${await idOf("network")}`);
    assert.equal(outputs.ip, (await serverOf("named")).private_net[0]?.ip);
    assert.equal(outputs.networkId, Number(await idOf("network")));
    assert.equal((await stack.state("named")).outputs.networks, undefined);
  });

  it("starts a server without public addresses once it is in its networks", async () => {
    const { outputs } = await stack.state("inside");
    assert.deepEqual([outputs.status, outputs.ipv4Address, outputs.ipv6Address], ["running", "", ""]);
    const id = await idOf("inside");
    const actions = made
      .filter((change) => change.includes(`/servers/${id}/`))
      .map((change) => change.split("/").at(-1));
    assert.deepEqual(actions, ["attach_to_network", "poweron"]);
  });

  it("applies firewalls to servers and to labels", async () => {
    const applied = async (name: string) =>
      (await cloud.call("GET", `/firewalls/${await idOf(name)}`)).firewall.applied_to.map(({ type }) => type).sort();
    assert.deepEqual(await applied("firewall"), ["server"]);
    assert.deepEqual(await applied("own"), ["label_selector", "server"]);
  });

  it("plans nothing when nothing changed", async () => {
    const again = await stack.preview(cloud.withProvider(resources), {
      refresh: true,
      expectNoChanges: true,
      allowFailure: true,
    });
    assert.equal(again.code, 0, again.stdout);
  });

  it("changes aliases in place, and replaces for another address", async () => {
    const aliased = withArgs(resources, "joined", { aliasIps: ["10.77.1.60"] });
    const { changes, stdout } = await stack.up(cloud.withProvider(aliased));
    assert.deepEqual([changes.update, changes.replace], [1, undefined], stdout);
    assert.deepEqual((await serverOf("named")).private_net[0]?.alias_ips, ["10.77.1.60"]);
    const moved = withArgs(aliased, "joined", { ip: "10.77.1.70" });
    assert.match(shownAbout("joined", await stack.preview(cloud.withProvider(moved))), /replace/);
  });

  it("joins again what left behind its back", async () => {
    await cloud.call("POST", `/servers/${await idOf("named")}/actions/detach_from_network`, {
      network: Number(await idOf("network")),
    });
    await stack.pulumi.refresh();
    await stack.up(cloud.withProvider(resources));
    assert.equal((await serverOf("named")).private_net.length, 1);
  });

  it("deletes before it makes anew what has a name of its own, as names are unique", async () => {
    await cloud.changes();
    await stack.up(cloud.withProvider(withArgs(resources, "named", { image: "debian-13" })));
    const replaced = (await cloud.changes()).filter((change) => /^(POST|DELETE) \/servers(\/\d+)?$/.test(change));
    assert.deepEqual(
      replaced.map((change) => change.replace(/ .*/, "")),
      ["DELETE", "POST"],
    );
  });

  it("shuts a server down before its deletion where it is asked to, and leaves nothing behind", async () => {
    const id = await idOf("named");
    await cloud.changes();
    await stack.pulumi.destroy();
    assert.ok((await cloud.changes()).includes(`POST /servers/${id}/actions/shutdown`));
    for (const kind of ["servers", "networks", "firewalls"]) {
      assert.deepEqual(await cloud.names(kind), [], kind);
    }
  });
});
