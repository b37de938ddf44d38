// What clients lost while a pair was changed, summed up and held against what the project promises. Pure.
import type { Circumstances } from "../bench";
import { median, worst } from "../statistics";

/** What clients do: requests at a steady rate, or messages over WebSockets; and downloads that take ten minutes. */
export const rated = [
  ...(["keep-alive", "tls-keep-alive", "http2", "new-connection", "tls-full"] as const),
  ...(["websocket", "tls-websocket"] as const),
] as const;
export const downloads = ["download", "http2-download"] as const;
export const kinds = [...rated, ...downloads] as const;
export type Kind = (typeof kinds)[number];

/** What is done to the load balancers meanwhile: nothing, a change by this library, or one by hand. */
export const ways = ["quiet", "up", "reload", "restart"] as const;
export type Way = (typeof ways)[number];

/** What the clients of one kind saw. */
export interface Counted {
  readonly kind: Kind;
  readonly requests: number;
  readonly failed: number;
  /** Of those that failed: the connection was there, and ended before the whole answer came. */
  readonly cut: number;
  /** Requests of HTTP/2 that the server refused unread, and that the client's library sent again. */
  readonly again: number;
  readonly connections: number;
  /** Of downloads: what came to its end. */
  readonly whole: number;
  /** Of WebSockets and downloads: as long as one connection served. */
  readonly longestSeconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** The first of them. */
  readonly failures: readonly Failure[];
}

/** Times are milliseconds of the Unix epoch. */
export interface Failure {
  readonly at: number;
  /** When it was known to have failed. */
  readonly until: number;
  /** When the connection of a WebSocket or a download was opened. */
  readonly opened?: number;
  readonly error: string;
}

/** One change, by whichever way. */
export interface Made {
  readonly title: string;
  readonly seconds: number;
  /** Whether new processes of HAProxy serve since: on how many nodes. */
  readonly reloaded: number;
  /** When it began, in milliseconds of the Unix epoch. */
  readonly at: number;
  /** The same, when the process began that takes new connections on the node with the address, if this made one. */
  readonly takenOverAt?: number;
  /** Of HAProxy on that node, afterwards: those that take new connections, and those that end what they have. */
  readonly workers: number;
  /** Of all of them, in MiB; what they share counts once. */
  readonly memoryMb: number;
}

export interface Phase {
  readonly way: Way;
  readonly seconds: number;
  readonly made: readonly Made[];
  readonly counted: readonly Counted[];
}

export interface UpdateReport {
  readonly circumstances: Circumstances;
  readonly perSecond: Readonly<Record<(typeof rated)[number], number>>;
  /** How many there are of each kind. */
  readonly downloadsAtATime: number;
  /** After so long the library's configuration has HAProxy end what an old process still serves. */
  readonly hardStopSeconds: number;
  readonly phases: readonly Phase[];
}

export interface Sum {
  readonly way: Way;
  readonly changes: number;
  readonly requests: number;
  readonly failed: number;
  readonly cut: number;
  /** Of those that failed: connections that had the time that is promised, which no other failure had. */
  readonly hadTheirTime: number;
  readonly failedPerChange: number;
  /** Changes that no node needed a new process for, and those that did. */
  readonly atRunTime: number;
  readonly byReload: number;
  readonly medianSeconds: number | null;
  readonly worstSeconds: number | null;
  readonly verdict: Verdict;
}

/** `none`: nothing was promised. `few`: nothing was lost, of fewer requests than the promise is about. */
export type Verdict = "met" | "missed" | "few" | "none";

/** So many requests have to be without a loss. */
export const WANTED_REQUESTS = 100_000;

export function sum(phase: Phase, hardStopSeconds: number): Sum {
  const { way, made, counted } = phase;
  const total = (field: "requests" | "failed" | "cut") => counted.reduce((all, one) => all + one[field], 0);
  const seconds = made.map((one) => one.seconds);
  const byReload = made.filter(({ reloaded }) => reloaded > 0).length;
  const hadTheirTime = way === "up" ? outlived(phase, hardStopSeconds) : 0;
  const [requests, failed] = [total("requests"), total("failed")];
  return {
    way,
    changes: made.length,
    requests,
    failed,
    cut: total("cut"),
    hadTheirTime,
    failedPerChange: made.length > 0 ? failed / made.length : 0,
    atRunTime: made.length - byReload,
    byReload,
    medianSeconds: made.length > 0 ? median(seconds) : null,
    worstSeconds: made.length > 0 ? worst(seconds) : null,
    verdict: verdict(way, requests, failed - hadTheirTime),
  };
}

/** How many connections ended after an old process had had its time to serve them. */
function outlived({ made, counted }: Phase, hardStopSeconds: number): number {
  const takenOver = made.flatMap(({ takenOverAt }) => takenOverAt ?? []);
  const hadItsTime = ({ at, opened }: Failure) => {
    const replaced = opened === undefined ? undefined : takenOver.find((time) => time > opened);
    return replaced !== undefined && at - replaced >= 1000 * hardStopSeconds;
  };
  return counted.reduce((all, { failures }) => all + failures.filter(hadItsTime).length, 0);
}

export function verdict(way: Way, requests: number, failed: number): Verdict {
  if (way !== "up") {
    return "none";
  }
  if (failed > 0) {
    return "missed";
  }
  return requests >= WANTED_REQUESTS ? "met" : "few";
}
