// One drill: refuse unless the pair is redundant, break, measure, put right, whatever happens in between.
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./faults";
import type { Node } from "./options";
import { type Pair, Refusal } from "./pair";
import { longestOutageMs, Requests } from "./requests";

/** So many answers in a row are a service that answers. */
const STEADY = 20;
const ANSWER_MS = 15_000;
/** On top of the outage that is allowed: one that is a little too long is to be measured, not cut off. */
const PATIENCE_MS = 30_000;
const RETURN_MS = 120_000;

export interface Report {
  readonly from: string;
  readonly to: string;
  readonly outageMs: number;
  readonly requests: number;
  readonly unanswered: number;
  /** Why the drill failed; empty when it passed. */
  readonly failures: readonly string[];
  /** Whether the pair is redundant again. */
  readonly restored: boolean;
}

export interface Drill {
  readonly pair: Pair;
  readonly url: string;
  readonly insecure: boolean;
  readonly fault: Fault;
  readonly maxOutageMs: number;
  /** Aborted when the user wants no more of it. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** @throws Refusal where nothing was touched */
export async function run(drill: Drill): Promise<Report> {
  const { pair, url, fault, log } = drill;
  const from = await redundantHolder(pair);
  const to = pair.other(from);
  const requests = new Requests(url, drill.insecure);
  try {
    const answers = () => requests.areAnswered(STEADY, Number.NEGATIVE_INFINITY);
    if (!(await until(answers, ANSWER_MS, drill.signal))) {
      throw new Refusal(`${url} does not answer steadily, so that an outage could not be told.`);
    }
    log(`${from.name} has the address; ${url} answers. ${fault.title} on ${from.name} …`);
    const failures = await broken(drill, from, to, requests).catch((error: Error) => [error.message]);
    const samples = await requests.stop();
    const outageMs = Math.round(longestOutageMs(samples));
    if (outageMs > drill.maxOutageMs) {
      failures.push(`the address did not answer for ${outageMs} ms; ${drill.maxOutageMs} ms are allowed`);
    }
    const unanswered = samples.filter(({ ok }) => !ok).length;
    const restored = await until(() => isRedundant(pair), RETURN_MS);
    return { from: from.name, to: to.name, outageMs, requests: samples.length, unanswered, failures, restored };
  } finally {
    await requests.stop();
  }
}

/** Returns what went otherwise than it should; the fault is lifted then, in any case. */
async function broken({ pair, fault, maxOutageMs, signal }: Drill, from: Node, to: Node, requests: Requests) {
  try {
    const { code, stderr } = await pair.on(from, fault.inject);
    if (code !== 0) {
      return [`${fault.title} on ${from.name} failed: ${stderr.trim()}`];
    }
    const since = performance.now();
    const moved = async () =>
      requests.areAnswered(STEADY, since) && (await pair.status(to).catch(() => undefined))?.holder === to.name;
    const hasMoved = await until(moved, maxOutageMs + PATIENCE_MS, signal);
    return hasMoved || signal.aborted ? [] : [`${to.name} did not take over`];
  } finally {
    await pair.on(from, fault.lift);
  }
}

async function redundantHolder(pair: Pair): Promise<Node> {
  const statuses = await pair.statuses();
  const bad = statuses.find(({ redundancy }) => redundancy !== "redundant");
  if (bad) {
    throw new Refusal(`the pair is ${bad.redundancy}: ${bad.problems.join("; ") || "a node is not ready"}`);
  }
  return pair.node(statuses[0]?.holder ?? "no single node");
}

async function isRedundant(pair: Pair): Promise<boolean> {
  const statuses = await pair.statuses().catch(() => []);
  return statuses.length > 0 && statuses.every(({ redundancy }) => redundancy === "redundant");
}

/** Whether it becomes true in time, and before somebody aborts. */
async function until(
  isTrue: () => boolean | Promise<boolean>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (!signal?.aborted) {
    if (await isTrue()) {
      return true;
    }
    if (performance.now() > deadline) {
      return false;
    }
    await delay(100);
  }
  return false;
}
