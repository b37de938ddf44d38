// What a switchover costs clients, with and without draining before, on each platform that the lab has.
import { setTimeout as delay } from "node:timers/promises";
import { step } from "../../demo/steps";
import { now } from "../../lab/clock";
import type { Lab } from "../../lab/lab";
import { webPort } from "../../lab/layout";
import { afterGoodbye } from "../../pair/faults";
import { keepalivedFaultAt } from "../../pair/moves";
import { Pair, webServers } from "../../pair/pair";
import type { PlatformName } from "../../pair/platforms/platform";
import { type Bench, type BenchOptions, chosen, circumstances } from "../bench";
import { withLab } from "../labs";
import { type MovingCloud, movingClouds } from "../moving/clouds";
import { builtLoad } from "../proxy/load";
import { undisturbed } from "../quiet";
import { beginning, settings } from "../update/changes";
import { during } from "../update/load";
import type { Kind } from "../update/report";
import { cells, type Observation, type SwitchoverReport, type Way, ways } from "./report";
import { chart, tables } from "./show";

const REPEATS = 10;
/** Of those who come anew, to see the gap. */
const PROBES_PER_SECOND = 100;
/** Few enough that they may all be new connections with a handshake of their own, on a machine that does everything. */
const perSecond: Readonly<Partial<Record<Kind, number>>> = {
  "keep-alive": 60,
  "tls-keep-alive": 40,
  http2: 50,
  "new-connection": 80,
  "tls-full": 20,
};
/** What an API takes to move an address: about what clouds are known for. */
const API_SECONDS = 2;
/** Connections become kept ones. */
const BEFORE_MS = 2000;
/** What was kept is used again, and a connection that was not answered is tried again. */
const AFTER_MS = 4000;

const commands: Readonly<Record<Way, string>> = {
  drained: "ha-lb switchover",
  "at once": "ha-lb switchover --drain-seconds 0",
};

export function switchover(platform: PlatformName): Bench<SwitchoverReport> {
  return { measure: (options) => measure(platform, options), tables, chart };
}

async function measure(platform: PlatformName, { repeats = REPEATS, ...options }: BenchOptions) {
  const cloud = platform === "existing" ? undefined : movingClouds[platform];
  const wanted = chosen("--profiles", options.profiles, ways);
  const program = await step("building the client", builtLoad);
  return withLab(
    "bench-switchover",
    async (lab) => {
      const { web1, web2 } = lab.hosts;
      const addresses = [web1.privateAddress, web2.privateAddress];
      const first = settings(beginning(addresses, webPort, webServers(lab)));
      const pair = await step("pulumi up", () => Pair.deploy(lab, first));
      await cloud?.delay(lab, API_SECONDS);
      const observations: Observation[] = [];
      for (let repeat = 1; repeat <= repeats; repeat++) {
        for (const way of wanted) {
          const { result, disturbed } = await undisturbed(() => observe(lab, pair, { program, way, repeat, cloud }));
          observations.push({ ...result, disturbed });
        }
      }
      return {
        circumstances: await circumstances(pair.pulumi),
        platform,
        perSecond,
        cells: cells(observations),
        observations,
      };
    },
    { cloud: cloud?.form },
  );
}

interface What {
  readonly program: string;
  readonly way: Way;
  readonly repeat: number;
  readonly cloud: MovingCloud | undefined;
}

async function observe(
  lab: Lab,
  pair: Pair,
  { program, way, repeat, cloud }: What,
): Promise<Omit<Observation, "disturbed">> {
  await cloud?.forget(lab);
  const active = await pair.active();
  let [gapMs, commandSeconds, since, stdout] = [0, 0, 0, ""];
  const counted = await during(lab, program, { address: pair.addresses[0] as string, numbers: perSecond }, async () => {
    const newcomers = await pair.startLoad({ perSecond: PROBES_PER_SECOND, timeoutMs: 1000 });
    await delay(BEFORE_MS);
    since = now();
    stdout = await pair.host(active).must(commands[way], { timeoutMs: 120_000 });
    commandSeconds = (now() - since) / 1000;
    await delay(AFTER_MS);
    gapMs = (await newcomers.stop({ since })).outageMs;
  });
  const moved = cloud && (await cloudMove(cloud, lab, since));
  const observation = {
    way,
    repeat,
    gapMs,
    platformMs: moved?.ms ?? afterGoodbye(pair, active),
    commandSeconds,
    openStill: Number(/(\d+) connections? (?:was|were) still open/.exec(stdout)?.[1] ?? 0),
    givenAwayAt: moved ? Date.now() - now() + moved.at : await keepalivedFaultAt(pair, active, since),
    counted,
  };
  await pair.waitUntilRedundant();
  const lost = counted.map(({ kind, failed, cut }) => `${kind} ${failed}/${cut}`).join(", ");
  console.log(`  ${way}, ${repeat}: gap ${Math.round(gapMs)} ms, command ${commandSeconds.toFixed(1)} s, ${lost}`);
  return observation;
}

/** When the traffic began to go elsewhere, and how long that was after the call. */
async function cloudMove(cloud: MovingCloud, lab: Lab, since: number): Promise<{ at: number; ms: number }> {
  const claim = (await cloud.calls(lab)).find(({ at, isClaim }) => isClaim && at > since);
  const move = (await cloud.moves(lab)).find(({ at, to }) => at > since && to !== null);
  if (!claim || !move) throw new Error("the API was not asked to move the address, or did not");
  return { at: move.at, ms: move.at - claim.at };
}
