// HAProxy's processes on a host: which one takes new connections, and what those that only end theirs amount to.
import type { Host } from "../../lab/host";
import type { MachineName } from "../../lab/layout";

export interface Processes {
  /** That takes new connections. */
  readonly newest: { readonly id: string; readonly startedAt: number };
  readonly workers: number;
  readonly memoryMb: number;
}

/** Pss is what a process has to itself, and its share of what it has with others. */
const question = `master=$(systemctl show --property MainPID --value haproxy)
newest=$(pgrep --newest --parent "$master")
workers=$(pgrep --parent "$master")
for pid in $workers; do cat /proc/$pid/smaps_rollup 2>/dev/null; done | awk '/^Pss:/ { kb += $2 } END { printf "%d ", kb }'
echo "$newest" $(ps -o etimes= -p "$newest") $(echo "$workers" | wc -w)`;

export async function measured(host: Host<MachineName>): Promise<Processes> {
  const [kb, id = "", elapsed, workers] = (await host.must(question)).trim().split(/\s+/);
  // It counts whole seconds: it may have begun up to one sooner.
  const startedAt = Date.now() - 1000 * (Number(elapsed) + 1);
  return { newest: { id, startedAt }, workers: Number(workers), memoryMb: Math.round(Number(kb) / 1024) };
}
