// Changes of a pair that serves on a cloud: no request is lost, and the address stays where it is.
import assert from "node:assert/strict";
import { loadBalancers } from "../../lab/layout";
import { auditNodes } from "../../pair/audit";
import { type PairSettings, webServers } from "../../pair/pair";
import { type CloudPair, cloudPairSettings } from "./cloudPair";
import { type Onlooker, withOnlookerAtRest } from "./onlooker";
import type { TestedCloud } from "./tested";

export function updatesUnderLoad(cloud: TestedCloud): void {
  describe(`updates of a pair on ${cloud.title} under load`, function () {
    this.timeout(300_000);
    let cloudPair: CloudPair;
    let onlooker: Onlooker;
    withOnlookerAtRest(cloud, (...ready) => {
      [cloudPair, onlooker] = ready;
    });

    /** @returns on how many nodes another process takes new connections since */
    async function reloadedBy(settings: PairSettings): Promise<number> {
      const before = await processes();
      await cloudPair.pair.configure(settings);
      await cloudPair.pair.up();
      const after = await processes();
      return after.filter((id, index) => id !== before[index]).length;
    }

    it("tells the running processes what they can be told", async () => {
      assert.equal(await reloadedBy(weighted()), 0);
    });

    it("reloads for anything else, and has the agents run where that is asked for, also one that was disabled", async () => {
      const frontends = [{ name: "web", port: 80, maxConnections: 500, defaultBackend: "app" }];
      const standby = cloudPair.pair.host(await cloudPair.pair.standby());
      await standby.must("systemctl disable --now --quiet ha-lb-vip");
      assert.equal(await reloadedBy({ ...weighted(), frontends, revision: "again" }), 2);
      assert.equal(
        await standby.must("systemctl is-active ha-lb-vip; systemctl is-enabled ha-lb-vip"),
        "active\nenabled\n",
      );
      await cloudPair.pair.waitUntilRedundant();
      assert.equal(await reloadedBy(cloudPairSettings), 2);
    });

    it("moves nothing meanwhile, and loses no request", async () => {
      await auditNodes(cloudPair.pair);
      assert.deepEqual(await cloudPair.moves(), []);
      const requests = await onlooker.lostNothingElse();
      assert.ok(requests > 500, `${requests} requests`);
    });

    function weighted(): PairSettings {
      const servers = webServers(cloudPair.lab).map((server, index) => ({ ...server, weight: 100 + index }));
      return { ...cloudPairSettings, backends: [{ name: "app", servers, healthCheck: { path: "/healthz" } }] };
    }

    function processes(): Promise<string[]> {
      const master = "systemctl show --property MainPID --value haproxy";
      return Promise.all(
        loadBalancers.map((name) => cloudPair.pair.host(name).must(`pgrep --newest --parent "$(${master})"`)),
      );
    }
  });
}
