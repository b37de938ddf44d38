// Floating IPs and servers in time: actions that take as long as they are told, locks meanwhile, effects at the end.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { now } from "../../lab/clock";
import { ApiForTests, type FloatingIpBody, type ServerBody } from "./apiForTests";

describe("hetzner: actions", () => {
  let api: ApiForTests;
  let floatingIp: FloatingIpBody;
  let first: ServerBody;
  let second: ServerBody;

  before(async () => {
    api = await ApiForTests.start();
    floatingIp = await api.floatingIp("shared");
    first = await api.server("one");
    second = await api.server("two");
  });
  afterEach(async () => {
    await api.settled();
    await api.control.reset();
  });
  after(() => api.stop());

  const act = (name: string, body?: unknown) => api.ask("POST", `/floating_ips/${floatingIp.id}/actions/${name}`, body);
  const shown = async () => (await api.must("GET", `/floating_ips/${floatingIp.id}`)).floating_ip.server;

  it("move an address at the end of their delay, not before", async () => {
    await api.control.delays({ assign_floating_ip: 0.4 });
    const begun = now();
    const { status, body } = await act("assign", { server: first.id });
    assert.equal(status, 201);
    assert.equal(body.action.status, "running");
    assert.equal(body.action.command, "assign_floating_ip");
    assert.deepEqual(body.action.resources, [
      { id: first.id, type: "server" },
      { id: floatingIp.id, type: "floating_ip" },
    ]);
    await delay(200);
    const { action } = await api.must("GET", `/actions/${body.action.id}`);
    assert.ok(action.progress >= 30 && action.progress < 100, `progress ${action.progress}`);
    assert.equal(await shown(), null);
    assert.equal(api.machines.routes.get(floatingIp.ip), undefined);
    await api.settled();
    const [move] = await api.control.moves();
    assert.ok(move && move.at - begun >= 390 && move.at - begun < 1000, `moved after ${move && move.at - begun} ms`);
    assert.equal(await shown(), first.id);
    assert.equal(api.machines.routes.get(floatingIp.ip), "srv1");
    const { action: ended } = await api.must("GET", `/floating_ips/${floatingIp.id}/actions/${body.action.id}`);
    assert.deepEqual([ended.status, ended.progress, ended.error], ["success", 100, null]);
    assert.ok(ended.finished && ended.finished > ended.started);
  });

  it("move an address that another server holds, without an unassign first", async () => {
    await act("assign", { server: second.id });
    await api.settled();
    const [move] = await api.control.moves();
    assert.deepEqual([move?.from, move?.to, move?.address], ["one", "two", floatingIp.ip]);
    assert.equal(api.machines.routes.get(floatingIp.ip), "srv2");
    const { server } = await api.must("GET", `/servers/${second.id}`);
    assert.deepEqual(server.public_net.floating_ips, [floatingIp.id]);
  });

  it("refuse to assign an address to the server that has it", async () => {
    assert.equal((await act("assign", { server: second.id })).body.error.code, "floating_ip_assigned");
  });

  it("lock the address, but not the server, until they end", async () => {
    const other = await api.floatingIp("other");
    await api.control.delays({ assign_floating_ip: 0.3 });
    await act("assign", { server: first.id });
    const again = await act("assign", { server: second.id });
    assert.deepEqual([again.status, again.body.error.code], [423, "locked"]);
    assert.equal((await act("unassign")).status, 423);
    await api.must("POST", `/floating_ips/${other.id}/actions/assign`, { server: first.id });
    await api.settled();
    assert.equal((await act("unassign")).status, 201);
    await api.settled();
    assert.equal(api.machines.routes.get(floatingIp.ip), undefined);
    assert.equal((await act("unassign")).status, 422);
  });

  it("are done at once when no delay is set, and only then", async () => {
    const { body } = await act("assign", { server: first.id });
    await api.settled();
    assert.equal((await api.must("GET", `/actions/${body.action.id}`)).action.status, "success");
  });

  it("switch a server's power, which locks it", async () => {
    await api.control.delays({ stop_server: 0.2 });
    await api.must("POST", `/servers/${first.id}/actions/poweroff`);
    const { server } = await api.must("GET", `/servers/${first.id}`);
    assert.deepEqual([server.status, server.locked], ["stopping", true]);
    assert.equal(await api.refusal("POST", `/servers/${first.id}/actions/poweron`), "423 locked");
    assert.equal(await api.refusal("DELETE", `/servers/${first.id}`), "423 locked");
    await api.settled();
    assert.equal((await api.must("GET", `/servers/${first.id}`)).server.status, "off");
    assert.equal(api.machines.isRunning("srv1"), false);
    await api.must("POST", `/servers/${first.id}/actions/poweron`);
    await api.settled();
    assert.equal((await api.must("GET", `/servers/${first.id}`)).server.status, "running");
  });

  it("show a machine that went down by itself", async () => {
    await api.machines.powerOff("srv1");
    assert.equal((await api.must("GET", `/servers/${first.id}`)).server.status, "off");
    await api.must("POST", `/servers/${first.id}/actions/reset`);
    await api.settled();
    assert.equal((await api.must("GET", `/servers/${first.id}`)).server.status, "running");
  });

  it("create a server in steps, and boot it with its user data", async () => {
    await api.control.delays({ create_server: 0.2, start_server: 0.2 });
    const { ssh_key } = await api.must("POST", "/ssh_keys", { name: "key", public_key: publicKey });
    const body = {
      name: "three",
      server_type: "cx23",
      image: "ubuntu-24.04",
      ssh_keys: [ssh_key.id],
      user_data: "#!/bin/sh\n",
    };
    const answer = await api.must("POST", "/servers", body);
    assert.deepEqual([answer.server.status, answer.action.command], ["initializing", "create_server"]);
    assert.deepEqual(
      answer.next_actions.map(({ command }) => command),
      ["start_server"],
    );
    assert.equal(answer.root_password, null);
    assert.equal(answer.server.public_net.ipv4?.ip, "198.51.100.33");
    await delay(300);
    assert.equal((await api.must("GET", `/servers/${answer.server.id}`)).server.status, "starting");
    await api.settled();
    assert.equal((await api.must("GET", `/servers/${answer.server.id}`)).server.status, "running");
    const machine = api.machines.options.get("srv3");
    assert.deepEqual(
      [machine?.hostname, machine?.userData, machine?.authorizedKeys],
      ["three", "#!/bin/sh\n", [publicKey]],
    );
    assert.equal(machine?.metadata["instance-id"], String(answer.server.id));
  });

  it("free the address of a server that is deleted", async () => {
    await api.control.delays({ delete_server: 0.2 });
    const { action } = await api.must("DELETE", `/servers/${first.id}`);
    assert.equal(action.command, "delete_server");
    assert.equal(await api.refusal("GET", `/servers/${first.id}`), "404 not_found");
    assert.equal(await shown(), null);
    await api.settled();
    assert.equal(api.machines.routes.get(floatingIp.ip), undefined);
    assert.ok(api.machines.calls.includes("destroy srv1"));
  });

  it("leave an address where it was claimed to while its server was being deleted", async () => {
    await act("assign", { server: second.id });
    await api.settled();
    const third = await api.server("four");
    await api.control.delays({ delete_server: 0.3 });
    await api.must("DELETE", `/servers/${second.id}`);
    await act("assign", { server: third.id });
    await api.settled();
    assert.equal(await shown(), third.id);
    assert.equal(api.machines.routes.get(floatingIp.ip), "srv1");
  });
});

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ3dHlKS7rmr1kB4b4bYX0pXWZ2Hqk8Yx5R0S3hC1xq tests";
