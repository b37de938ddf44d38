#!/usr/bin/env node
// ha-lb-drill: a failover drill for one's own CI. See options.ts for its usage and exit statuses.
import { writeFileSync } from "node:fs";
import { type Report, run } from "./drill";
import { drills } from "./faults";
import { junit } from "./junit";
import { type Options, parseOptions, UsageError, usage } from "./options";
import { locate, Pair, Refusal } from "./pair";

const EXIT = { passed: 0, failed: 1, notRestored: 2, refused: 3, usage: 64, interrupted: 130 } as const;

async function main(words: readonly string[]): Promise<number> {
  if (words.includes("--help")) {
    console.log(usage);
    return EXIT.passed;
  }
  const options = parseOptions(words);
  const started = performance.now();
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interrupted.abort());
  }
  try {
    const report = await held(options, interrupted.signal);
    const { from, to, outageMs, requests, unanswered, failures, restored } = report;
    const output = `${from} -> ${to}: ${outageMs} ms without an answer, ${unanswered} of ${requests} requests unanswered`;
    const problems = [...failures, ...(restored ? [] : ["the pair is not redundant again: run `ha-lb status`"])];
    console.log([output, ...problems].join("\n"));
    write(options, started, { output, failure: problems.join("\n") });
    return exitStatus(report, interrupted.signal);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    console.error(`ha-lb-drill: refused, nothing was touched: ${error.message}`);
    write(options, started, { output: "", error: error.message });
    return interrupted.signal.aborted ? EXIT.interrupted : EXIT.refused;
  }
}

async function held(options: Options, signal: AbortSignal): Promise<Report> {
  const { nodes, url } = await locate(options);
  const { insecure, maxOutageMs, ssh, sshUser } = options;
  const [pair, fault] = [new Pair(nodes, ssh, sshUser), drills[options.fault]];
  return run({ pair, url, insecure, fault, maxOutageMs, signal, log: console.log });
}

function exitStatus({ failures, restored }: Report, { aborted }: AbortSignal): number {
  if (!restored) {
    return EXIT.notRestored;
  }
  if (aborted) {
    return EXIT.interrupted;
  }
  return failures.length > 0 ? EXIT.failed : EXIT.passed;
}

function write(options: Options, started: number, result: { output: string; failure?: string; error?: string }): void {
  if (options.junit) {
    const seconds = (performance.now() - started) / 1000;
    const test = `${drills[options.fault].title}: an outage of ${options.maxOutageMs / 1000} s at most`;
    writeFileSync(
      options.junit,
      junit({ suite: `ha-lb-drill ${options.stack ?? ""}`.trim(), test, seconds, ...result }),
    );
  }
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(error instanceof UsageError ? `ha-lb-drill: ${error.message}\n\n${usage}` : error);
    process.exitCode = error instanceof UsageError ? EXIT.usage : EXIT.failed;
  },
);
