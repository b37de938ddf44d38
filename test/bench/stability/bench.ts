// Counts how often the address moves for no good reason while both nodes stall; all profiles side by side.
import { FailoverProfile } from "../../../src/keepalived/args";
import { step } from "../../demo/steps";
import { now } from "../../lab/clock";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { Pair, url } from "../../pair/pair";
import { type Bench, type BenchOptions, chosen, circumstances } from "../bench";
import { withLab } from "../labs";
import { chart, type FalseFailover, type ProfileRun, type StabilityReport, tables } from "./report";
import { stalls } from "./schedule";
import { stallBySchedule } from "./stalling";

const REQUESTS_PER_SECOND = 20;

export const stability: Bench<StabilityReport> = {
  measure,
  tables,
  chart,
};

async function measure({ minutes = 10, seed, profiles }: BenchOptions): Promise<StabilityReport> {
  const names = chosen("--profiles", profiles, Object.values(FailoverProfile));
  console.log(`Seed of the stalls: ${seed}`);
  return withLabs(
    names.map((name) => `bench-${name}`),
    async (labs) => {
      const pairs: Pair[] = [];
      // One after the other: package installations side by side would only take longer.
      for (const [index, lab] of labs.entries()) {
        const profile = names[index] as FailoverProfile;
        pairs.push(await step(`pulumi up with profile ${profile}`, () => Pair.deploy(lab, { failover: { profile } })));
      }
      const runs = await step(`stalling for ${minutes} minutes: ${names.join(", ")}`, () =>
        Promise.all(pairs.map((pair, index) => run(pair, names[index] as FailoverProfile, seed, minutes))),
      );
      return {
        circumstances: await circumstances((pairs[0] as Pair).pulumi),
        seed,
        minutes,
        requestsPerSecond: REQUESTS_PER_SECOND,
        runs,
      };
    },
  );
}

function withLabs<T>(names: readonly string[], action: (labs: Lab[]) => Promise<T>, labs: Lab[] = []): Promise<T> {
  const [name, ...rest] = names;
  return name === undefined ? action(labs) : withLab(name, (lab) => withLabs(rest, action, [...labs, lab]));
}

async function run(pair: Pair, profile: FailoverProfile, seed: string, minutes: number): Promise<ProfileRun> {
  const ownerBefore = await pair.active();
  const client = await pair.lab.client.start({ url, perSecond: REQUESTS_PER_SECOND, timeoutMs: 1000 });
  const [start, startOfDay] = [now(), Date.now()];
  const past = await Promise.all(
    loadBalancers.map((node) => stallBySchedule(pair.host(node), node, stalls(seed, node, minutes * 60_000), start)),
  );
  await pair.waitUntilRedundant();
  const { requests, lost, outageMs } = await client.stop();
  return {
    profile,
    ownerBefore,
    falseFailovers: await mastersSince(pair, startOfDay),
    stalls: past.flat(),
    requests,
    requestsLost: lost,
    worstOutageMs: Math.round(outageMs),
  };
}

/** Each time that a node's Keepalived said it became MASTER. */
async function mastersSince(pair: Pair, startOfDay: number): Promise<FalseFailover[]> {
  const found = await Promise.all(
    loadBalancers.map(async (node) => {
      const log = await pair.host(node).must("journalctl --unit keepalived --output short-unix --no-pager");
      return log
        .split("\n")
        .filter((line) => line.includes("Entering MASTER STATE"))
        .map((line) => ({ node, at: Math.round(1000 * Number.parseFloat(line) - startOfDay) }));
    }),
  );
  return found
    .flat()
    .filter(({ at }) => at > 0)
    .sort((a, b) => a.at - b.at);
}
