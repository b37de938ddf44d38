// Certificates by ACME where a cloud's API moves the address, and its firewall stands between the nodes.
import assert from "node:assert/strict";
import { loadBalancers } from "../../lab/layout";
import { auditNodes } from "../../pair/audit";
import { other } from "../../pair/pair";
import { Authority, authorities, directoryUrl } from "../acme/authority";
import { Clients } from "../acme/clients";
import { type CloudPair, cloudPairSettings, withCloudPair } from "./cloudPair";
import type { TestedCloud } from "./tested";

const shop = "www.shop.test";
const acme = () => ({ domains: [shop], directoryUrl, authorities: authorities() });

export function certificates(cloud: TestedCloud): void {
  describe(`certificates by ACME of a pair on ${cloud.title}`, function () {
    this.timeout(600_000);
    let cloudPair: CloudPair;
    let authority: Authority;

    withCloudPair(cloud, (ready) => {
      cloudPair = ready;
      authority = new Authority(cloudPair.lab);
    });

    after("the authority", () => authority?.stop());

    it("come by the address that the API moves, to both nodes, and are renewed by whichever has it", async () => {
      const { pair } = cloudPair;
      const clients = new Clients(pair, { [shop]: 443 });
      await authority.introduceTo(pair);
      await authority.start({ validitySeconds: 60, leadsTo: cloudPair.address });
      const plain = { name: "plain", port: 80, redirectToHttps: true };
      const secure = { name: "secure", port: 443, tls: { acme: acme() }, defaultBackend: "app" };
      await pair.configure({ ...cloudPairSettings, frontends: [plain, secure] });
      await pair.up();
      const first = await clients.sameOnBoth(shop, ({ issuer }) => /Pebble/.test(issuer));
      const active = await pair.active();
      await pair.fault("keepalived-stop", active);
      await cloudPair.untilHolder(other(active));
      await clients.sameOnBoth(shop, ({ serialNumber }) => serialNumber !== first.serialNumber);
      const told = await pair.host(other(active)).must("journalctl --unit ha-lb-acme --no-pager --output cat");
      assert.match(told, /^certificate \S+ was issued$/m);
    });

    it("are gone from a pair that wants none any more", async () => {
      const { pair } = cloudPair;
      await cloudPair.heal();
      await pair.configure(cloudPairSettings);
      await pair.up();
      await auditNodes(pair);
      for (const name of loadBalancers) {
        const { stdout } = await pair.host(name).run("systemctl is-active ha-lb-acme; ha-lb status");
        assert.match(stdout, /^inactive$/m);
        assert.doesNotMatch(stdout, /www\.shop\.test/);
      }
    });
  });
}
