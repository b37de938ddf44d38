// What each program on a node may do: users, capabilities, file modes and sandboxes, read from the running system.
import assert from "node:assert/strict";
import type { Host } from "../../lab/host";
import { loadBalancers, type MachineName } from "../../lab/layout";
import { assertExposure, assertFiles, assertNoRights, capabilities, ofCertificates, processes } from "./privileges";
import { withSecuredPair } from "./securedPair";

/** HAProxy's master keeps those that the next worker takes (src/host/haproxy.service.mustache). */
const ofMaster =
  "chown dac_override fowner kill setgid setuid net_bind_service net_admin net_raw sys_chroot sys_resource".split(" ");

describe("what the programs of a node may do", function () {
  this.timeout(300_000);
  let nodes: readonly Host<MachineName>[];

  withSecuredPair((pair) => {
    nodes = loadBalancers.map((name) => pair.host(name));
  });

  it("begins with files that have the mode and the owner of a list, and no others", async () => {
    for (const node of nodes) await assertFiles(node, ofCertificates);
  });

  it("is, for what talks to clients, nothing: an unprivileged user in an empty directory", async () => {
    for (const node of nodes) {
      const workers = (await processes(node, "haproxy")).filter(({ owner }) => owner === "haproxy");
      assert.ok(workers.length >= 1);
      for (const { root, status } of workers) {
        assert.equal(root, "/var/lib/haproxy");
        // What may be inherited is not had: no program gets more from its file (NoNewPrivs).
        for (const set of ["CapPrm", "CapEff", "CapAmb"]) assert.match(status, new RegExp(`^${set}:\t0+$`, "m"));
        assert.match(status, /^NoNewPrivs:\t1$/m);
      }
      const empty = await node.must("find /var/lib/haproxy -mindepth 1 ! -path '/var/lib/haproxy/dev*'");
      assert.equal(empty, "");
    }
  });

  it("is, for HAProxy's master, what the next worker takes", async () => {
    for (const node of nodes) {
      const [master, ...more] = (await processes(node, "haproxy")).filter(({ owner }) => owner !== "haproxy");
      assert.deepEqual(more, []);
      assert.ok(master);
      // The host itself may have less to give, as those of the lab.
      const beyond = capabilities(master).filter((one) => !ofMaster.includes(one));
      assert.deepEqual(beyond, []);
    }
  });

  it("is, for Keepalived, the network: it runs no script", async () => {
    for (const node of nodes) {
      assert.doesNotMatch(
        await node.must("cat /etc/ha-load-balancer/current/keepalived.conf"),
        /^\s*(notify|vrrp_script)\b/m,
      );
      const all = await processes(node, "keepalived");
      assert.deepEqual([...new Set(all.map(({ name, owner }) => `${name} of ${owner}`))], ["keepalived of root"]);
      for (const one of all) assert.deepEqual(capabilities(one), ["dac_override", "net_admin", "net_raw", "sys_nice"]);
    }
  });

  it("is, for the agent, what any user may do", async () => {
    for (const node of nodes) await assertNoRights(node, "ha-lb-agent", "ha-lb");
  });

  it("leaves little to an attacker, as systemd rates it", async () => {
    for (const node of nodes) await assertExposure(node, "haproxy", "keepalived", "ha-lb-agent");
  });
});
