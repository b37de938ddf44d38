// The agent of certificates on a node, as its operator sees it.
import { until } from "../../lab/command";
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";
import { byItsClock } from "./clock";

type Node = Host<MachineName>;

/** Longer than an order takes on a busy machine, and than the other node's questions come after each other. */
export const PATIENCE = 120_000;
const report = "/run/ha-load-balancer/acme.json";

export async function doctorSays(node: Node, what: RegExp): Promise<void> {
  const isSaid = async () => what.test((await node.run(byItsClock("ha-lb doctor"))).stdout);
  await until(`doctor to say ${what} on ${node.name}`, isSaid, PATIENCE, 500);
}

export async function doctorIsContent(node: Node): Promise<void> {
  const isContent = async () => (await node.run("ha-lb doctor")).code === 0;
  await until(`${node.name} to be content`, isContent, PATIENCE, 500);
}

/** It has looked for what to order. */
export async function nextTurn(node: Node): Promise<void> {
  const startedAt = Number(await node.must("date +%s.%N"));
  const turnedAt = async () => Number(await node.must(`stat --format %.Y ${report}`));
  await until("the agent to have looked for what to order", async () => (await turnedAt()) > startedAt, 60_000, 500);
}

/** What it has said since a time in milliseconds. */
export function journal(node: Node, since: number): Promise<string> {
  const lines = `--since @${Math.floor(since / 1000)} --no-pager --output cat`;
  return node.must(`journalctl --unit ha-lb-acme ${lines}`);
}
