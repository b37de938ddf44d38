// A rolling upgrade of the operating system, by the very commands that the guide gives, while the pair serves.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { now } from "../lab/clock";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { audit } from "../pair/audit";
import { afterGoodbye } from "../pair/faults";
import { followMoves } from "../pair/moves";
import { publishNewer, unpublish } from "../pair/newerPackages";
import { type LoadBalancerName, Pair } from "../pair/pair";
import { withLab } from "./labForTests";
import { assertOneOutageAtMost } from "./movesOnce";

describe("a rolling upgrade of the nodes' operating system", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("packages", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab);
    await Promise.all(loadBalancers.map((name) => publishNewer(pair.host(name), "system")));
  });

  after(() => Promise.all(lab ? loadBalancers.map((name) => unpublish(pair.host(name))) : []));
  afterEach(() => lab?.heal());

  it("goes over the standby without anybody noticing", async () => {
    const standby = await pair.standby();
    await assertOneOutageAtMost(pair, 0, () => upgraded(standby));
    assert.equal(await pair.standby(), standby);
  });

  it("then goes over the other one, which hands over first", async () => {
    const active = await pair.active();
    const moves = followMoves(pair);
    await assertOneOutageAtMost(pair, afterGoodbye(pair, active), () => upgraded(active));
    assert.equal((await moves.stop()).holders.length, 2, "one move is enough");
  });

  it("leaves nothing for Pulumi to do, and newer programs on both nodes", async () => {
    await audit(pair);
    for (const name of loadBalancers) {
      const versions = await pair.host(name).must("dpkg-query --show haproxy keepalived");
      assert.equal(versions.match(/\+system$/gm)?.length, 2, versions);
    }
  });

  /** Returns the time when it began. */
  async function upgraded(name: LoadBalancerName): Promise<number> {
    const since = now();
    const host = pair.host(name);
    await host.must(`set -e\nexport DEBIAN_FRONTEND=noninteractive\n${beforeReboot()}`, { timeoutMs: 120_000 });
    const { redundancy, problems } = await pair.status(name);
    assert.equal(redundancy, "degraded");
    assert.ok(
      problems.some((problem) => problem.includes("is drained: system upgrade")),
      problems.join(),
    );
    await lab.fault("reboot", name);
    await lab.heal();
    // The reboot has ended the drain.
    await pair.waitUntilRedundant();
    return since;
  }
});

/** The guide's commands, but for the last one: a reboot ends what runs them, too. */
function beforeReboot(): string {
  const guide = readFileSync(resolve(__dirname, "../../docs/operations.md"), "utf8");
  const [, commands = ""] =
    /## Upgrading the operating system[\s\S]*?```sh\n([\s\S]*?)systemctl reboot\n```/.exec(guide) ?? [];
  assert.match(commands, /^ha-lb drain/);
  return commands;
}
