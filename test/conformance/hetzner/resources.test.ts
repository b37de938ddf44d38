// What resources do beside being there: names, protection, addresses in networks, firewalls, placement groups, keys.
import assert from "node:assert/strict";
import { ApiForTests } from "./apiForTests";

describe("hetzner: resources", () => {
  let api: ApiForTests;

  beforeEach(async () => {
    api = await ApiForTests.start();
  });
  afterEach(() => api.stop());

  it("have ids that never repeat, beyond 32 bits", async () => {
    const ids = [await api.floatingIp("a"), await api.network(), await api.server("s")].map(({ id }) => id);
    await api.must("DELETE", `/floating_ips/${ids[0]}`);
    ids.push((await api.floatingIp("a")).id);
    assert.equal(new Set(ids).size, 4);
    assert.ok(ids.every((id) => id > 2 ** 32));
  });

  it("have names of their own within their kind", async () => {
    await api.server("edge");
    await api.floatingIp("edge");
    const server = { name: "edge", server_type: "cx23", image: "debian-12" };
    assert.equal(await api.refusal("POST", "/servers", server), "409 uniqueness_error");
    const floatingIp = { name: "edge", type: "ipv4", home_location: "fsn1" };
    assert.equal(await api.refusal("POST", "/floating_ips", floatingIp), "409 uniqueness_error");
    const other = await api.floatingIp("other");
    assert.equal(await api.refusal("PUT", `/floating_ips/${other.id}`, { name: "edge" }), "409 uniqueness_error");
    await api.must("PUT", `/floating_ips/${other.id}`, { name: "other", labels: { a: "b" } });
  });

  it("are refused with the field that is wrong", async () => {
    const bodies: readonly (readonly [field: string, body: object])[] = [
      ["name", { name: "not_a_host_name" }],
      ["server_type", { server_type: "cx22" }],
      ["image", { image: "debian-7" }],
      ["location", { location: "ash9" }],
      ["ssh_keys", { ssh_keys: ["nobody's"] }],
    ];
    for (const [field, wrong] of bodies) {
      const body = { name: "s", server_type: "cx23", image: "debian-12", ...wrong };
      const answer = await api.ask("POST", "/servers", body);
      assert.equal(answer.status, 422);
      assert.equal((answer.body.error.details as { fields: { name: string }[] }).fields[0]?.name, field);
    }
    assert.deepEqual((await api.must("GET", "/servers")).servers, []);
  });

  it("are not deleted while they are protected", async () => {
    const floatingIp = `/floating_ips/${(await api.floatingIp("a")).id}`;
    const server = `/servers/${(await api.server("s")).id}`;
    const network = `/networks/${(await api.network()).id}`;
    for (const [path, off] of [
      [floatingIp, { delete: false }],
      [server, { delete: false, rebuild: false }],
      [network, { delete: false }],
    ] as const) {
      const on = Object.fromEntries(Object.keys(off).map((name) => [name, true]));
      await api.must("POST", `${path}/actions/change_protection`, on);
      await api.settled();
      assert.equal(await api.refusal("DELETE", path), "403 protected");
      await api.must("POST", `${path}/actions/change_protection`, off);
      await api.settled();
      assert.ok((await api.ask("DELETE", path)).status < 300);
    }
  });

  it("of the lab's are six servers", async () => {
    for (let n = 1; n <= 6; n += 1) await api.server(`s${n}`);
    const seventh = { name: "s7", server_type: "cx23", image: "debian-12" };
    assert.equal(await api.refusal("POST", "/servers", seventh), "412 resource_unavailable");
    assert.equal((await api.must("GET", "/servers")).servers.length, 6);
  });

  describe("floating IPs", () => {
    it("have addresses of either kind, and one that is given back is not the next", async () => {
      const first = await api.floatingIp("a");
      const network = await api.floatingIp("b", { type: "ipv6" });
      assert.deepEqual([first.ip, network.ip], ["203.0.113.101", "2001:db8:f1::/64"]);
      await api.must("DELETE", `/floating_ips/${first.id}`);
      assert.equal((await api.floatingIp("c")).ip, "203.0.113.102");
    });

    it("need a home, or a server to begin with", async () => {
      assert.equal(await api.refusal("POST", "/floating_ips", { type: "ipv4" }), "422 invalid_input");
      const server = await api.server("s", { location: "hel1" });
      const answer = await api.must("POST", "/floating_ips", { type: "ipv4", server: server.id });
      assert.equal(answer.action.command, "assign_floating_ip");
      assert.equal(answer.floating_ip.home_location.name, "hel1");
      await api.settled();
      assert.equal(api.machines.routes.get(answer.floating_ip.ip), "srv1");
      assert.equal(await api.refusal("DELETE", `/floating_ips/${answer.floating_ip.id}`), "422 must_be_unassigned");
    });

    it("are changed in what is said, and nothing else", async () => {
      const { id } = await api.floatingIp("a", { description: "first" });
      const { floating_ip } = await api.must("PUT", `/floating_ips/${id}`, { labels: { tier: "edge" } });
      assert.deepEqual(
        [floating_ip.name, floating_ip.description, floating_ip.labels],
        ["a", "first", { tier: "edge" }],
      );
      await api.must("POST", `/floating_ips/${id}/actions/change_dns_ptr`, {
        ip: floating_ip.ip,
        dns_ptr: "lb.example",
      });
      const read = await api.must("GET", `/floating_ips/${id}`);
      assert.deepEqual(read.floating_ip.dns_ptr, [{ ip: floating_ip.ip, dns_ptr: "lb.example" }]);
    });
  });

  describe("networks", () => {
    it("give servers the first free address after the gateway's", async () => {
      const network = await api.network();
      const addresses = [];
      for (const name of ["a", "b", "c"]) {
        const server = await api.server(name, { networks: [network.id] });
        addresses.push(server.private_net[0]?.ip);
        if (name === "b") await api.must("DELETE", `/servers/${server.id}`);
      }
      assert.deepEqual(addresses, ["10.77.1.2", "10.77.1.3", "10.77.1.3"]);
      assert.equal(api.machines.options.get("srv1")?.privateAddress, "10.77.1.2/16");
      assert.equal(network.subnets[0]?.gateway, "10.77.0.1");
      assert.equal((await api.must("GET", `/networks/${network.id}`)).network.servers.length, 2);
    });

    it("are joined and left by servers that run", async () => {
      const network = await api.network();
      const server = await api.server("a");
      const act = (name: string, body: object) => api.ask("POST", `/servers/${server.id}/actions/${name}`, body);
      await act("attach_to_network", { network: network.id, ip: "10.77.1.9" });
      await api.settled();
      assert.equal(api.machines.calls.at(-1), "setPrivateAddress srv1 10.77.1.9/16");
      const again = await act("attach_to_network", { network: network.id });
      assert.equal(again.body.error.code, "server_already_attached");
      await act("detach_from_network", { network: network.id });
      await api.settled();
      assert.equal(api.machines.calls.at(-1), "setPrivateAddress srv1 none");
      const taken = await act("attach_to_network", { network: network.id, ip: "10.77.2.9" });
      assert.equal(taken.body.error.code, "invalid_input");
    });

    it("have subnets that fit in and do not overlap", async () => {
      const { id } = await api.network();
      const add = (range: string | undefined) =>
        api.ask("POST", `/networks/${id}/actions/add_subnet`, {
          type: "cloud",
          network_zone: "eu-central",
          ip_range: range,
        });
      assert.equal((await add("10.77.1.128/25")).status, 422);
      assert.equal((await add("10.78.0.0/24")).status, 422);
      assert.equal((await add(undefined)).status, 201);
      await api.settled();
      const { network } = await api.must("GET", `/networks/${id}`);
      assert.deepEqual(
        network.subnets.map(({ ip_range }) => ip_range),
        ["10.77.1.0/24", "10.77.0.0/24"],
      );
      await api.server("a", { networks: [id] });
      const remove = (range: string) => api.ask("POST", `/networks/${id}/actions/delete_subnet`, { ip_range: range });
      assert.equal((await remove("10.77.1.0/24")).status, 422);
      assert.equal((await remove("10.77.0.0/24")).status, 201);
    });

    it("are being changed by one at a time", async () => {
      const { id } = await api.network();
      await api.control.delays({ add_route: 0.2 });
      const route = { destination: "192.168.0.0/24", gateway: "10.77.1.2" };
      await api.must("POST", `/networks/${id}/actions/add_route`, route);
      assert.equal(await api.refusal("POST", `/networks/${id}/actions/delete_route`, route), "409 conflict");
      await api.settled();
      await api.must("POST", `/networks/${id}/actions/delete_route`, route);
    });
  });

  describe("firewalls", () => {
    const rule = { direction: "in", protocol: "tcp", port: "443", source_ips: ["0.0.0.0/0", "::/0"] };
    const enforced = [{ protocol: "tcp", port: "443", sourceIps: ["0.0.0.0/0", "::/0"] }];

    it("are enforced from a server's beginning", async () => {
      const { firewall } = await api.must("POST", "/firewalls", { name: "web", rules: [rule] });
      const { id } = await api.server("a", { firewalls: [{ firewall: firewall.id }] });
      assert.deepEqual(api.machines.rules.get("srv1"), enforced);
      const { server } = await api.must("GET", `/servers/${id}`);
      assert.deepEqual(server.public_net.firewalls, [{ id: firewall.id, status: "applied" }]);
      assert.equal(await api.refusal("DELETE", `/firewalls/${firewall.id}`), "422 resource_in_use");
    });

    it("are enforced at the end of their actions", async () => {
      const server = await api.server("a");
      const { firewall } = await api.must("POST", "/firewalls", { name: "web" });
      const apply = { apply_to: [{ type: "server", server: { id: server.id } }] };
      await api.control.delays({ apply_firewall: 0.2 });
      await api.must("POST", `/firewalls/${firewall.id}/actions/apply_to_resources`, apply);
      const pending = await api.must("GET", `/servers/${server.id}`);
      assert.deepEqual(pending.server.public_net.firewalls, [{ id: firewall.id, status: "pending" }]);
      assert.equal(api.machines.rules.has("srv1"), false);
      await api.settled();
      assert.deepEqual(api.machines.rules.get("srv1"), []);
      const { actions } = await api.must("POST", `/firewalls/${firewall.id}/actions/set_rules`, { rules: [rule] });
      assert.deepEqual(
        actions.map(({ command }) => command),
        ["set_firewall_rules", "apply_firewall"],
      );
      await api.settled();
      assert.deepEqual(api.machines.rules.get("srv1"), enforced);
      const remove = { remove_from: apply.apply_to };
      await api.must("POST", `/firewalls/${firewall.id}/actions/remove_from_resources`, remove);
      await api.settled();
      assert.equal(api.machines.rules.get("srv1"), undefined);
    });

    it("follow the labels of servers", async () => {
      const apply_to = [{ type: "label_selector", label_selector: { selector: "tier=web" } }];
      await api.must("POST", "/firewalls", { name: "web", rules: [rule], apply_to });
      const { id } = await api.server("a");
      assert.equal(api.machines.rules.get("srv1"), undefined);
      await api.must("PUT", `/servers/${id}`, { labels: { tier: "web" } });
      assert.deepEqual(api.machines.rules.get("srv1"), enforced);
    });

    it("take no rule that makes no sense", async () => {
      for (const wrong of [
        { port: null },
        { port: "70000" },
        { port: "90-80" },
        { protocol: "icmp" },
        { source_ips: [] },
        { source_ips: ["203.0.113.7"] },
        { source_ips: ["203.0.113.7/24"] },
      ]) {
        const body = { name: "web", rules: [{ ...rule, ...wrong }] };
        assert.equal(await api.refusal("POST", "/firewalls", body), "422 invalid_input", JSON.stringify(wrong));
      }
    });
  });

  it("placement groups know their servers", async () => {
    const { placement_group: group } = await api.must("POST", "/placement_groups", { name: "pair", type: "spread" });
    const { id } = await api.server("a", { placement_group: group.id });
    const read = await api.must("GET", `/placement_groups/${group.id}`);
    assert.deepEqual(read.placement_group.servers, [id]);
    await api.must("DELETE", `/placement_groups/${group.id}`);
    assert.equal((await api.must("GET", `/servers/${id}`)).server.placement_group, null);
  });

  it("SSH keys are known by their fingerprints", async () => {
    const key = { name: "one", public_key: publicKey };
    const { ssh_key } = await api.must("POST", "/ssh_keys", key);
    assert.match(ssh_key.fingerprint, /^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    assert.equal(await api.refusal("POST", "/ssh_keys", { ...key, name: "two" }), "409 uniqueness_error");
    assert.equal(await api.refusal("POST", "/ssh_keys", { name: "two", public_key: "no key" }), "422 invalid_input");
    const { ssh_keys } = await api.must("GET", `/ssh_keys?fingerprint=${encodeURIComponent(ssh_key.fingerprint)}`);
    assert.equal(ssh_keys.length, 1);
  });

  it("primary IPs come and go with their servers", async () => {
    const server = await api.server("a");
    const { primary_ip } = await api.must("GET", `/primary_ips/${server.public_net.ipv4?.id}`);
    assert.deepEqual([primary_ip.ip, primary_ip.assignee_id], ["198.51.100.31", server.id]);
    const without = await api.server("b", { public_net: { enable_ipv4: true, enable_ipv6: false } });
    assert.equal(without.public_net.ipv6, null);
  });
});

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ3dHlKS7rmr1kB4b4bYX0pXWZ2Hqk8Yx5R0S3hC1xq tests";
