// How long the library takes over large arguments, from what the user says to the files of both nodes.
import type { Bundle } from "../../../src/host/bundle";
import { step } from "../../demo/steps";
import { bundlesOf } from "../../unit/host/sampleBundles";
import { largeArgs } from "../../unit/largeArgs";
import { settled, validated } from "../../unit/sampleArgs";
import { type Bench, type BenchOptions, circumstances } from "../bench";
import { chart, type Large, type RenderReport, tables } from "./report";

const BACKENDS = [250, 500, 1000, 2000, 4000];

export const render: Bench<RenderReport> = { measure, tables, chart };

async function measure({ repeats = 5 }: BenchOptions): Promise<RenderReport> {
  // The first one pays for the compilation of the code.
  await once(BACKENDS[0] as number);
  const larges: Large[] = [];
  for (let repeat = 1; repeat <= repeats; repeat++) {
    await step(`repeat ${repeat} of ${repeats}`, async () => {
      for (const backends of BACKENDS) {
        larges.push(await once(backends));
      }
    });
  }
  return { circumstances: await circumstances(), larges };
}

async function once(backends: number): Promise<Large> {
  const args = largeArgs(backends);
  const [settings, validateMs] = await timed(() => settled(validated(args)));
  const [[first], renderMs] = await timed(async () => bundlesOf(settings));
  return { backends, validateMs, renderMs, lines: linesOf(first) };
}

/** Milliseconds of the processor's time, as the machine may have others to serve. */
async function timed<T>(work: () => Promise<T>): Promise<[result: T, ms: number]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1000];
}

function linesOf({ files }: Bundle): number {
  return files.find(({ path }) => path === "haproxy.cfg")?.content.split("\n").length ?? 0;
}
