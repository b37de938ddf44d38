// A pair on Hetzner Cloud that uses what the project has already: it is used, and it stays when the pair goes.
import assert from "node:assert/strict";
import { until } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import type { SlotName } from "../../lab/layout";
import { audit } from "../../pair/audit";
import { type HcloudSettings, Pair } from "../../pair/pair";
import { hetzner } from "../../pair/platforms/hcloud";
import { leftOn, takeOff } from "../../pair/takeOff";
import { withLab } from "../labForTests";
import { reach } from "../reach";
import { call, inventory, list, type Resource } from "./api";

interface Made {
  readonly network: Resource;
  readonly firewall: Resource;
  readonly floating_ip: Resource & { readonly ip: string };
  readonly ssh_key: Resource;
}

interface Server extends Resource {
  readonly private_net: readonly { readonly network: number; readonly ip: string }[];
  readonly public_net: { readonly firewalls: readonly { readonly id: number }[] };
}

const serverNames = ["one", "two"];
const addresses = { anywhere: ["0.0.0.0/0", "::/0"], operator: ["198.51.100.2/32"] };

describe("a pair on Hetzner Cloud beside what is there already", function () {
  this.timeout(600_000);
  let lab: Lab;
  let made: Made;
  let before: readonly string[];

  withLab(
    "hcloud-provisioning",
    async (started) => {
      lab = started;
      made = await makeParts(lab);
      before = (await inventory(lab)).toSorted();
    },
    { cloud: "hcloud" },
  );

  it("takes its network, firewall, address and key from the project, and leaves them there", async () => {
    const pair = await Pair.prepare(lab, { hcloud: brought() }, "parts");
    const { changes, outputs } = await pair.up();
    // Program, component, a key and two commands for each of two servers, and their placement group.
    assert.deepEqual(changes, { create: 11 });
    assert.equal(outputs.address, made.floating_ip.ip);
    await audit(pair);
    const servers = (await list<Server>(lab, "servers")).filter(({ name }) => name.startsWith("edge-"));
    assert.equal(servers.length, 2);
    for (const { private_net, public_net } of servers) {
      assert.equal(private_net[0]?.network, made.network.id);
      assert.deepEqual(
        public_net.firewalls.map(({ id }) => id),
        [made.firewall.id],
      );
    }
    const address = pair.host("lb1").publicAddress ?? "";
    const found = [22, 80, 8405].map((port) => reach(lab.client, address, port));
    assert.deepEqual(await Promise.all(found), ["silent", "open", "silent"]);
    await pair.pulumi.destroy();
    assert.deepEqual((await inventory(lab)).toSorted(), before);
    assert.equal(await hetzner(lab).holderOf(made.floating_ip.ip), null);
  });

  it("configures two servers that are there, and leaves them serving until it is taken off them", async () => {
    const servers = await Promise.all(serverNames.map(makeServer));
    const all = (await inventory(lab)).toSorted();
    const { floatingIps } = brought();
    const pair = await Pair.prepare(lab, { hcloud: { floatingIps, servers } }, "servers");
    const { changes, outputs } = await pair.up();
    assert.deepEqual(changes, { create: 6 });
    assert.equal(outputs.address, made.floating_ip.ip);
    await audit(pair);
    await pair.pulumi.destroy();
    assert.deepEqual((await inventory(lab)).toSorted(), all);
    assert.ok(await pair.answers(), "it no longer serves");
    assert.ok(lab.machines().every((machine) => machine.isPowered()));
    for (const name of [await pair.standby(), await pair.active()]) {
      assert.ok(await pair.answers(), "clients are served to the end");
      await takeOff(pair.host(name));
      assert.deepEqual(await leftOn(pair.host(name), pair.addresses), []);
    }
  });

  after(async () => {
    if (!made) return;
    const servers = (await list(lab, "servers")).filter(({ name }) => serverNames.includes(name));
    for (const { id } of servers) await call(lab, "DELETE", `/servers/${id}`);
    for (const kind of ["firewall", "floating_ip", "ssh_key", "network"] as const) {
      const path = `/${kind}s/${made[kind].id}`;
      await until(
        `${path} to be free`,
        () =>
          call(lab, "DELETE", path).then(
            () => true,
            () => false,
          ),
        30_000,
        200,
      );
    }
  });

  function brought(): HcloudSettings {
    return {
      network: { id: made.network.id },
      firewallIds: [made.firewall.id],
      floatingIps: [{ name: "main", id: String(made.floating_ip.id) }],
      ssh: { existingKeys: [made.ssh_key.name] },
    };
  }

  /** As a user would: without user data, and with the host key that it comes up with. */
  async function makeServer(name: string) {
    const { server } = await call<{ server: { id: number } }>(lab, "POST", "/servers", {
      name,
      server_type: "cx23",
      image: "debian-12",
      location: "fsn1",
      ssh_keys: [String(made.ssh_key.id)],
      networks: [made.network.id],
      firewalls: [{ firewall: made.firewall.id }],
    });
    const state = (await hetzner(lab).state()).servers.find(({ id }) => id === server.id);
    const machine = lab.machine(state?.slot as SlotName);
    await machine.waitUntilUp();
    return {
      id: String(server.id),
      publicAddress: state?.publicIpv4 ?? "",
      privateAddress: state?.privateIps[0] ?? "",
      hostKey: (await machine.must("cat /etc/ssh/ssh_host_ecdsa_key.pub")).split(" ", 2).join(" "),
    };
  }
});

async function makeParts(lab: Lab): Promise<Made> {
  const rule = (port: string, source_ips: readonly string[]) => ({
    direction: "in",
    protocol: "tcp",
    port,
    source_ips,
  });
  // Beside the pair of the other files, in the lab's one private network.
  const subnet = { type: "cloud", ip_range: "10.77.2.0/24", network_zone: "eu-central" };
  const make = <K extends keyof Made>(kind: K, body: object) => call<Pick<Made, K>>(lab, "POST", `/${kind}s`, body);
  const parts = await Promise.all([
    make("network", { name: "office", ip_range: "10.77.0.0/16", subnets: [subnet] }),
    make("firewall", { name: "office", rules: [rule("80", addresses.anywhere), rule("22", addresses.operator)] }),
    make("floating_ip", { type: "ipv4", home_location: "fsn1", name: "office" }),
    make("ssh_key", { name: "laptop", public_key: lab.sshKey.publicKey }),
  ]);
  return Object.assign({}, ...parts) as Made;
}
