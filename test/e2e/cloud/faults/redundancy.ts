// A standby proves all the time that it could take over: whatever keeps it from that shows on both nodes, before it is
// needed. And a pair whose address was given to somebody else leaves it there.
import assert from "node:assert/strict";
import { until } from "../../../lab/command";
import { loadBalancers } from "../../../lab/layout";
import { auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { type CloudPair, SOON_MS, withCloudPair } from "../cloudPair";
import type { TestedCloud } from "../tested";

export function lostRedundancy(cloud: TestedCloud): void {
  describe(`the redundancy of a pair on ${cloud.title}`, function () {
    this.timeout(180_000);
    let cloudPair: CloudPair;
    let active: LoadBalancerName;
    let standby: LoadBalancerName;
    withCloudPair(cloud, (ready) => {
      cloudPair = ready;
    });
    beforeEach(async () => {
      active = await cloudPair.begin();
      standby = other(active);
      await cloudPair.pair.waitUntilRedundant();
    });
    afterEach(() => cloudPair?.heal());

    /** What an operator sees, whichever node is asked: text, exit status and metrics. */
    async function isDegraded(reason: string | RegExp, metric?: string, patienceMs = 0): Promise<void> {
      const pattern = typeof reason === "string" ? reason : reason.source;
      for (const name of loadBalancers) {
        const host = cloudPair.pair.host(name);
        const says = async () => new RegExp(pattern).test((await host.run("ha-lb status")).stdout);
        await until(`${name} to say "${pattern}"`, says, 2 * SOON_MS + patienceMs, 200);
        const { stdout, code } = await host.run("ha-lb status");
        assert.equal(code, 1, stdout);
        assert.match(stdout, /^The pair is degraded/);
        const metrics = await host.must("ha-lb metrics");
        for (const line of ['ha_lb_redundancy{redundancy="degraded"} 1', ...(metric ? [metric] : [])]) {
          assert.ok(metrics.split("\n").includes(line), `${name}: no "${line}" in:\n${metrics}`);
        }
      }
      assert.deepEqual(await cloudPair.moves(), []);
    }

    async function isRedundantAgain(): Promise<void> {
      await cloudPair.pair.waitUntilRedundant();
      for (const name of loadBalancers) {
        const host = cloudPair.pair.host(name);
        assert.equal((await host.run("ha-lb status")).code, 0);
        assert.match(await host.must("ha-lb metrics"), /^ha_lb_redundancy\{redundancy="redundant"\} 1$/m);
      }
      assert.equal(await cloudPair.settled(), active);
    }

    it("is lost with credentials that are revoked", async () => {
      const { lasting } = cloud.revoked;
      const isDenied = (name: LoadBalancerName, what: string) =>
        isDegraded(
          `${name}: ${what}: ${lasting}`,
          `ha_lb_api_state{node="${name}",state="denied"} 1`,
          1000 * cloud.lastingAfterSeconds,
        );
      await cloudPair.hand.revoke();
      await isDenied(standby, "could not take over");
      await isDenied(active, "the cloud's API fails");
      await cloudPair.hand.restore();
      // As an update with other ones does. By themselves they ask again within half a minute.
      await Promise.all(loadBalancers.map((name) => cloudPair.agent(name, "restart")));
      await isRedundantAgain();
    });

    it("is lost while the standby cannot reach the API", async () => {
      await cloudPair.lab.fault("api-unreachable", cloudPair.pair.host(standby).name);
      await isDegraded(
        `${standby}: could not take over: timeout`,
        `ha_lb_api_state{node="${standby}",state="failing"} 1`,
      );
      await cloudPair.lab.heal();
      await isRedundantAgain();
    });

    it("is lost while the standby has another bundle", async () => {
      const host = cloudPair.pair.host(standby);
      await host.must(`cd /etc/ha-load-balancer && cp --archive "$(readlink --canonicalize current)" bundles/another
      echo another >bundles/another/release && readlink current >/root/bundle && ln --symbolic --force --no-dereference bundles/another current`);
      await host.must("systemctl restart ha-lb-agent");
      await isDegraded("the nodes run different releases: .*another");
      await host.must(`cd /etc/ha-load-balancer && ln --symbolic --force --no-dereference "$(cat /root/bundle)" current
      rm --recursive bundles/another /root/bundle && systemctl restart ha-lb-agent`);
      await isRedundantAgain();
    });

    it("is lost while the standby's HAProxy does not answer", async () => {
      await cloudPair.pair.fault("haproxy-hang", standby);
      await isDegraded(`${standby}: HAProxy runs but does not answer`, `ha_lb_node_ready{node="${standby}"} 0`);
      await cloudPair.lab.heal();
      await isRedundantAgain();
    });

    it("is of no use to an address that was given to another machine: neither node takes it back", async () => {
      const { pair, hand } = cloudPair;
      const another = await hand.stranger();
      try {
        await cloudPair.assignTo(another.id);
        const knows = async (name: LoadBalancerName) => (await cloudPair.told(name)).superseded;
        for (const name of loadBalancers) await until(`${name} to know`, () => knows(name), 2 * SOON_MS, 100);
        for (const name of loadBalancers) {
          const { code, stdout } = await pair.host(name).run("ha-lb status");
          assert.equal(code, 1, stdout);
          assert.match(stdout, new RegExp(`was replaced, a machine that is not of this pair has ${cloudPair.address}`));
          assert.match(
            await pair.host(name).must("ha-lb metrics"),
            new RegExp(`^ha_lb_superseded\\{node="${name}"\\} 1$`, "m"),
          );
        }
        await cloudPair.hold(active, true);
        await cloudPair.untilMaster(standby);
        const before = (await cloudPair.requestsOf(standby)).length;
        const looked = async () => (await cloudPair.requestsOf(standby)).length >= before + 2;
        await until("the new MASTER to look", looked, SOON_MS);
        const claims = await Promise.all(loadBalancers.map((name) => cloudPair.claimsOf(name)));
        assert.deepEqual(claims.flat(), []);
        await cloudPair.assignTo(cloudPair.idOf(active));
        await cloudPair.hold(active, false);
        assert.equal(await cloudPair.settled(2 * SOON_MS), standby);
      } finally {
        await another.remove();
      }
      await cloudPair.rest();
      await auditNodes(pair);
    });
  });
}
