// Requests an address at a steady pace, and tells for how long it did not answer. Knows nothing of nodes.
import http from "node:http";
import https from "node:https";
import net from "node:net";

/** Requests a second, each on a connection of its own, sent when it is due whatever became of those before it. */
const PER_SECOND = 20;
/** An answer that takes longer is none: a client's first packet is sent again after a second (RFC 6298). */
const PATIENCE_MS = 900;

/** One request: when it was sent, and whether it was answered. */
export interface Sample {
  readonly at: number;
  readonly ok: boolean;
}

/** The longest time from a request without an answer to the next one with an answer; to the last one if there is none. */
export function longestOutageMs(samples: readonly Sample[]): number {
  let longest = 0;
  let since: number | undefined;
  for (const { at, ok } of [...samples].sort((one, other) => one.at - other.at)) {
    if (since !== undefined) {
      longest = Math.max(longest, at - since);
    }
    since = ok ? undefined : (since ?? at);
  }
  return longest;
}

export class Requests {
  private readonly done: Sample[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;
  private readonly ask: () => Promise<boolean>;

  constructor(url: string, insecure: boolean) {
    this.ask = asking(new URL(url), insecure);
    this.timer = setInterval(() => this.send(), 1000 / PER_SECOND);
  }

  /** Whether the last so many were answered, all of them sent after that moment. */
  areAnswered(count: number, after: number): boolean {
    const last = this.done.filter(({ at }) => at > after).slice(-count);
    return last.length === count && last.every(({ ok }) => ok);
  }

  async stop(): Promise<readonly Sample[]> {
    clearInterval(this.timer);
    await Promise.all(this.underWay);
    return this.done;
  }

  private send(): void {
    const at = performance.now();
    const one = this.ask().then((ok) => {
      this.done.push({ at, ok });
      this.underWay.delete(one);
    });
    this.underWay.add(one);
  }
}

function asking(url: URL, insecure: boolean): () => Promise<boolean> {
  if (url.protocol === "tcp:") {
    return () => within((done) => net.connect(Number(url.port), bare(url.hostname), () => done(true)));
  }
  const get = url.protocol === "https:" ? https.get : http.get;
  const options = { agent: false as const, rejectUnauthorized: !insecure };
  return () =>
    within((done) =>
      get(url, options, (response) => {
        // What the servers refuse is an answer, too; what HAProxy has nobody for is none.
        response.resume().on("end", () => done((response.statusCode ?? 500) < 500));
      }),
    );
}

interface Connection {
  on(event: "error", listener: () => void): unknown;
  destroy(): unknown;
}

/** Whether it is done, and well, before patience ends. */
function within(start: (done: (ok: boolean) => void) => Connection): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (ok: boolean) => {
      clearTimeout(timer);
      connection.destroy();
      resolve(ok);
    };
    const timer = setTimeout(() => finish(false), PATIENCE_MS);
    const connection = start(finish);
    connection.on("error", () => finish(false));
  });
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}
