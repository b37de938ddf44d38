// The lab's load client, on the public network only: starts runs of load.ts in its namespace and judges their samples.
import type { ChildProcess, SpawnOptions } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { onceOwnTimeHasPassed } from "../clock";
import { Namespace } from "../namespace";
import { type OutageOptions, overlaps, type Sample, worstOutages } from "./outage";

export interface LoadOptions {
  /** http://… of the shared address. */
  url: string;
  /** New connections a second. @default 200 */
  perSecond?: number;
  /** After this a request counts as lost. @default 1000 */
  timeoutMs?: number;
}

export interface LoadReport {
  readonly requests: number;
  /** Requests a second, as they were made. */
  readonly rate: number;
  readonly lost: number;
  /** Without those that were given up while others had the machine: nobody on it was there to answer. */
  readonly missed: readonly Sample[];
  /** Those of them that neither began nor ended during the worst outage, or the worst ones of several moves. */
  readonly lostOutside: readonly Sample[];
  /** Of the worst outage (see outage.ts); 0 when there was none. */
  readonly outageMs: number;
  /** When it began, by the lab's clock. */
  readonly outageStart: number | undefined;
  /** False when the run ended before the outage did. */
  readonly recovered: boolean;
  readonly samples: readonly Sample[];
}

/** Stolen time that can cost a request its answer. */
const NOTICEABLE_MS = 100;

export class LoadClient extends Namespace {
  constructor(lab: string) {
    super(lab, "client");
  }

  /** Returns once requests are being sent. */
  async start({ url, perSecond = 200, timeoutMs = 1000 }: LoadOptions): Promise<LoadRun> {
    const args = [url, String(perSecond), String(timeoutMs)];
    // Linux gives each session its share of a busy processor. In the one of tests and engines the client would wait for
    // those, and count that as an outage. It ends with its standard input.
    const options: SpawnOptions = { stdio: ["pipe", "pipe", "inherit"], detached: true };
    const child = this.spawnScript(path.join(__dirname, "load.ts"), args, options);
    const run = new LoadRun(child, timeoutMs);
    await run.started();
    return run;
  }
}

function rateOf(samples: readonly Sample[]): number {
  const times = samples.map(({ at }) => at).sort((one, another) => one - another);
  const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  return seconds > 0 ? (samples.length - 1) / seconds : 0;
}

export class LoadRun {
  private readonly lines: AsyncIterator<string>;

  constructor(
    private readonly child: ChildProcess,
    private readonly timeoutMs: number,
  ) {
    if (!child.stdout) throw new Error("the load client has no output");
    this.lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  }

  async started(): Promise<void> {
    await this.line(30_000);
  }

  /** Ends the run when the requests under way are over. */
  async stop(options: OutageOptions = {}): Promise<LoadReport> {
    this.child.stdin?.end();
    const samples = JSON.parse(await this.line(this.timeoutMs + 10_000)) as Sample[];
    const worst = worstOutages(samples, options);
    const [outage] = worst;
    const lost = samples.filter((sample) => !sample.ok);
    const missed = lost.filter(({ stolenMs = 0 }) => stolenMs < NOTICEABLE_MS);
    return {
      requests: samples.length,
      rate: rateOf(samples),
      lost: lost.length,
      missed,
      lostOutside: missed.filter((sample) => !worst.some((outage) => overlaps(sample, outage))),
      outageMs: outage?.ms ?? 0,
      outageStart: outage?.start,
      recovered: outage?.recovered ?? true,
      samples,
    };
  }

  private async line(timeoutMs: number): Promise<string> {
    const timer = onceOwnTimeHasPassed(timeoutMs, () => this.child.kill("SIGKILL"));
    const { value, done } = await this.lines.next();
    timer.cancel();
    if (done) throw new Error("the load client ended without a report; its messages are above");
    return value;
  }
}
