// How long `pulumi up` takes, first and later, and how often it logs in on the hosts.
import { step } from "../../demo/steps";
import { now } from "../../lab/clock";
import { Pair } from "../../pair/pair";
import { type Bench, type BenchOptions, type Circumstances, circumstances } from "../bench";
import { withLab } from "../labs";
import { undisturbed } from "../quiet";
import { emptyProgram } from "./programs";
import { chart, type FirstUp, type Logins, type ProvisionReport, tables, type Update } from "./report";
import { commandSpans, ownWorkSeconds, type TimedLine } from "./timeline";

const ROUNDS = 5;

export const provision: Bench<ProvisionReport> = {
  measure,
  tables,
  chart,
};

async function measure({ repeats = 3 }: BenchOptions): Promise<ProvisionReport> {
  const first: FirstUp[] = [];
  let later: Omit<ProvisionReport, "first"> | undefined;
  for (let repeat = 1; repeat <= repeats; repeat++) {
    await withLab("bench-provision", async (lab) => {
      const pair = await Pair.prepare(lab);
      first.push(await step(`first up, ${repeat} of ${repeats}`, () => firstUp(pair)));
      // Later updates need no fresh hosts: once is enough.
      later ??= await laterUps(pair);
    });
  }
  if (!later) {
    throw new Error("nothing was measured");
  }
  return { ...later, first };
}

async function firstUp(pair: Pair): Promise<FirstUp> {
  const started = now();
  const lines: TimedLine[] = [];
  const update = await counted(pair, () =>
    pair.pulumi.up({ onStdoutLine: (text) => lines.push({ seconds: (now() - started) / 1000, text }) }),
  );
  const spans = commandSpans(lines);
  return { ...update, spans, ownWorkSeconds: ownWorkSeconds(spans) };
}

async function laterUps(pair: Pair): Promise<Omit<ProvisionReport, "first">> {
  await pair.waitUntilRedundant();
  const empty = await emptyProgram(pair.lab, "empty");
  const blank = await emptyProgram(pair.lab, "blank");
  // The first of each fills the caches of disk and file system.
  await Promise.all([empty.up(), blank.up(), pair.up()]);
  const noChange: Update[] = [];
  const blankSeconds: number[] = [];
  const emptySeconds: number[] = [];
  await step("empty programs and unchanged pair in turns", async () => {
    for (let round = 0; round < ROUNDS; round++) {
      blankSeconds.push((await undisturbed(() => blank.up())).result.seconds);
      noChange.push((await undisturbed(() => counted(pair, () => pair.pulumi.up()))).result);
      emptySeconds.push((await undisturbed(() => empty.up())).result.seconds);
    }
  });
  const oneLine: Update[] = [];
  for (const profile of ["fast", "fastest", "steady"] as const) {
    await pair.configure({ failover: { profile } });
    oneLine.push(await step(`profile ${profile}`, () => counted(pair, () => pair.pulumi.up())));
  }
  const where: Circumstances = await circumstances(pair.pulumi);
  return { circumstances: where, noChange, blankSeconds, emptySeconds, oneLine };
}

async function counted(pair: Pair, update: () => Promise<{ readonly seconds: number }>): Promise<Update> {
  const before = await logins(pair);
  const { seconds } = await update();
  const after = await logins(pair);
  return { seconds, logins: { lb1: after.lb1 - before.lb1, lb2: after.lb2 - before.lb2 } };
}

/** SSH logins that the nodes have accepted since they were made. */
async function logins(pair: Pair): Promise<Logins> {
  const count = async (name: keyof Logins) => {
    const log = await pair.host(name).must("journalctl --unit ssh --output cat --no-pager");
    return log.split("\n").filter((line) => line.startsWith("Accepted ")).length;
  };
  const [lb1, lb2] = await Promise.all([count("lb1"), count("lb2")]);
  return { lb1, lb2 };
}
