// Measures what the project promises: npm run bench -- provision | failover | timeline | stability | proxy | render | update |
// switchover | change
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { cleanUpOnSignals } from "../lab/inUse";
import type { Bench } from "./bench";
import { change } from "./change/bench";
import { drawChart } from "./chart";
import { failover } from "./failover/bench";
import { moving } from "./moving/bench";
import { benchOptions, type Options, usage } from "./options";
import { provision } from "./provision/bench";
import { proxy } from "./proxy/bench";
import { render } from "./render/bench";
import { stability } from "./stability/bench";
import { switchover } from "./switchover/bench";
import { asMarkdown, asText } from "./table";
import { timeline } from "./timeline/bench";
import { update } from "./update/bench";

const benches = {
  provision: (options: Options) => perform(provision, options),
  failover: (options: Options) =>
    options.platform === "existing" ? perform(failover, options) : perform(moving(options.platform), options),
  timeline: (options: Options) => perform(timeline, options),
  stability: (options: Options) => perform(stability, options),
  proxy: (options: Options) => perform(proxy, options),
  render: (options: Options) => perform(render, options),
  update: (options: Options) => perform(update, options),
  switchover: (options: Options) => perform(switchover(options.platform), options),
  change: (options: Options) => perform(change, options),
} as const;

async function perform<Report>(bench: Bench<Report>, options: Options): Promise<void> {
  const report = options.from
    ? (JSON.parse(readFileSync(options.from, "utf8")) as Report)
    : await bench.measure(options);
  if (options.json) {
    write(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  const format = options.markdown ? asMarkdown : asText;
  console.log(`\n${bench.tables(report).map(format).join("\n\n")}`);
  if (options.svg) {
    write(options.svg, drawChart(bench.chart(report)));
  }
}

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function parse(): Options {
  try {
    return benchOptions(process.argv.slice(2), Object.keys(benches));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    process.exit(64);
  }
}

cleanUpOnSignals();
const options = parse();
benches[options.bench as keyof typeof benches](options).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
