// New keys and other ways to the nodes: the next update comes by them, and nothing else about the nodes changes.
import assert from "node:assert/strict";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { auditNodes } from "../../pair/audit";
import type { Pair, PairSettings } from "../../pair/pair";
import { newKeyPair } from "../newKeyPair";
import { settingsOf, withSecuredPair } from "./securedPair";

const AUTHORIZED = "/root/.ssh/authorized_keys";

describe("credentials by which nodes are reached", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withSecuredPair((secured) => {
    pair = secured;
    lab = pair.lab;
  });

  it("change under load, one after the other, without a node or a request that is lost", async () => {
    const [newKey, newPublicKey] = await newKeyPair(lab);
    for (const name of loadBalancers) {
      await pair.host(name).must(`cp ${AUTHORIZED} /root/old-keys && cat >>${AUTHORIZED}`, { input: newPublicKey });
    }
    await keepsEverythingElse({ privateKey: newKey });
    // From here on nothing but the new one opens the nodes.
    for (const name of loadBalancers) await pair.host(name).must(`cat >${AUTHORIZED}`, { input: newPublicKey });
    await lab.hosts.web1.must(`cat >>${AUTHORIZED}`, { input: newPublicKey });
    await comesThrough("web1", { privateKey: newKey });
    for (const name of loadBalancers) await pair.host(name).must(`mv /root/old-keys ${AUTHORIZED}`);
    await comesThrough("web2", {});
    await auditNodes(pair);
  });

  async function comesThrough(bastion: "web1" | "web2", different: PairSettings): Promise<void> {
    const { sshAddress, hostKey, privateAddress } = lab.hosts[bastion];
    const nodes = loadBalancers.map((name) => ({ host: lab.hosts[name].privateAddress }));
    const before = await loginsOf(privateAddress);
    await keepsEverythingElse({ ...different, nodes, bastion: { host: sshAddress, hostKey } });
    const logins = await loginsOf(privateAddress);
    assert.ok(
      logins.every((count, index) => count > (before[index] ?? 0)),
      `not through ${bastion}: ${logins}`,
    );
  }

  /** Updates to these settings: commands are run again, and that is all. */
  async function keepsEverythingElse(different: PairSettings): Promise<void> {
    const before = await lives();
    const active = await pair.active();
    await pair.configure({ ...settingsOf(lab), ...different });
    const client = await pair.startLoad({ perSecond: 100 });
    const { changes } = await pair.up().catch(async (error) => {
      await client.stop();
      throw error;
    });
    const { samples } = await client.stop();
    assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.deepEqual(
      samples.filter(({ ok, stolenMs = 0 }) => !ok && stolenMs < 100),
      [],
      "requests were lost",
    );
    assert.deepEqual(await lives(), before);
    assert.equal(await pair.active(), active);
    await pair.waitUntilRedundant();
  }

  /** Changes with a host, and with a start of its services that is no reload. */
  function lives(): Promise<string[]> {
    const services = "systemctl show --property MainPID haproxy keepalived";
    return Promise.all(
      loadBalancers.map((name) =>
        pair.host(name).must(`cat /proc/sys/kernel/random/boot_id /etc/machine-id; ${services}`),
      ),
    );
  }

  /** Accepted SSH logins from an address, as each node counts them. */
  function loginsOf(address: string): Promise<number[]> {
    const count = `journalctl --unit ssh --output cat --no-pager | grep -c "Accepted publickey .* from ${address} " || true`;
    return Promise.all(loadBalancers.map(async (name) => Number(await pair.host(name).must(count))));
  }
});
