// What the proxy bench found, summed up and held against what the project promises. Pure.
import type { Circumstances } from "../bench";
import { groupBy } from "../grouping";
import { median } from "../statistics";

/** What clients do. */
export const kinds = ["keep-alive", "new-connection", "tls-resumed", "tls-full"] as const;
export type Kind = (typeof kinds)[number];

export type VariantName =
  | "ours"
  | "ours-again"
  | "hand-tuned"
  | "nginx"
  | "direct"
  | "no-log"
  | "no-forwarded"
  | "no-guard"
  | "no-checks"
  | "bare"
  | "hand-tuned-bare"
  | "nginx-bare"
  | "shared-connections";

/** One kind of load on one variant, once. */
export interface Run {
  readonly kind: Kind;
  readonly variant: VariantName;
  readonly repeat: number;
  readonly requests: number;
  /** By the machine's own time: the seconds in which the hypervisor ran others do not count. */
  readonly ownSeconds: number;
  readonly seconds: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly connections: number;
  readonly resumed: number;
  /** Processor time of the proxy, and of the journal that has its log lines. */
  readonly proxyCpuUs: number;
  readonly journalCpuUs: number;
}

/** Medians of all repeats. */
export interface Cell {
  readonly kind: Kind;
  readonly variant: VariantName;
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly proxyUsPerRequest: number;
  readonly journalUsPerRequest: number;
  readonly hostUsPerRequest: number;
}

export interface ProxyReport {
  readonly circumstances: Circumstances;
  readonly repeats: number;
  readonly seconds: number;
  readonly runs: readonly Run[];
}

export function cells(runs: readonly Run[]): Cell[] {
  return Array.from(groupBy(runs, ({ kind, variant }) => `${kind} ${variant}`).values(), (group) => {
    const [{ kind, variant }] = group as [Run];
    const of = (value: (run: Run) => number) => median(group.map(value));
    return {
      kind,
      variant,
      perSecond: of(({ requests, ownSeconds }) => requests / ownSeconds),
      p50Us: of(({ p50Us }) => p50Us),
      p99Us: of(({ p99Us }) => p99Us),
      proxyUsPerRequest: of(({ proxyCpuUs, requests }) => proxyCpuUs / requests),
      hostUsPerRequest: of(({ proxyCpuUs, journalCpuUs, requests }) => (proxyCpuUs + journalCpuUs) / requests),
      journalUsPerRequest: of(({ journalCpuUs, requests }) => journalCpuUs / requests),
    };
  });
}

/** What the rendered configuration is held against, at equal features. */
export interface Comparison {
  readonly kind: Kind;
  readonly ours: VariantName;
  readonly other: VariantName;
  /** Requests a second, ours by the other's. */
  readonly rate: number;
  /**
   * Requests of one second of processor time on the load balancer's host, ours by the other's. What a host can do at most;
   * other work on the machine disturbs it less than the rate. The goal is held against this.
   */
  readonly economy: number;
  /** None where the two are the same: what they differ by is chance, and no other difference below that means anything. */
  readonly goal: number | null;
  readonly isMet: boolean;
}

const goals = { handTuned: 0.98, nginx: 1 } as const;
const equals: readonly (readonly [ours: VariantName, other: VariantName, goal: number | null])[] = [
  ["ours-again", "ours", null],
  ["ours", "hand-tuned", goals.handTuned],
  ["bare", "hand-tuned-bare", goals.handTuned],
  ["ours", "nginx", goals.nginx],
  ["bare", "nginx-bare", goals.nginx],
];

export function comparisons(all: readonly Cell[]): Comparison[] {
  return kinds.flatMap((kind) =>
    equals.flatMap(([ours, other, goal]) => {
      const [own, theirs] = [cellOf(all, kind, ours), cellOf(all, kind, other)];
      if (!own || !theirs) {
        return [];
      }
      const rate = own.perSecond / theirs.perSecond;
      const economy = theirs.hostUsPerRequest / own.hostUsPerRequest;
      return [{ kind, ours, other, rate, economy, goal, isMet: goal !== null && economy >= goal }];
    }),
  );
}

export function cellOf(all: readonly Cell[], kind: Kind, variant: VariantName): Cell | undefined {
  return all.find((cell) => cell.kind === kind && cell.variant === variant);
}

/** What one default feature costs a request. */
export interface Cost {
  readonly without: VariantName;
  readonly proxyUs: number;
  readonly journalUs: number;
  /** Requests a second, with it by without it. */
  readonly rate: number;
}

export const features: readonly VariantName[] = ["no-log", "no-forwarded", "no-guard", "no-checks", "bare"];

export function costs(all: readonly Cell[]): Cost[] {
  const ours = cellOf(all, "keep-alive", "ours");
  return features.flatMap((without) => {
    const less = cellOf(all, "keep-alive", without);
    return ours && less
      ? [
          {
            without,
            proxyUs: ours.proxyUsPerRequest - less.proxyUsPerRequest,
            journalUs: ours.journalUsPerRequest - less.journalUsPerRequest,
            rate: ours.perSecond / less.perSecond,
          },
        ]
      : [];
  });
}
