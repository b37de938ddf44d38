// What clients lost while a pair was changed, summed up and held against what the project promises. Pure.
import type { Circumstances } from "../bench";
import { median, worst } from "../statistics";

/** What clients do. */
export const kinds = ["keep-alive", "tls-keep-alive", "http2", "new-connection", "tls-full"] as const;
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
  readonly p50Us: number;
  readonly p99Us: number;
  /** The first of them, with the time of the Unix epoch in milliseconds. */
  readonly failures: readonly { readonly at: number; readonly error: string }[];
}

/** One change, by whichever way. */
export interface Made {
  readonly title: string;
  readonly seconds: number;
  /** Whether new processes of HAProxy serve since: on how many nodes. */
  readonly reloaded: number;
  /** When it began, in milliseconds of the Unix epoch. */
  readonly at: number;
}

export interface Phase {
  readonly way: Way;
  readonly seconds: number;
  readonly made: readonly Made[];
  readonly counted: readonly Counted[];
}

export interface UpdateReport {
  readonly circumstances: Circumstances;
  readonly perSecond: Readonly<Record<Kind, number>>;
  readonly phases: readonly Phase[];
}

export interface Sum {
  readonly way: Way;
  readonly changes: number;
  readonly requests: number;
  readonly failed: number;
  readonly cut: number;
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

export function sum({ way, made, counted }: Phase): Sum {
  const total = (field: "requests" | "failed" | "cut") => counted.reduce((all, one) => all + one[field], 0);
  const seconds = made.map((one) => one.seconds);
  const byReload = made.filter(({ reloaded }) => reloaded > 0).length;
  const [requests, failed] = [total("requests"), total("failed")];
  return {
    way,
    changes: made.length,
    requests,
    failed,
    cut: total("cut"),
    failedPerChange: made.length > 0 ? failed / made.length : 0,
    atRunTime: made.length - byReload,
    byReload,
    medianSeconds: made.length > 0 ? median(seconds) : null,
    worstSeconds: made.length > 0 ? worst(seconds) : null,
    verdict: verdict(way, requests, failed),
  };
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
