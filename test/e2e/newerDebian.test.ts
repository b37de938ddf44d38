// The same pair on the newest Debian: HAProxy 3.0 and Keepalived 2.3, as the distribution has them.
import assert from "node:assert/strict";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { auditNodes, fetchFrom, pulumiSeesNoChange } from "../pair/audit";
import { pairFaults } from "../pair/faults";
import { Pair, url, url6 } from "../pair/pair";
import { withLab } from "./labForTests";
import { assertMovesOnce } from "./movesOnce";

describe("a pair on Debian 13", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab(
    "newer-debian",
    async (started) => {
      lab = started;
      pair = await Pair.prepare(lab);
      await pair.up();
    },
    { suite: "trixie" },
  );
  afterEach(() => lab?.heal());

  it("runs that release's HAProxy and Keepalived, and neither has a warning for its configuration", async () => {
    for (const name of loadBalancers) {
      const host = pair.host(name);
      assert.match(await host.must("haproxy -v"), /^HAProxy version 3\./);
      assert.match((await host.run("keepalived --version")).stderr, /^Keepalived v2\.3\./);
      const current = "/etc/ha-load-balancer/current";
      const haproxy = await host.run(`haproxy -c -C ${current} -f haproxy.cfg`);
      assert.doesNotMatch(haproxy.stdout + haproxy.stderr, /WARNING|ALERT/);
      const keepalived = await host.run(`keepalived --config-test --use-file=${current}/keepalived.conf`);
      assert.deepEqual([keepalived.code, keepalived.stdout, keepalived.stderr], [0, "", ""]);
      assert.equal((await host.run("ha-lb doctor")).code, 0);
    }
    await auditNodes(pair);
  });

  it("spreads requests over the web servers, by IPv4 and IPv6", async () => {
    for (const address of [url, url6]) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => fetchFrom(pair, address)));
      assert.deepEqual([...new Set(answers.map(({ stdout }) => stdout.trim()))].sort(), ["web1", "web2"]);
    }
  });

  for (const fault of pairFaults.filter(({ name }) => name === "power-off" || name === "haproxy-hang")) {
    it(`moves the address once: ${fault.title}`, async () => {
      await assertMovesOnce(pair, fault);
    });
  }

  it("leaves nothing that Pulumi would change", () => pulumiSeesNoChange(pair));
});
