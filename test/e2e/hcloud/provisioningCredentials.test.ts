// The token, the host keys and the metadata of a pair on Hetzner Cloud: who gets to see them, and who does not.
import assert from "node:assert/strict";
import { until } from "../../lab/command";
import { audit } from "../../pair/audit";
import { other, type Pair } from "../../pair/pair";
import { hetzner } from "../../pair/platforms/hcloud";
import { tellsRootAlone } from "../cloud/metadata";
import { assertExposure, assertFiles, assertNoRights, ofMover } from "../security/privileges";
import { filesWith, namesIn, namesInJournal, watch } from "../security/search";
import { hostKeyLine, logins, nodes } from "./node";
import { settings, withServingPair } from "./provisionedPair";

const metadata = "http://169.254.169.254/hetzner/v1/metadata";

describe("credentials of a pair on Hetzner Cloud", function () {
  this.timeout(600_000);
  let pair: Pair;
  let token: string;
  let hostKeys: string[];

  withServingPair(async (serving) => {
    pair = serving;
    token = pair.lab.hetznerTokens.failover;
    hostKeys = await Promise.all(nodes.map((name) => hostKeyLine(pair, name)));
  });

  it("stand in no state, plan or output of the engine", async () => {
    await pair.configure({
      ...settings,
      failoverToken: pair.lab.hetznerTokens.operator,
      failover: { profile: "fast" },
    });
    const shown = await pair.pulumi.preview({ diff: true });
    assert.match(shown.stdout, /# secrets\/token [0-9a-f]{8}/, "the plan does not say that the token changes");
    await pair.configure(settings);
    const kept = await pair.pulumi.exportState();
    const printed = (await pair.pulumi.up()).stdout;
    for (const [where, text] of Object.entries({ plan: shown.stdout + shown.stderr, state: kept.text, printed })) {
      for (const secret of [token, pair.lab.hetznerTokens.operator, ...hostKeys]) {
        assert.ok(!text.includes(secret), where);
      }
    }
  });

  it("stand in one file of a node, for root alone, and in nothing that it tells", async () => {
    for (const [index, name] of nodes.entries()) {
      const host = pair.host(name);
      const [file = "", ...more] = await filesWith(host, { token });
      assert.match(file, /^600 root \/etc\/ha-load-balancer\/bundles\/\w+\/secrets\/token$/);
      assert.deepEqual(more, []);
      const key = hostKeys[index] ?? "";
      // cloud-init keeps what it was told.
      for (const keyFile of await filesWith(host, { key }))
        assert.match(keyFile, /^[46]00 root \/(etc\/ssh|var\/lib\/cloud)\//);
      const told = await host.run("ha-lb status; ha-lb status --json; ha-lb doctor");
      assert.deepEqual(namesIn(told.stdout + told.stderr, { token }), []);
      assert.deepEqual(await namesInJournal(host, { token, key }), []);
    }
  });

  it("are for an agent without any of root's rights, and for root's eyes alone", async () => {
    for (const name of nodes) {
      await assertFiles(pair.host(name), ofMover);
      await assertNoRights(pair.host(name), "ha-lb-vip", "root");
      await assertExposure(pair.host(name), "haproxy", "keepalived", "ha-lb-agent", "ha-lb-vip");
    }
  });

  it("are in no program's arguments or environment while an address moves, and stay guarded over a reboot", async () => {
    const active = await pair.active();
    await hetzner(pair.lab).delays({ assign_floating_ip: 1 });
    const watched = await watch(pair.host(other(active)), { token });
    await pair.fault("reboot", active);
    await until("the address to move", async () => (await pair.holders())[0] === other(active), 30_000);
    await pair.lab.heal();
    await audit(pair);
    const { leaks, commands } = await watched.end();
    assert.deepEqual(leaks, []);
    for (const mover of ["bin/mover claim", "/actions/assign"]) {
      assert.ok(
        commands.some((line) => line.includes(mover)),
        commands.join("\n"),
      );
    }
    await hetzner(pair.lab).reset();
    // The one that was away answers for the addresses again, and asks the metadata service as root only.
    const addresses = await pair.host(active).addresses();
    for (const address of pair.addresses) assert.ok(addresses.includes(address), `${address} is gone from ${active}`);
  });

  it("of the metadata service are for root alone", async () => {
    for (const name of nodes) {
      assert.match(await tellsRootAlone(pair.host(name), `${metadata}/hostname`), new RegExp(`^edge-${name}-`));
    }
  });

  it("are not sent to a machine that shows another key than the one it was made with", async () => {
    const standby = await pair.standby();
    const host = pair.host(standby);
    const before = await logins(pair);
    await host.must(
      "cp -a /etc/ssh /root/ssh && rm /etc/ssh/ssh_host_* && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
    );
    await pair.configure({ ...settings, failover: { profile: "fast" } });
    await assert.rejects(pair.up(), /host key mismatch/);
    const index = nodes.indexOf(standby);
    assert.equal((await logins(pair))[index], before[index]);
    await host.must("rm -r /etc/ssh && mv /root/ssh /etc/ssh");
    await pair.configure(settings);
    await pair.up();
    await audit(pair);
  });

  it("change with the next update, and the address stays where it is", async () => {
    const active = await pair.active();
    await hetzner(pair.lab).forget();
    await pair.configure({ ...settings, failoverToken: pair.lab.hetznerTokens.operator });
    await pair.up();
    assert.equal(await pair.active(), active);
    assert.deepEqual(await hetzner(pair.lab).moves(), []);
    await hetzner(pair.lab).revoke("failover");
    await hetzner(pair.lab).forget();
    await until(
      "both nodes to use the new token",
      async () => {
        const asked = (await hetzner(pair.lab).requests()).filter(({ token: name }) => name === "operator");
        return nodes.every((name) => asked.some(({ source }) => source === pair.host(name).publicAddress));
      },
      90_000,
    );
    await audit(pair);
    for (const name of nodes) assert.deepEqual(await filesWith(pair.host(name), { token }), []);
    await hetzner(pair.lab).reset();
  });
});
