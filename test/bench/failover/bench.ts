// Outage per fault and profile, and of a pair as tutorials build it, on the same hosts in the same run.
import { FailoverProfile } from "../../../src/keepalived/args";
import { step } from "../../demo/steps";
import type { FaultName } from "../../lab/faults";
import { type PairFault, pairFaults } from "../../pair/faults";
import { type ObservedPair, observeOutage } from "../../pair/observe";
import { type LoadBalancerName, Pair } from "../../pair/pair";
import { type Bench, type BenchOptions, chosen, circumstances } from "../bench";
import { withLab } from "../labs";
import { undisturbed } from "../quiet";
import { type Configuration, cells, type FailoverReport, type Observation } from "./report";
import { chart, tables } from "./show";
import { TutorialPair, tutorialCheckedMs, tutorialMasterDownMs } from "./tutorial";

export const faultNames = [
  "haproxy-stop",
  "haproxy-kill",
  "haproxy-hang",
  "keepalived-stop",
  "keepalived-kill",
  "power-off",
] as const satisfies readonly FaultName[];
const configurations = [...Object.values(FailoverProfile), "tutorial"] as const;
export const REQUESTS_PER_SECOND = 200;
/** The tutorial's check and timers need 5.6 s at most: what has not happened soon after does not happen. */
const patienceMs = { ours: 30_000, tutorial: 7_000 } as const;

export const failover: Bench<FailoverReport> = {
  measure,
  tables,
  chart,
};

async function measure(options: BenchOptions): Promise<FailoverReport> {
  const names = chosen("--profiles", options.profiles, configurations);
  const wanted = chosen("--faults", options.faults, [...faultNames, "reboot" as const]);
  const faults = (options.faults ? wanted : faultNames).map(pairFault);
  const repeats = options.repeats ?? 10;
  return withLab("bench-failover", async (lab) => {
    const pair = await Pair.prepare(lab);
    const observations: Observation[] = [];
    for (const name of Object.values(FailoverProfile).filter((profile) => names.includes(profile))) {
      observations.push(...(await observeOurs(pair, name, faults, repeats)));
    }
    if (names.includes("tutorial")) {
      observations.push(...(await observeTutorial(pair, faults, repeats)));
    }
    return {
      circumstances: await circumstances(pair.pulumi),
      requestsPerSecond: REQUESTS_PER_SECOND,
      patienceMs,
      cells: cells(observations),
      observations,
    };
  });
}

async function observeOurs(
  pair: Pair,
  profile: FailoverProfile,
  faults: readonly PairFault[],
  repeats: number,
): Promise<Observation[]> {
  await step(`pulumi up with profile ${profile}`, async () => {
    await pair.configure({ failover: { profile } });
    await pair.up();
    await pair.waitUntilRedundant();
  });
  return repeated(profile, faults, repeats, {
    pair,
    patienceMs: patienceMs.ours,
    limitMs: (fault, active) => Math.round(fault.limitMs(pair, active)),
    recover: () => pair.waitUntilRedundant(),
  });
}

async function observeTutorial(ours: Pair, faults: readonly PairFault[], repeats: number): Promise<Observation[]> {
  const pair = await step("the tutorial's configuration on the same hosts", async () => {
    // The tutorial takes HAProxy as it is, but none of the rest.
    await ours.configure({});
    await ours.up();
    return TutorialPair.replaceOurs(ours.lab);
  });
  return repeated("tutorial", faults, repeats, {
    pair,
    patienceMs: patienceMs.tutorial,
    limitMs: (fault) => tutorialLimits[fault.name] ?? null,
    recover: () => pair.waitUntilRedundant(),
  });
}

/** Nothing is bound to happen to a HAProxy that hangs or is started again; a goodbye is quicker than this. */
const tutorialLimits: Partial<Record<FaultName, number>> = {
  "haproxy-stop": Math.round(tutorialCheckedMs),
  "keepalived-stop": Math.round(tutorialMasterDownMs - 3000),
  "keepalived-kill": Math.round(tutorialMasterDownMs),
  "power-off": Math.round(tutorialMasterDownMs),
};

interface Subject {
  readonly pair: ObservedPair;
  readonly patienceMs: number;
  limitMs(fault: PairFault, active: LoadBalancerName): number | null;
  /** Until the pair is redundant again. */
  recover(): Promise<void>;
}

/** The address stays where a fault moved it, so that the nodes take turns by themselves. */
async function repeated(
  configuration: Configuration,
  faults: readonly PairFault[],
  repeats: number,
  subject: Subject,
): Promise<Observation[]> {
  const observations: Observation[] = [];
  for (let repeat = 1; repeat <= repeats; repeat++) {
    await step(`${configuration}, repeat ${repeat} of ${repeats}`, async () => {
      for (const fault of faults) {
        const { result, disturbed } = await undisturbed(() => observe(subject, fault));
        observations.push({ configuration, fault: fault.name, repeat, disturbed, ...result });
      }
    });
  }
  return observations;
}

async function observe({ pair, patienceMs, limitMs, recover }: Subject, fault: PairFault) {
  const seen = await observeOutage(pair, fault.name, { perSecond: REQUESTS_PER_SECOND, patienceMs });
  await pair.heal();
  await recover();
  const outage = seen.recovered ? `${seen.outageMs} ms` : "no end";
  console.log(`  ${fault.title} on ${seen.ownerBefore}: ${outage}, ${seen.requestsLost} requests lost`);
  return { ...seen, limitMs: limitMs(fault, seen.ownerBefore) };
}

export function pairFault(name: FaultName): PairFault {
  const fault = pairFaults.find((candidate) => candidate.name === name);
  if (!fault) {
    throw new Error(`test/pair/faults.ts does not know ${name}`);
  }
  return fault;
}
