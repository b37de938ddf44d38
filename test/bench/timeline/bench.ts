// One fault after the other at each profile, recorded moment by moment: docs/failover.md shows the picture.
import { FailoverProfile } from "../../../src/keepalived/args";
import { step } from "../../demo/steps";
import type { PairFault } from "../../pair/faults";
import { watchFault } from "../../pair/observe";
import { type LoadBalancerName, other, Pair } from "../../pair/pair";
import { transitionsOf } from "../../pair/transitions";
import { type Bench, type BenchOptions, chosen, circumstances } from "../bench";
import { faultNames, pairFault, REQUESTS_PER_SECOND } from "../failover/bench";
import { withLab } from "../labs";
import { undisturbed } from "../quiet";
import { bucketsOf, type Node, stepsSince, type Timeline, type TimelineReport } from "./report";
import { chart, tables } from "./show";

const PATIENCE_MS = 30_000;

export const timeline: Bench<TimelineReport> = { measure, tables, chart };

async function measure(options: BenchOptions): Promise<TimelineReport> {
  const profiles = chosen("--profiles", options.profiles ?? ["steady"], Object.values(FailoverProfile));
  const faults = chosen("--faults", options.faults, faultNames).map(pairFault);
  const repeats = options.repeats ?? 3;
  return withLab("bench-timeline", async (lab) => {
    const pair = await Pair.prepare(lab);
    const timelines: Timeline[] = [];
    for (const profile of profiles) {
      await step(`pulumi up with profile ${profile}`, async () => {
        await pair.configure({ failover: { profile } });
        await pair.up();
        await pair.waitUntilRedundant();
      });
      for (let repeat = 1; repeat <= repeats; repeat++) {
        for (const fault of faults) {
          const { result, disturbed } = await undisturbed(() => record(pair, fault));
          timelines.push({ profile, fault: fault.name, repeat, disturbed, ...result });
        }
      }
    }
    return {
      circumstances: await circumstances(pair.pulumi),
      requestsPerSecond: REQUESTS_PER_SECOND,
      repeats,
      timelines,
    };
  });
}

type Recorded = Omit<Timeline, "profile" | "fault" | "repeat" | "disturbed">;

async function record(pair: Pair, fault: PairFault): Promise<Recorded> {
  const { injectedAt, ownerBefore, load } = await watchFault(pair, fault.name, {
    perSecond: REQUESTS_PER_SECOND,
    patienceMs: PATIENCE_MS,
  });
  if (!load.recovered) throw new Error(`${fault.title} on ${ownerBefore}: the address is still away`);
  const ask = async (name: LoadBalancerName): Promise<Node> => ({
    name,
    steps: stepsSince(injectedAt, await transitionsOf(pair.host(name), injectedAt)),
  });
  const standby = await ask(other(ownerBefore));
  // A machine without power tells nothing any more.
  const failed = fault.name === "power-off" ? { name: ownerBefore, steps: [] } : await ask(ownerBefore);
  await pair.heal();
  await pair.waitUntilRedundant();
  const lostFromMs = Math.round((load.outageStart ?? injectedAt) - injectedAt);
  const backAtMs = lostFromMs + Math.round(load.outageMs);
  console.log(`  ${fault.title} on ${ownerBefore}: an answer again after ${backAtMs} ms, ${load.lost} requests lost`);
  return {
    failed,
    standby,
    lostFromMs,
    backAtMs,
    requestsLost: load.lost,
    buckets: bucketsOf(load.samples, injectedAt, backAtMs),
    limitMs: Math.round(fault.limitMs(pair, ownerBefore)),
  };
}
