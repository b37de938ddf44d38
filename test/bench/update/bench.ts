// What clients lose while a pair is changed under load, by `pulumi up` and by hand, on the same hosts in the same run.
import { setTimeout as delay } from "node:timers/promises";
import { step } from "../../demo/steps";
import { now } from "../../lab/clock";
import type { Lab } from "../../lab/lab";
import { loadBalancers, webPort } from "../../lab/layout";
import { Pair } from "../../pair/pair";
import { type Bench, type BenchOptions, circumstances } from "../bench";
import { withLab } from "../labs";
import { builtLoad } from "../proxy/load";
import { again, replaceOurs } from "./byHand";
import { beginning, type Change, changes, settings } from "./changes";
import { during, perSecond } from "./load";
import type { Made, Phase, UpdateReport, Way } from "./report";
import { chart, tables } from "./show";

const CHANGES = 50;
/** Without any change, to tell what the client and a busy machine lose by themselves. */
const QUIET_MS = 30_000;
/** What a change breaks need not break at once. */
const AFTERMATH_MS = 3000;

export const update: Bench<UpdateReport> = { measure, tables, chart };

async function measure({ repeats = CHANGES }: BenchOptions): Promise<UpdateReport> {
  const program = await step("building the client", builtLoad);
  return withLab("bench-update", async (lab) => {
    const { web1, web2 } = lab.hosts;
    const first = beginning([web1.privateAddress, web2.privateAddress], webPort);
    const pair = await step("pulumi up", () => Pair.deploy(lab, settings(first)));
    const measured = (way: Way, work: () => Promise<readonly Made[]>) => phase(lab, program, way, work);
    const phases = [
      await measured("quiet", () => delay(QUIET_MS, [])),
      await measured("up", () => makeAll(pair, changes(first, repeats))),
    ];
    const byHand = await step("a pair by hand on the same hosts", () => replaceOurs(lab));
    phases.push(await measured("reload", () => again(byHand, "reload", repeats)));
    phases.push(await measured("restart", () => again(byHand, "restart", repeats)));
    return { circumstances: await circumstances(pair.pulumi), perSecond, phases };
  });
}

async function phase(lab: Lab, program: string, way: Way, work: () => Promise<readonly Made[]>): Promise<Phase> {
  return step(`under load: ${way}`, async () => {
    const started = now();
    let made: readonly Made[] = [];
    const counted = await during(lab, program, async () => {
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
  for (const change of wanted) {
    const one = await make(pair, change);
    console.log(`  ${one.title}: ${one.seconds.toFixed(1)} s, ${one.reloaded} nodes reloaded`);
    made.push(one);
  }
  await delay(AFTERMATH_MS);
  return made;
}

async function make(pair: Pair, { title, wanted }: Change): Promise<Made> {
  await pair.configure(settings(wanted));
  const [at, before] = [Date.now(), await processes(pair)];
  const { seconds } = await pair.up();
  const after = await processes(pair);
  return { title, seconds, reloaded: after.filter((id, index) => id !== before[index]).length, at };
}

/** The process of each node that takes new connections. */
function processes(pair: Pair): Promise<string[]> {
  const master = "systemctl show --property MainPID --value haproxy";
  return Promise.all(loadBalancers.map((name) => pair.host(name).must(`pgrep --newest --parent "$(${master})"`)));
}
