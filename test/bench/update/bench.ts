// What clients lose while a pair is changed under load, by `pulumi up` and by hand, on the same hosts in the same run.
import { setTimeout as delay } from "node:timers/promises";
import { step } from "../../demo/steps";
import { startOrigins } from "../../e2e/origin/origin";
import { now } from "../../lab/clock";
import type { Lab } from "../../lab/lab";
import { loadBalancers, sharedAddress, webPort } from "../../lab/layout";
import { type LoadBalancerName, Pair } from "../../pair/pair";
import { type Bench, type BenchOptions, circumstances } from "../bench";
import { withLab } from "../labs";
import { builtLoad } from "../proxy/load";
import { again, replaceOurs } from "./byHand";
import { beginning, type Change, changes, settings } from "./changes";
import { downloadsAtATime, during, numbers, perSecond } from "./load";
import { measured, type Processes } from "./processes";
import type { Made, Phase, UpdateReport, Way } from "./report";
import { chart, tables } from "./show";

const CHANGES = 50;
/** So that fifty take ten minutes, as long as a download. */
const PACE_MS = 12_000;
/** Without any change, to tell what the client and a busy machine lose by themselves. */
const QUIET_MS = 30_000;
/** What a change breaks need not break at once. */
const AFTERMATH_MS = 3000;

export const update: Bench<UpdateReport> = { measure, tables, chart };

async function measure({ repeats = CHANGES }: BenchOptions): Promise<UpdateReport> {
  const program = await step("building the client", builtLoad);
  return withLab("bench-update", async (lab) => {
    const { web1, web2 } = lab.hosts;
    const origins = Object.values(await startOrigins(lab));
    const lasting = origins.map((origin) => origin.server("http"));
    const first = beginning([web1.privateAddress, web2.privateAddress], webPort, lasting);
    const pair = await step("pulumi up", () => Pair.deploy(lab, settings(first)));
    const hardStopSeconds = await hardStop(pair);
    const underLoad = (way: Way, work: () => Promise<readonly Made[]>) => phase(lab, program, way, work);
    const phases = [
      await underLoad("quiet", () => delay(QUIET_MS, [])),
      await underLoad("up", () => makeAll(pair, changes(first, repeats))),
    ];
    const byHand = await step("a pair by hand on the same hosts", () => replaceOurs(lab, origins));
    phases.push(await underLoad("reload", () => again(byHand, "reload", repeats)));
    phases.push(await underLoad("restart", () => again(byHand, "restart", repeats)));
    return { circumstances: await circumstances(pair.pulumi), perSecond, downloadsAtATime, hardStopSeconds, phases };
  });
}

/** What is configured, in seconds. */
async function hardStop(pair: Pair): Promise<number> {
  const text = await pair.host("lb1").must("cat /etc/ha-load-balancer/current/haproxy.cfg");
  const [, count, unit] = /^\s*hard-stop-after (\d+)([smh])$/m.exec(text) ?? [];
  return Number(count) * ({ s: 1, m: 60, h: 3600 }[unit ?? ""] ?? Number.NaN);
}

async function phase(lab: Lab, program: string, way: Way, work: () => Promise<readonly Made[]>): Promise<Phase> {
  return step(`under load: ${way}`, async () => {
    const started = now();
    let made: readonly Made[] = [];
    const counted = await during(lab, program, { address: sharedAddress.ipv4, numbers }, async () => {
      made = await work();
    });
    for (const { kind, requests, failed, cut } of counted) {
      console.log(`  ${kind}: ${requests} requests, ${failed} failed, ${cut} connections cut`);
    }
    return { way, seconds: (now() - started) / 1000, made, counted };
  });
}

async function makeAll(pair: Pair, wanted: readonly Change[]): Promise<Made[]> {
  const made: Made[] = [];
  const [active, started] = [await pair.active(), now()];
  for (const [index, change] of wanted.entries()) {
    const one = await make(pair, active, change);
    const { title, seconds, reloaded, workers, memoryMb } = one;
    console.log(
      `  ${title}: ${seconds.toFixed(1)} s, ${reloaded} nodes reloaded; ${workers} processes, ${memoryMb} MiB`,
    );
    made.push(one);
    await delay(Math.max(0, started + (index + 1) * PACE_MS - now()));
  }
  await delay(AFTERMATH_MS);
  return made;
}

async function make(pair: Pair, active: LoadBalancerName, { title, wanted }: Change): Promise<Made> {
  await pair.configure(settings(wanted));
  const [at, before] = [Date.now(), await onBoth(pair)];
  const { seconds } = await pair.up();
  const after = await onBoth(pair);
  const replaced = loadBalancers.filter((name) => after[name].newest.id !== before[name].newest.id);
  const { newest, workers, memoryMb } = after[active];
  const takenOverAt = replaced.includes(active) ? newest.startedAt : undefined;
  return { title, seconds, reloaded: replaced.length, at, takenOverAt, workers, memoryMb };
}

async function onBoth(pair: Pair): Promise<Record<LoadBalancerName, Processes>> {
  const [lb1, lb2] = await Promise.all([measured(pair.host("lb1")), measured(pair.host("lb2"))]);
  return { lb1, lb2 };
}
