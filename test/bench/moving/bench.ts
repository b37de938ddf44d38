// Outage per fault when a cloud moves the address, in its parts, by the agent and by a script as it is usually written.
import { setTimeout as delay } from "node:timers/promises";
import { step } from "../../demo/steps";
import { now } from "../../lab/clock";
import { until } from "../../lab/command";
import type { FaultName } from "../../lab/faults";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { observeOutage } from "../../pair/observe";
import { type LoadBalancerName, other, Pair } from "../../pair/pair";
import type { ApiRequest } from "../../pair/platforms/platform";
import { transitionsOf } from "../../pair/transitions";
import { type Bench, type BenchOptions, chosen, circumstances } from "../bench";
import { withLab } from "../labs";
import { undisturbed } from "../quiet";
import { type MovingCloud, movingClouds } from "./clouds";
import { useAgent, useScript } from "./oneShotScript";
import { cells, type Idle, type MovingReport, type Observation, type Parts, type Subject } from "./report";
import { chart, tables } from "./show";

const faultNames = ["haproxy-stop", "power-off"] as const satisfies readonly FaultName[];
const subjects = ["agent", "script"] as const satisfies readonly Subject[];
const delays = [0, 1, 5];
const REQUESTS_PER_SECOND = 200;
const IDLE_SECONDS = 120;

export function moving(platform: keyof typeof movingClouds): Bench<MovingReport> {
  return { measure: (options) => measure(movingClouds[platform], options), tables, chart };
}

async function measure(cloud: MovingCloud, options: BenchOptions): Promise<MovingReport> {
  const faults = chosen("--faults", options.faults, faultNames);
  const wanted = chosen("--profiles", options.profiles, subjects);
  const repeats = options.repeats ?? 10;
  return withLab(
    "bench-moving",
    async (lab) => {
      const pair = await Pair.prepare(lab);
      await step("pulumi up", () => pair.up());
      await pair.waitUntilRedundant();
      const idle = await step(`the agents at rest, for ${IDLE_SECONDS} s`, () => atRest(cloud, lab, pair));
      const observations: Observation[] = [];
      for (const subject of wanted) {
        if (subject === "script") await useScript(pair, await cloud.oneShotScript(lab, pair));
        for (let repeat = 1; repeat <= repeats; repeat++) {
          for (const delaySeconds of delays) {
            for (const fault of faults) {
              observations.push(await observe(cloud, lab, pair, { subject, fault, delaySeconds, repeat }));
            }
          }
        }
        if (subject === "script") await useAgent(pair);
      }
      return {
        circumstances: await circumstances(pair.pulumi),
        addressKind: cloud.addressKind,
        requestsPerSecond: REQUESTS_PER_SECOND,
        cells: cells(observations),
        idle,
        observations,
      };
    },
    { cloud: cloud.form },
  );
}

type What = Pick<Observation, "subject" | "fault" | "delaySeconds" | "repeat">;

async function observe(cloud: MovingCloud, lab: Lab, pair: Pair, what: What): Promise<Observation> {
  const { subject, fault, delaySeconds, repeat } = what;
  await cloud.delay(lab, delaySeconds);
  const { result, disturbed } = await undisturbed(async () => {
    await cloud.forget(lab);
    const injectedAt = now();
    const seen = await observeOutage(pair, fault, { perSecond: REQUESTS_PER_SECOND });
    const successor = other(seen.ownerBefore);
    const [parts, callsBefore] = await timeline(cloud, lab, pair, successor, injectedAt, seen);
    await lab.heal();
    await settled(pair, subject);
    return { ...seen, parts, callsBefore };
  });
  console.log(
    `  ${subject}, ${fault}, API ${delaySeconds} s, ${repeat}: ${result.outageMs} ms ${JSON.stringify(result.parts)}`,
  );
  return { ...what, ...result, disturbed };
}

/** With the script no agent says that the pair is redundant. */
async function settled(pair: Pair, subject: Subject): Promise<void> {
  if (subject === "agent") return pair.waitUntilRedundant();
  await until(
    "both nodes to be ready",
    async () => {
      const said = await Promise.all(loadBalancers.map((name) => pair.status(name).catch(() => undefined)));
      return said.every(
        (status) =>
          status?.nodes
            .map(({ state }) => state)
            .sort()
            .join() === "BACKUP,MASTER",
      );
    },
    60_000,
    100,
  );
}

/** By the clock that all of them share. */
async function timeline(
  cloud: MovingCloud,
  lab: Lab,
  pair: Pair,
  successor: LoadBalancerName,
  since: number,
  { outageMs, outageStart }: { readonly outageMs: number; readonly outageStart: number },
): Promise<[Parts, number]> {
  const calls = callsOf(pair, successor, await cloud.calls(lab));
  const claim = calls.find(({ isClaim }) => isClaim);
  // Where an address is taken away first, it moves to nobody before.
  const move = (await cloud.moves(lab)).find(({ at, to }) => at > since && to !== null);
  if (!claim || !move) throw new Error("the API was not asked to move the address, or did not");
  const master = await masterAt(pair, successor, since);
  const parts = {
    detection: master - outageStart,
    toTheCall: claim.at - master,
    cloud: move.at - claim.at,
    toService: outageStart + outageMs - move.at,
  };
  // What the standby asks while it is one does not delay anything.
  return [parts, calls.filter(({ at }) => at > master && at <= claim.at).length];
}

function callsOf(pair: Pair, node: LoadBalancerName, calls: readonly ApiRequest[]): readonly ApiRequest[] {
  const { publicAddress, privateAddress } = pair.host(node);
  return calls.filter(({ source }) => source === publicAddress || source === privateAddress);
}

async function masterAt(pair: Pair, node: LoadBalancerName, since: number): Promise<number> {
  const found = (await transitionsOf(pair.host(node), since)).find(({ state }) => state === "MASTER");
  if (found === undefined) throw new Error(`${node} did not become MASTER`);
  return found.at;
}

async function atRest(cloud: MovingCloud, lab: Lab, pair: Pair): Promise<Idle[]> {
  await cloud.forget(lab);
  const cpu = () => loadBalancers.map((name) => agents.map((unit) => pair.host(name).service(unit).cpuUs()));
  const agents = ["ha-lb-agent", "ha-lb-vip"];
  const [before, from] = [cpu(), now()];
  await delay(IDLE_SECONDS * 1000);
  const [after, seconds] = [cpu(), (now() - from) / 1000];
  const calls = await cloud.calls(lab);
  const active = await pair.active();
  return loadBalancers.map((node, index) => {
    const own = callsOf(pair, node, calls).length;
    const used = agents.reduce((sum, _, agent) => {
      return sum + ((after[index]?.[agent] ?? 0) - (before[index]?.[agent] ?? 0)) / 1e6;
    }, 0);
    return {
      node,
      state: node === active ? "MASTER" : "BACKUP",
      seconds,
      cpuSecondsPerHour: (used / seconds) * 3600,
      callsPerHour: (own / seconds) * 3600,
    };
  });
}
