// How long a service was away, as its clients saw it. Pure; knows nothing of where the samples come from.

/** One request. */
export interface Sample {
  /** When it was sent: milliseconds of the machine's monotonic clock. */
  readonly at: number;
  /** From then to the end of the answer, or to giving up. */
  readonly latencyMs: number;
  readonly ok: boolean;
  /** What an answer said, without white space around it: in the lab, the server's name. */
  readonly answer?: string;
  readonly error?: string;
  /** Of a request that was given up: how much of its time the machine had not for itself. */
  readonly stolenMs?: number;
}

export interface OutageOptions {
  /**
   * When the fault was injected. Requests that were over by then do not count, and an outage does not begin earlier
   * than this: one that was under way and failed was fine until then.
   */
  since?: number;
  /**
   * An answer that took longer is as bad as none. The default is half of TCP's first retransmission timeout
   * (1 s, RFC 6298): a connection whose first packet was lost comes late, one on a busy machine does not.
   * @default 500
   */
  lateMs?: number;
  /**
   * So many good requests in a row end an outage; fewer are a flicker within it.
   * @default 20
   */
  settled?: number;
  /**
   * How often the address goes to another machine: each time may cut what is under way, and so have an outage of its own.
   * @default 1
   */
  moves?: number;
}

export interface Outage {
  readonly start: number;
  readonly end: number;
  readonly ms: number;
  /** Requests that were sent in it and failed; late answers are not among them. */
  readonly lost: number;
  /** False when the samples end before it does; it then lasts until the last one of them. */
  readonly recovered: boolean;
}

/**
 * The worst outage in the samples, which need not be in order; undefined when every request was good. It is the one
 * that lost most requests, and the longest of those: on a busy machine a stall that only delays answers can outlast
 * the outage that a fault made.
 *
 * A request is good when it succeeded and was not late. An outage begins when the first bad request was sent (or
 * `since`, if that is later), and ends when the first good one was sent that `settled` good ones in a row begin with.
 */
export function worstOutage(samples: readonly Sample[], options: OutageOptions = {}): Outage | undefined {
  return worstOutages(samples, options)[0];
}

/** As many as there were moves, at most; the worst one comes first. */
export function worstOutages(samples: readonly Sample[], options: OutageOptions = {}): Outage[] {
  return outages(samples, options)
    .sort((a, b) => b.lost - a.lost || b.ms - a.ms)
    .slice(0, options.moves ?? 1);
}

/** Whether a request was under way, or sent, during the outage. */
export function overlaps(sample: Sample, outage: Outage): boolean {
  return sample.at <= outage.end && sample.at + sample.latencyMs >= outage.start;
}

/** Whether the samples end before the last outage in them does. */
export function endsInOutage(samples: readonly Sample[]): boolean {
  return outages(samples).at(-1)?.recovered === false;
}

function outages(samples: readonly Sample[], options: OutageOptions = {}): Outage[] {
  const { since = Number.NEGATIVE_INFINITY, lateMs = 500, settled = 20 } = options;
  const found: Outage[] = [];
  let start: number | undefined;
  let good: Sample[] = [];
  let lost = 0;
  const close = (end: number, recovered: boolean) => {
    if (start !== undefined) found.push({ start, end, ms: end - start, lost, recovered });
    start = undefined;
    good = [];
    lost = 0;
  };

  const counted = samples.filter((sample) => sample.at + sample.latencyMs > since).sort((a, b) => a.at - b.at);
  for (const sample of counted) {
    if (!sample.ok || sample.latencyMs > lateMs) {
      start ??= Math.max(sample.at, since);
      good = [];
      lost += sample.ok ? 0 : 1;
    } else if (start !== undefined) {
      good.push(sample);
      // A request sent before the fault may have been good, and be followed by one that was not.
      if (good.length === settled) close(Math.max(good[0]?.at ?? start, start), true);
    }
  }
  if (start !== undefined) close(Math.max(counted.at(-1)?.at ?? start, start), false);
  return found;
}
