// A client that goes on through many faults, and what it may have lost: nothing outside the outages that were meant.
import assert from "node:assert/strict";
import type { LoadReport, LoadRun } from "../../lab/client/loadClient";
import type { Sample } from "../../lab/client/outage";
import { now } from "../../lab/clock";
import { type CloudPair, withCloudPair } from "./cloudPair";
import type { TestedCloud } from "./tested";

/** A request that is not answered by then is lost; one that was sent so long before an outage may be lost in it. */
const TIMEOUT_MS = 1_000;
/** So long before a move is noted the route may have been another already. */
const ROUTED_MS = 500;
/** Stolen time that can cost a request its answer. */
const NOTICEABLE_MS = 100;

/** As `withCloudPair`, with a client that looks on from the first test to the last. */
export function withOnlooker(
  cloud: TestedCloud,
  ready: (pair: CloudPair, onlooker: Onlooker) => Promise<void> | void,
): void {
  let onlooker: Onlooker | undefined;
  after("the client", () => onlooker?.end());
  withCloudPair(cloud, async (pair) => {
    onlooker = await Onlooker.of(pair);
    await ready(pair, onlooker);
  });
}

/** The same, of a pair that is at rest and redundant. */
export function withOnlookerAtRest(cloud: TestedCloud, ready: (pair: CloudPair, onlooker: Onlooker) => void): void {
  withOnlooker(cloud, async (cloudPair, onlooker) => {
    await cloudPair.begin();
    await cloudPair.pair.waitUntilRedundant();
    ready(cloudPair, onlooker);
  });
}

interface Span {
  readonly from: number;
  readonly to: number;
}

export class Onlooker {
  private readonly outages: Span[] = [];
  private report: Promise<LoadReport> | undefined;

  private constructor(
    private readonly cloudPair: CloudPair,
    private readonly run: LoadRun,
  ) {}

  static async of(cloudPair: CloudPair): Promise<Onlooker> {
    const { lab, url } = cloudPair.pair;
    return new Onlooker(cloudPair, await lab.client.start({ url, perSecond: 100, timeoutMs: TIMEOUT_MS }));
  }

  /** Requests may be lost while that goes on. */
  async outage<T>(story: () => Promise<T>): Promise<T> {
    const from = now();
    try {
      return await story();
    } finally {
      this.outages.push({ from, to: now() });
    }
  }

  end(): Promise<LoadReport> {
    this.report ??= this.run.stop();
    return this.report;
  }

  /** Ends it: how many requests there were. */
  async lostNothingElse(): Promise<number> {
    const { samples } = await this.end();
    const moves = await this.cloudPair.everyMove();
    const isMeant = ({ at, latencyMs }: Sample) =>
      this.outages.some(({ from, to }) => at >= from - TIMEOUT_MS && at <= to) ||
      // A connection does not move: what is under way goes to a node that knows nothing of it.
      moves.some((move) => move.at >= at && move.at - ROUTED_MS <= at + latencyMs);
    const lost = samples.filter((sample) => !sample.ok && !isMeant(sample) && (sample.stolenMs ?? 0) < NOTICEABLE_MS);
    assert.deepEqual(lost, [], "requests were lost outside the outages");
    return samples.length;
  }
}
