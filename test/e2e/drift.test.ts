// What somebody does to nodes by hand: Pulumi does not see it, `ha-lb doctor` does, and another `revision` mends it.
import assert from "node:assert/strict";
import { now } from "../lab/clock";
import type { Lab } from "../lab/lab";
import { audit, pulumiSeesNoChange } from "../pair/audit";
import { afterGoodbye } from "../pair/faults";
import { followMoves } from "../pair/moves";
import { type LoadBalancerName, Pair } from "../pair/pair";
import { withLab } from "./labForTests";
import { assertOneOutagePerMove } from "./movesOnce";

const current = "/etc/ha-load-balancer/current";
const dropIn = "/etc/systemd/system/haproxy.service.d/ha-load-balancer.conf";

describe("nodes that somebody has changed", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("pair", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab, { revision: "1" });
    if ((await pair.active()) === "lb1") {
      await lab.hosts.lb1.must("ha-lb switchover");
      await pair.waitUntilRedundant();
    }
  });

  it("are not what they were: one has lost its package, the other one has other files and links", async () => {
    const { lb1, lb2 } = lab.hosts;
    await lb1.must("apt-get remove --yes haproxy && systemctl disable --now keepalived");
    // As after a power cut in the middle of an installation.
    await lb1.must("cd /root && apt-get download keepalived && dpkg --unpack keepalived_*.deb && rm keepalived_*.deb");
    await lb2.must(
      `echo '# by hand' >>${current}/haproxy.cfg && rm ${dropIn} && cp ${current}/units/haproxy.conf ${dropIn} && ` +
        "systemctl disable --now ha-lb-agent",
    );
    assert.equal(await pair.active(), "lb2");
    assert.ok(await pair.answers());
  });

  it("look the same to Pulumi", async () => {
    await pulumiSeesNoChange(pair);
    assert.deepEqual(Object.keys((await pair.up()).changes), ["same"]);
  });

  it("are told apart by the doctor, who names each change and the cure", async () => {
    const first = await doctor("lb1");
    assert.match(first, /haproxy is not installed: give `revision` another value and run `pulumi up`/);
    assert.match(first, /keepalived is not installed: give/);
    assert.match(first, /keepalived does not run: `systemctl start keepalived`/);
    assert.match(first, /keepalived does not start at boot: `systemctl enable keepalived`/);
    const second = await doctor("lb2");
    assert.match(second, /current\/haproxy\.cfg was changed by hand: give `revision` another value/);
    assert.ok(second.includes(`${dropIn} does not lead to the bundle: give \`revision\` another value`), second);
    assert.match(second, /ha-lb-agent does not run/);
  });

  it("are mended by another revision, one after the other, while the pair serves", async () => {
    await pair.configure({ revision: "2" });
    assert.equal((await pair.pulumi.preview()).changes.update, 4);
    const moves = followMoves(pair);
    await assertOneOutagePerMove(pair, afterGoodbye(pair, "lb2"), async () => {
      const since = now();
      await pair.up();
      return since;
    });
    // The second one starts HAProxy anew, with the drop-in as it should be, and hands over before that.
    assert.deepEqual(await moves.stop(), { holders: ["lb2", "lb1"], mostAtOnce: 1 });
    await audit(pair);
    for (const name of ["lb1", "lb2"] as const) {
      const { code, stdout } = await pair.host(name).run("ha-lb doctor");
      assert.equal(code, 0, `${name}: ${stdout}`);
    }
  });

  /** What it says when something is wrong. */
  async function doctor(name: LoadBalancerName): Promise<string> {
    const { code, stdout, stderr } = await pair.host(name).run("ha-lb doctor");
    assert.equal(code, 1, stderr);
    return stdout;
  }
});
