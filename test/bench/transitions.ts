// What Keepalived became, and when, as it told the journal of its node.
import type { Host } from "../lab/host";
import type { MachineName } from "../lab/layout";

export interface Transition {
  /** By the lab's clock, which all nodes and the client share. */
  readonly at: number;
  readonly state: VrrpState;
}

export type VrrpState = "MASTER" | "BACKUP" | "FAULT";

/** Those after `since`, in order. */
export async function transitionsOf(host: Pick<Host<MachineName>, "must">, since: number): Promise<Transition[]> {
  const journal = await host.must(
    // grep finds nothing where nothing happened, which is no failure here.
    "journalctl --unit keepalived --output json --no-pager --lines 200 | grep --fixed-strings ' STATE' || true",
  );
  return transitionsIn(journal).filter(({ at }) => at > since);
}

/** @param journal Lines of `journalctl --output json`. */
export function transitionsIn(journal: string): Transition[] {
  return journal
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => {
      const { MESSAGE: message, __MONOTONIC_TIMESTAMP: microseconds } = JSON.parse(line) as Record<string, string>;
      const state = /Entering (MASTER|BACKUP|FAULT) STATE/.exec(message ?? "")?.[1] as VrrpState | undefined;
      return state ? [{ at: Number(microseconds) / 1000, state }] : [];
    });
}
