// A user's program changes around the component, from one update to the next: nothing is replaced, no node is touched.
import assert from "node:assert/strict";
import type { Lab } from "../lab/lab";
import { loadBalancers } from "../lab/layout";
import { PulumiError } from "../lab/pulumi";
import { audit } from "../pair/audit";
import { Pair, type PairSettings } from "../pair/pair";
import { withLab } from "./labForTests";

describe("a program that is rewritten around the component", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;

  withLab("pair", async (started) => {
    lab = started;
    pair = await Pair.deploy(lab);
  });

  it("renames it, with an alias: everything stays the same", async () => {
    assert.deepEqual(Object.keys(await untouched({ name: "front", formerName: "edge" })), ["same"]);
    const { resources } = await pair.pulumi.exportState();
    const names = resources.map(({ urn }) => urn.split("::").pop() ?? "");
    assert.deepEqual(names.filter((name) => /^(front|edge)/.test(name)).sort(), [
      "front",
      "front-lb1-apply",
      "front-lb1-install",
      "front-lb2-apply",
      "front-lb2-install",
    ]);
  });

  it("needs no alias any more after that", async () => {
    assert.deepEqual(Object.keys(await untouched({ name: "front" })), ["same"]);
  });

  it("puts it below a component of its own, with an alias: only that one is new", async () => {
    const { same, ...others } = await untouched({ name: "front", parent: "site" });
    assert.ok(same);
    assert.deepEqual(others, { create: 1 });
    const { resources } = await pair.pulumi.exportState();
    const command = resources.find(({ urn }) => urn.endsWith("::front-lb1-apply"));
    assert.match(
      command?.urn ?? "",
      /::my:index:Site\$ha-load-balancer:index:HaLoadBalancer\$command:remote:Command::/,
    );
  });

  it("protects it, and with it what belongs to it", async () => {
    await untouched({ name: "front", parent: "site", protect: true });
    const refusal = await pair.pulumi.destroy().catch((error: unknown) => error);
    assert.ok(refusal instanceof PulumiError && /protected/.test(refusal.message), String(refusal));
    assert.equal(
      (await pair.pulumi.exportState()).resources.filter(({ type }) => type === "command:remote:Command").length,
      4,
    );
    await untouched({ name: "front", parent: "site" });
  });

  it("gives it a provider: its commands go by that one, and nothing else changes", async () => {
    const { same, ...others } = await untouched({ name: "front", parent: "site", provider: "by-hand" });
    assert.ok(same);
    assert.deepEqual(others, { create: 1 });
    const { resources } = await pair.pulumi.exportState();
    const commands = resources.filter(({ type }) => type === "command:remote:Command");
    assert.equal(commands.length, 4);
    for (const { urn, provider } of commands) {
      assert.match(provider ?? "", /::pulumi:providers:command::by-hand::/, urn);
    }
  });

  it("transforms its commands: they are updated, and nothing is replaced", async () => {
    await pair.configure({ component: { name: "front", parent: "site", provider: "by-hand", logging: "none" } });
    const { same, ...others } = (await pair.up()).changes;
    assert.ok(same);
    assert.deepEqual(others, { update: 4 });
    await audit(pair);
  });

  /** What an update with this does, which is nothing that a node could notice. */
  async function untouched(component: NonNullable<PairSettings["component"]>) {
    const before = await logins();
    await pair.configure({ component });
    const { changes } = await pair.up();
    assert.equal(changes.replace ?? 0, 0);
    assert.deepEqual(await logins(), before);
    await audit(pair);
    return changes;
  }

  function logins(): Promise<string[]> {
    const count = "journalctl --unit ssh --output cat --no-pager | grep -c '^Accepted publickey' || true";
    return Promise.all(loadBalancers.map((name) => pair.host(name).must(count)));
  }
});
