// What must hold after every fault, once it is healed (the invariants of the design, in one place).
import assert from "node:assert/strict";
import { until } from "../lab/command";
import { loadBalancers } from "../lab/layout";
import { fetchFrom } from "./fetch";
import type { Pair } from "./pair";
import { urlOf } from "./platforms/site";

export { fetchFrom } from "./fetch";

export async function audit(pair: Pair): Promise<void> {
  await auditNodes(pair);
  await pulumiSeesNoChange(pair);
}

/** What of it the nodes can tell, without an engine that takes its time. */
export async function auditNodes(pair: Pair): Promise<void> {
  await pair.waitUntilRedundant();
  await oneHealthyHolderAnswers(pair);
  await nodesCarryWhatWasDeployed(pair);
}

async function oneHealthyHolderAnswers(pair: Pair): Promise<void> {
  const active = await pair.active();
  const status = await pair.status(active);
  assert.equal(status.holder, active);
  assert.ok(status.nodes.every(({ ready }) => ready));
  for (const address of pair.addresses) {
    assert.deepEqual(await pair.holders(address), [active], address);
    await until(`an answer from ${address}`, async () => (await fetchFrom(pair, urlOf(address))).code === 0, 10_000);
  }
}

async function nodesCarryWhatWasDeployed(pair: Pair): Promise<void> {
  const recorded = await pair.recordedBundles();
  for (const name of loadBalancers) {
    const host = pair.host(name);
    const current = (await host.must("basename $(readlink /etc/ha-load-balancer/current)")).trim();
    assert.equal(current, recorded[name], `${name} carries another bundle than the last update recorded`);
    const { mover, acme } = JSON.parse(await host.must("cat /etc/ha-load-balancer/current/node.json"));
    const agents = ["ha-lb-agent", ...(mover ? ["ha-lb-vip"] : []), ...(acme ? ["ha-lb-acme"] : [])];
    const services = [pair.haproxyService, "keepalived", ...agents];
    const active = await host.must(`systemctl is-active ${services.join(" ")}`);
    assert.equal(active, "active\n".repeat(services.length), `${name}: services of ${services.join(", ")}`);
  }
}

export async function pulumiSeesNoChange(pair: Pair): Promise<void> {
  await pair.pulumi.preview({ refresh: true, expectNoChanges: true });
}

/** What a preview after a refresh would do, by operation. */
export async function pulumiChanges(pair: Pair): Promise<Readonly<Record<string, number>>> {
  return (await pair.pulumi.preview({ refresh: true })).changes;
}
