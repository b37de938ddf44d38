// What Keepalived became, and when, as it told the journal of its node.
import type { Host } from "../lab/host";
import type { MachineName } from "../lab/layout";

export interface Transition {
  /** By the lab's clock, which all nodes and the client share. */
  readonly at: number;
  readonly state: State;
}

/** Of VRRP, or `gone` where there is no Keepalived. */
export type State = "MASTER" | "BACKUP" | "FAULT" | "gone";

/** Those after `since`, in order. */
export async function transitionsOf(host: Pick<Host<MachineName>, "must">, since: number): Promise<Transition[]> {
  const journal = await host.must("journalctl --unit keepalived --output json --no-pager --lines 300");
  return transitionsIn(journal).filter(({ at }) => at > since);
}

/** @param journal Lines of `journalctl --output json`, Keepalived's own and what systemd says of it. */
export function transitionsIn(journal: string): Transition[] {
  return journal
    .split("\n")
    .filter(Boolean)
    .flatMap((line) => {
      const { MESSAGE: message, __MONOTONIC_TIMESTAMP: microseconds } = JSON.parse(line) as Record<string, unknown>;
      const state = stateIn(String(message));
      return state ? [{ at: Number(microseconds) / 1000, state }] : [];
    });
}

function stateIn(message: string): State | undefined {
  const entered = /Entering (MASTER|BACKUP|FAULT) STATE/.exec(message)?.[1] as State | undefined;
  return entered ?? (/^Stopping keepalived|Main process exited/.test(message) ? "gone" : undefined);
}
