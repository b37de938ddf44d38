// Whatever the cloud's API does during a failover, each alone and then healed: the address ends on the healthy MASTER.
import assert from "node:assert/strict";
import { until } from "../../../lab/command";
import { auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { RETURN_MS } from "../apiFault";
import { type CloudPair, SOON_MS } from "../cloudPair";
import { type Onlooker, withOnlooker } from "../onlooker";
import type { TestedCloud } from "../tested";

/** Of both nodes, in one failover, with a few failures. A project of Hetzner's has 3,600 an hour. */
const MOST_REQUESTS = 20;

export function apiFaults(cloud: TestedCloud): void {
  describe(`a failover on ${cloud.title} while the API does not do what it should`, function () {
    this.timeout(120_000);
    let cloudPair: CloudPair;
    let onlooker: Onlooker;
    let active: LoadBalancerName;
    let errors: Record<LoadBalancerName, Readonly<Record<string, number>>>;
    withOnlooker(cloud, (...ready) => {
      [cloudPair, onlooker] = ready;
    });

    /** HAProxy is stopped on the active node; returns the other one, once it is MASTER. */
    async function failOver(): Promise<LoadBalancerName> {
      const standby = other(active);
      await cloudPair.pair.host(active).must("systemctl stop haproxy");
      await cloudPair.untilMaster(standby);
      return standby;
    }

    async function failed(name: LoadBalancerName, code: string, times: number): Promise<void> {
      const met = async () => ((await cloudPair.told(name)).errors[code] ?? 0) - (errors[name][code] ?? 0) >= times;
      await until(`the agent of ${name} to meet "${code}"`, met, 2 * SOON_MS);
    }

    async function claimFailed(name: LoadBalancerName): Promise<boolean> {
      return (await cloudPair.claimsOf(name)).some(({ failed }) => failed);
    }

    async function healed(standby: LoadBalancerName): Promise<void> {
      await cloudPair.hand.lift();
      await cloudPair.pair.host(other(standby)).must("systemctl start haproxy");
      assert.equal(await cloudPair.settled(), standby);
      const requests = (await cloudPair.hand.requests()).length;
      assert.ok(requests <= MOST_REQUESTS, `${requests} requests`);
    }

    /** Returns where the address is once it has moved. */
    async function moved(): Promise<LoadBalancerName> {
      const to = await failOver();
      await cloudPair.untilHolder(to);
      return to;
    }

    beforeEach(async () => {
      active = await cloudPair.begin();
      errors = { lb1: (await cloudPair.told("lb1")).errors, lb2: (await cloudPair.told("lb2")).errors };
    });

    it("takes one call while the API works", async () => {
      const standby = await onlooker.outage(moved);
      await healed(standby);
      assert.equal((await cloudPair.claimsOf(standby)).length, 1);
      assert.deepEqual(await cloudPair.moves(), [standby]);
      assert.deepEqual((await cloudPair.told(standby)).errors, errors[standby]);
    });

    for (const { title, inject, code, failures = 1, isOfConnection, returnMs = RETURN_MS } of cloud.apiFaults) {
      it(`ends on the MASTER: ${title}`, async () => {
        const standby = await onlooker.outage(async () => {
          await inject(cloudPair, other(active));
          const to = await failOver();
          await failed(to, code, failures);
          if (!isOfConnection) await until("a claim to fail", () => claimFailed(to), SOON_MS);
          await cloudPair.hand.lift();
          await cloudPair.untilHolder(to, returnMs);
          return to;
        });
        await healed(standby);
        assert.deepEqual(await cloudPair.moves(), [standby], "the address was moved more than once");
      });
    }

    it("ends on the MASTER: the API's name cannot be resolved", async () => {
      const standby = other(active);
      const host = cloudPair.pair.host(standby);
      await host.must(`cp /etc/hosts /etc/hosts.kept && sed --in-place '/${cloud.apiHost}/d' /etc/hosts`);
      await onlooker.outage(async () => {
        await failOver();
        await failed(standby, "dns", 2);
        await host.must("mv /etc/hosts.kept /etc/hosts");
        await cloudPair.untilHolder(standby, RETURN_MS);
      });
      await healed(standby);
    });

    it("takes one call although reads are stale for a while", async () => {
      await cloudPair.hand.staleReads(2);
      const standby = await onlooker.outage(moved);
      await healed(standby);
      assert.equal((await cloudPair.claimsOf(standby)).length, 1);
    });

    it("leaves the pair as it was deployed, and a client that lost nothing else", async () => {
      await auditNodes(cloudPair.pair);
      assert.ok((await onlooker.lostNothingElse()) >= 1_000);
    });
  });
}
