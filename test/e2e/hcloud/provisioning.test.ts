// A pair on Hetzner Cloud from nothing to serving, and through changes, by the real engine, on machines that the lab's API
// makes: what there is then, and who gets at it.
import assert from "node:assert/strict";
import { until } from "../../lab/command";
import type { SlotName } from "../../lab/layout";
import { audit, pulumiSeesNoChange } from "../../pair/audit";
import { fetchFrom } from "../../pair/fetch";
import { other, type Pair } from "../../pair/pair";
import { hetzner } from "../../pair/platforms/hcloud";
import { openPorts } from "../reach";
import { ask, inventory, kinds, list, type Resource } from "./api";
import { hostKeyLine, listeningPorts, logins, nodes } from "./node";
import { operatorAddresses, settings, withPair } from "./provisionedPair";

interface Server extends Resource {
  readonly placement_group: { readonly type: string; readonly servers: readonly number[] } | null;
  readonly private_net: readonly { readonly network: number }[];
  readonly public_net: { readonly firewalls: readonly { readonly id: number }[] };
}

describe("provisioning a pair on Hetzner Cloud", function () {
  this.timeout(600_000);
  const changed = { ...settings.hcloud, allowClientsFrom: [...operatorAddresses], labels: { team: "core" } };
  let pair: Pair;
  /** What the engine says while it makes everything. */
  let printed = "";

  withPair((prepared) => {
    pair = prepared;
  });

  it("plans everything, and makes nothing", async () => {
    const { changes } = await pair.pulumi.preview();
    // The program and the component among them.
    assert.deepEqual(changes, { create: 18 });
    assert.deepEqual(await inventory(pair.lab), []);
  });

  it("refuses a token that may only read, with the API's reason", async () => {
    await pair.configure({ ...settings, failoverToken: pair.lab.hetznerTokens.reader });
    const { message } = await pair.up().then(
      () => assert.fail("`up` went well with a token that may only read"),
      (error: unknown) => error as Error,
    );
    assert.match(message, /is MASTER, but does not have the address .*API says: 403 token_readonly/);
    printed = message;
  });

  it("comes up with the next good one, with every address claimed and verified", async () => {
    await pair.configure({ ...settings, hcloud: { ...settings.hcloud, deleteProtection: true } });
    const { outputs, stdout } = await pair.up();
    printed += stdout;
    await audit(pair);
    const { floatingIps, servers } = await hetzner(pair.lab).state();
    const node = (name: string) => {
      const server = servers.find((one) => one.name.startsWith(`edge-${name}-`));
      return { name, publicAddress: server?.publicIpv4, privateAddress: server?.privateIps[0] };
    };
    assert.deepEqual(outputs.nodes, nodes.map(node));
    assert.deepEqual(await holders(), new Set([await pair.active()]));
    // In the order in which they were asked for.
    assert.deepEqual(
      outputs.addresses,
      ["main", "second", "six"].map((name) => {
        const found = floatingIps.find((one) => one.name.startsWith(`edge-${name}-`));
        return found?.address.replace(/::\/64$/, "::1");
      }),
    );
  });

  it("stays as it is when it is renamed, with an alias", async () => {
    const hcloud = { ...settings.hcloud, deleteProtection: true };
    await pair.configure({ ...settings, hcloud, component: { name: "front", formerName: "edge" } });
    assert.deepEqual(Object.keys((await pair.pulumi.preview()).changes), ["same"]);
    await pair.configure({ ...settings, hcloud });
  });

  it("spreads the servers, and puts them into the network and behind the firewall", async () => {
    const servers = await list<Server>(pair.lab, "servers");
    const [[network], [firewall]] = await Promise.all([list(pair.lab, "networks"), list(pair.lab, "firewalls")]);
    for (const { placement_group, private_net, public_net } of servers) {
      assert.equal(placement_group?.type, "spread");
      assert.deepEqual(
        placement_group?.servers,
        servers.map(({ id }) => id),
      );
      assert.deepEqual(
        [private_net.map((one) => one.network), public_net.firewalls.map(({ id }) => id)],
        [[network?.id], [firewall?.id]],
      );
    }
  });

  it("names everything so that another one could stand beside it, labels it and protects it", async () => {
    for (const kind of kinds) {
      for (const { id, name, labels, protection } of await list(pair.lab, kind)) {
        assert.match(name, /^edge-[a-z0-9-]+-[0-9a-f]{7}$/);
        assert.deepEqual(labels, { team: "edge" }, name);
        if (!protection) continue;
        assert.deepEqual(protection.delete, true, name);
        const { body } = await ask<{ error?: { code: string } }>(pair.lab, "DELETE", `/${kind}/${id}`);
        assert.equal(body?.error?.code, "protected", name);
      }
    }
  });

  it("tells the machines their host keys, and nothing else, and tells nobody else", async () => {
    for (const { record } of pair.lab.machines()) {
      const [head, config = ""] = record.userData.split(/\n(.*)/s);
      assert.equal(head, "#cloud-config");
      const { ssh_keys, ssh_deletekeys, ...more } = JSON.parse(config);
      assert.deepEqual(
        [Object.keys(ssh_keys), ssh_deletekeys, more],
        [["ed25519_private", "ed25519_public"], true, {}],
      );
    }
    const { failover, reader } = pair.lab.hetznerTokens;
    const keys = await Promise.all(nodes.map((name) => hostKeyLine(pair, name)));
    assert.ok(
      ![failover, reader, ...keys].some((secret) => printed.includes(secret)),
      "the engine has printed a secret",
    );
  });

  it("lets clients get at the frontend, operators at SSH too, and nobody at anything else", async () => {
    const { client, operator } = pair.lab;
    const listening = await listeningPorts(pair, await pair.active());
    assert.ok(
      [22, 80, 8405].every((port) => listening.includes(port)),
      `it listens on ${listening}`,
    );
    // The firewall is the server's: it does not matter by which address somebody comes.
    const own = nodes.map((name) => pair.host(name).publicAddress ?? "");
    await all([...own, ...pair.addresses], async (address) => {
      const open = await Promise.all([client, operator].map((from) => openPorts(from, address, listening)));
      // The operator's IPv6 address is none that SSH is let in from.
      assert.deepEqual(open, [[80], address.includes(":") ? [80] : [22, 80]], address);
    });
  });

  it("connects to no host when nothing changed", async () => {
    const before = await logins(pair);
    const { changes } = await pair.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
    assert.deepEqual(await logins(pair), before);
  });

  it("takes other clients, labels and no protection without touching a node", async () => {
    const before = await logins(pair);
    await pair.configure({ ...settings, hcloud: changed });
    const { changes } = await pair.up();
    assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.deepEqual(await logins(pair), before);
    const { client, operator } = pair.lab;
    await all(pair.addresses, async (address) => {
      const open = await Promise.all([client, operator].map((from) => openPorts(from, address, [80])));
      assert.deepEqual(open, [[], [80]], address);
    });
    const servers = await list(pair.lab, "servers");
    assert.deepEqual(
      servers.map(({ labels, protection }) => [labels.team, protection?.delete]),
      [
        ["core", false],
        ["core", false],
      ],
    );
  });

  it("replaces no server for another image or key, unless it is asked to", async () => {
    const image = "ubuntu-24.04";
    const ssh = { ...changed.ssh, existingKeys: ["laptop"] };
    await pair.configure({ ...settings, hcloud: { ...changed, image, ssh } });
    assert.deepEqual((await pair.pulumi.preview()).changes, { delete: 1, same: 17 });
    await pair.configure({ ...settings, hcloud: { ...changed, image, replaceServersOn: ["image"] } });
    assert.equal((await pair.pulumi.preview()).changes.replace, 2);
  });

  it("moves every address when the active node fails, and Pulumi moves none of them back", async () => {
    await pair.configure(settings);
    await pair.up();
    const active = await pair.active();
    await pair.fault("haproxy-stop", active);
    await until(
      "all addresses to move",
      async () => (await holders()).has(other(active)) && (await holders()).size === 1,
      20_000,
    );
    for (const url of pair.urls) {
      await until(`an answer from ${url}`, async () => (await fetchFrom(pair, url)).code === 0, 10_000);
    }
    await hetzner(pair.lab).forget();
    await pulumiSeesNoChange(pair);
    await pair.up({ refresh: true });
    assert.deepEqual(await hetzner(pair.lab).moves(), []);
    await pair.lab.heal();
    await audit(pair);
    assert.equal(await pair.active(), other(active));
  });

  async function all<T>(items: readonly T[], check: (item: T) => Promise<void>): Promise<void> {
    await Promise.all(items.map(check));
  }

  /** Where clients' packets go, whatever the address. */
  async function holders(): Promise<Set<string | undefined>> {
    const routes = await pair.lab.routes();
    const nodeIn = (slot: SlotName) => nodes.find((name) => pair.host(name).name === slot);
    assert.equal(routes.length, settings.hcloud.floatingIps?.length);
    return new Set(routes.map(({ slot }) => nodeIn(slot)));
  }
});
