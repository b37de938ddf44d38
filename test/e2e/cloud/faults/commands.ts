// What an operator tells a node: `ha-lb switchover`, `drain`, `undrain`, `doctor`. Traffic really moves, or nothing does.
import assert from "node:assert/strict";
import { type Result, until } from "../../../lab/command";
import { auditNodes } from "../../../pair/audit";
import { type LoadBalancerName, other } from "../../../pair/pair";
import { type CloudPair, SOON_MS } from "../cloudPair";
import { type Onlooker, withOnlooker } from "../onlooker";
import type { TestedCloud } from "../tested";

const DONE = 0;
const REFUSED = 1;

export function operatorCommands(cloud: TestedCloud): void {
  describe(`an operator of a pair on ${cloud.title}`, function () {
    this.timeout(120_000);
    let cloudPair: CloudPair;
    let onlooker: Onlooker;
    let active: LoadBalancerName;
    let standby: LoadBalancerName;
    withOnlooker(cloud, (...ready) => {
      [cloudPair, onlooker] = ready;
    });
    beforeEach(async () => {
      active = await cloudPair.begin();
      standby = other(active);
      await cloudPair.pair.waitUntilRedundant();
    });
    afterEach(() => cloudPair?.heal());

    const haLb = (name: LoadBalancerName, command: string): Promise<Result> =>
      cloudPair.pair.host(name).run(`ha-lb ${command}`, { timeoutMs: 90_000 });

    async function isRefused(name: LoadBalancerName, command: string, reason: RegExp): Promise<void> {
      const { code, stderr } = await haLb(name, command);
      assert.equal(code, REFUSED, stderr);
      assert.match(stderr, reason);
      assert.equal(await cloudPair.settled(), active);
      assert.deepEqual(await cloudPair.moves(), []);
    }

    it("switches over: the address is on the other node when the command ends", async () => {
      const { code, stdout, stderr } = await haLb(active, "switchover");
      assert.equal(code, DONE, stderr);
      assert.deepEqual(await cloudPair.pair.holders(), [standby]);
      assert.match(stdout, new RegExp(`^${standby} is MASTER and has the addresses, after .* ${active} stands by`));
      assert.deepEqual(await cloudPair.moves(), [standby]);
      await cloudPair.pair.waitUntilRedundant();
      assert.equal((await cloudPair.claimsOf(standby)).length, 1);
    });

    it("does not switch over on the node that stands by", async () => {
      await isRefused(standby, "switchover", new RegExp(`Run \`ha-lb switchover\` on ${active}`));
    });

    it("does not switch over to a node that does not serve", async () => {
      await cloudPair.pair.fault("haproxy-stop", standby);
      await isRefused(
        active,
        "switchover",
        new RegExp(`${active} keeps the addresses:[^]*${standby}: haproxy.service does not run`),
      );
    });

    it("drains the active node: the address moves, and comes back only when it is told to", async () => {
      const drained = await haLb(active, "drain --reason 'new kernel'");
      assert.equal(drained.code, DONE, drained.stderr);
      assert.deepEqual(await cloudPair.pair.holders(), [standby]);
      for (const name of [active, standby]) {
        const { redundancy, problems } = await cloudPair.pair.status(name);
        assert.equal(redundancy, "degraded");
        assert.ok(problems.includes(`${active}: is drained: new kernel`), problems.join("\n"));
      }
      const second = await haLb(standby, "drain");
      assert.equal(second.code, REFUSED);
      assert.match(second.stderr, new RegExp(`${active} is drained, and one of the two has to serve`));
      const back = await haLb(standby, "switchover");
      assert.equal(back.code, REFUSED);
      assert.match(back.stderr, /is drained: new kernel/);

      assert.equal((await haLb(active, "undrain")).code, DONE);
      await cloudPair.pair.waitUntilRedundant();
      assert.equal(await cloudPair.settled(), standby);
      assert.deepEqual(await cloudPair.moves(), [standby]);
    });

    it("drains the standby, and nothing moves", async () => {
      assert.equal((await haLb(standby, "drain")).code, DONE);
      assert.equal(await cloudPair.settled(), active);
      assert.equal((await haLb(standby, "undrain")).code, DONE);
      assert.deepEqual(await cloudPair.moves(), []);
    });

    it("does not drain the active node while the other one could not take over, unless forced to", async () => {
      await cloudPair.hand.revoke();
      await cloudPair.agent(standby, "restart");
      const problem = `${standby}: could not take over: ${cloud.revoked.first}`;
      const tells = async () => (await cloudPair.pair.status(active)).problems.some((text) => text.startsWith(problem));
      await until("the pair to know", tells, SOON_MS);
      await isRefused(active, "drain", new RegExp(`${standby} is not able to take over: ${problem}`));
      const forced = await haLb(active, "drain --force");
      assert.equal(forced.code, DONE, forced.stderr);
      await cloudPair.untilMaster(standby);
      // Who is drained goes on serving what still comes to him.
      assert.deepEqual(await cloudPair.pair.holders(), [active]);
      await cloudPair.hand.restore();
      await cloudPair.agent(standby, "restart");
      assert.equal(await cloudPair.settled(), standby);
      assert.equal((await haLb(active, "undrain")).code, DONE);
    });

    it("is told by a doctor that nothing is wrong, and what is", async () => {
      for (const name of [active, standby]) {
        const { code, stdout } = await haLb(name, "doctor");
        assert.equal(code, 0, stdout);
      }
      await cloudPair.hand.revoke();
      const host = cloudPair.pair.host(standby);
      const onHost = cloudPair.hand.addressOn(host, cloudPair.address);
      await host.must(`ip address delete $(ip -oneline address show to ${onHost} | awk '{ print $4, "dev", $2 }')`);
      const { code, stdout } = await haLb(standby, "doctor");
      assert.equal(code, 1, stdout);
      assert.match(stdout, new RegExp(`${onHost} is not on lo: .systemctl restart ha-lb-vip`));
      assert.match(stdout, new RegExp(`cannot read who has ${cloudPair.address}: ${cloud.revoked.first}`));
    });

    it("leaves the pair as it was, and a client that lost nothing", async () => {
      await auditNodes(cloudPair.pair);
      await onlooker.lostNothingElse();
    });
  });
}
