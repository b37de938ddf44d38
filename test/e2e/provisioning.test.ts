// The way of a pair from nothing to serving, and through changes, by the real engine on real hosts.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { now } from "../lab/clock";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { audit, auditNodes, fetchFrom } from "../pair/audit";
import { Pair, url, url6 } from "../pair/pair";
import { leftOn, takeOff } from "../pair/takeOff";
import { withLab } from "./labForTests";
import { assertOneOutagePerMove } from "./movesOnce";

const key = "/etc/ssh/ssh_host_ed25519_key";

describe("provisioning a pair", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("provisioning", async (started) => {
    lab = started;
    // One host that has nothing of what nodes need yet.
    await lab.hosts.lb2.must("apt-get -q purge --yes 'python3*' 'libpython3*'", { timeoutMs: 60_000 });
    pair = await Pair.prepare(lab, { sshUser: "admin" });
  });

  it("plans without touching a host", async () => {
    const { changes } = await pair.pulumi.preview();
    assert.equal(changes.create, 6);
    assert.deepEqual(await logins(), [0, 0]);
  });

  it("brings the pair up as a user with sudo, by two connections a node", async () => {
    const { outputs } = await pair.up();
    assert.equal(outputs.address, "198.51.100.100");
    assert.deepEqual(outputs.addresses, ["198.51.100.100", "2001:db8:51::100"]);
    assert.deepEqual(outputs.nodes, [
      { name: "lb1", publicAddress: "198.51.100.11", privateAddress: "10.77.0.11" },
      { name: "lb2", publicAddress: "198.51.100.12", privateAddress: "10.77.0.12" },
    ]);
    assert.deepEqual(await logins(), [2, 2]);
    await audit(pair);
  });

  it("spreads requests over the web servers, by IPv4 and IPv6", async () => {
    for (const address of [url, url6]) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => fetchFrom(pair, address)));
      assert.deepEqual([...new Set(answers.map(({ stdout }) => stdout.trim()))].sort(), ["web1", "web2"]);
    }
  });

  it("connects to no host when nothing changed", async () => {
    const before = await logins();
    const { changes } = await pair.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
    assert.deepEqual(await logins(), before);
  });

  it("applies a change on both nodes without moving the address", async () => {
    const before = { active: await pair.active(), bundles: await pair.recordedBundles() };
    await pair.configure({ sshUser: "admin", failover: { profile: "fast" } });
    const preview = await pair.pulumi.preview({ diff: true });
    assert.match(preview.stdout, /keepalived\.conf/);
    assert.equal(preview.changes.update, 2);
    await pair.up();
    assert.equal(await pair.active(), before.active);
    assert.notDeepEqual(await pair.recordedBundles(), before.bundles);
    await audit(pair);
  });

  it("keeps the private key out of the state, the nodes' files and their logs", async () => {
    const secret = keyText(lab.sshKey.privateKey);
    assert.ok(!(await pair.pulumi.exportState()).text.includes(secret));
    for (const name of loadBalancers) {
      const found = await pair.host(name).run(`grep -rlF '${secret}' /etc /run /var/log /tmp`);
      assert.equal(found.stdout, "");
    }
  });

  it("is readable and complete for an operator: status, doctor and logs", async () => {
    const active = await pair.active();
    const status = await pair.host(active).run("ha-lb status");
    assert.equal(status.code, 0);
    assert.match(status.stdout, new RegExp(`The pair is redundant. Addresses: ${active}.`));
    const doctor = await pair.host(active).run("ha-lb doctor");
    assert.equal(doctor.code, 0, doctor.stdout);
    assert.match((await pair.host(active).run("ha-lb logs --lines 200 --no-pager")).stdout, /Entering MASTER STATE/);
  });

  it("tells degraded from down", async () => {
    await lab.fault("keepalived-stop", await pair.standby());
    const active = pair.host(await pair.active());
    assert.equal((await active.run("ha-lb status")).code, 1);
    const doctor = await active.run("ha-lb doctor");
    assert.equal(doctor.code, 1);
    await active.must("systemctl stop keepalived");
    assert.equal((await active.run("ha-lb status")).code, 2);
    await active.must("systemctl start keepalived");
    await lab.heal();
    await audit(pair);
  });

  it("has another machine in the place of the standby become it, while the other one serves", async () => {
    const [lost, active] = [await pair.standby(), await pair.active()];
    const host = pair.host(lost);
    await takeOff(host);
    const newKey = `ssh-keygen -q -t ed25519 -N '' -f ${key}`;
    await host.must(`mkdir /root/keys && mv ${key}* /root/keys && ${newKey} && systemctl reload ssh`);
    try {
      await pair.configure({ sshUser: "admin", failover: { profile: "fast" } });
      await assertOneOutagePerMove(pair, 0, async () => {
        const since = now();
        await pair.up();
        return since;
      });
    } finally {
      await host.must(`mv /root/keys/* ${dirname(key)} && rmdir /root/keys && systemctl reload ssh`);
    }
    assert.equal(await pair.active(), active);
    await auditNodes(pair);
  });

  it("leaves nothing in the state, and needs no host, when it is destroyed", async () => {
    await lab.hosts.lb1.powerOff();
    await pair.pulumi.destroy();
    assert.equal((await pair.pulumi.exportState()).resources.length, 0);
    await lab.heal();
  });

  it("goes on serving then, until it is taken off as the guide says", async () => {
    await pair.waitUntilRedundant();
    for (const name of [await pair.standby(), await pair.active()]) {
      assert.equal((await fetchFrom(pair, url)).code, 0, "clients are served to the end");
      await takeOff(pair.host(name));
      assert.deepEqual(await leftOn(pair.host(name), pair.addresses), []);
    }
  });

  /** Accepted SSH logins of Pulumi's user on each node, as the nodes count them. */
  async function logins(): Promise<number[]> {
    return Promise.all(
      loadBalancers.map(async (name) => {
        const log = await pair.host(name).must("journalctl --unit ssh --output cat --no-pager");
        return log.split("\n").filter((line) => line.startsWith("Accepted publickey for admin")).length;
      }),
    );
  }
});

/** A line of the key that nothing else contains. */
function keyText(privateKey: string): string {
  return privateKey.split("\n")[2] ?? "";
}
