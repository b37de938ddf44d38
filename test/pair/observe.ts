// Injects one fault while a client keeps requesting, and reports what the client saw.
import { until } from "../lab/command";
import { fetchFrom } from "./audit";
import type { PairFault } from "./faults";
import { type Pair, url } from "./pair";

export interface FaultReport {
  readonly name: string;
  readonly outageMs: number;
  readonly requestsLost: number;
  readonly requests: number;
  readonly ownerBefore: string;
  readonly ownerAfter: string;
  /** What the timers alone allow. */
  readonly limitMs: number;
}

export interface ObserveOptions {
  /** New connections a second. @default 200 */
  readonly perSecond?: number;
  /** How long the address may be away before the observation fails. @default 30000 */
  readonly patienceMs?: number;
}

const STEADY_ANSWERS = 20;

/** The pair has to be redundant before; the fault is still in place after. */
export async function observeFault(pair: Pair, fault: PairFault, options: ObserveOptions = {}): Promise<FaultReport> {
  const { perSecond = 200, patienceMs = 30_000 } = options;
  const ownerBefore = await pair.active();
  const limitMs = Math.round(fault.limitMs(pair, ownerBefore));
  const client = await pair.lab.client.start({ url, perSecond, timeoutMs: 1000 });
  try {
    const injectedAt = await pair.lab.fault(fault.name, ownerBefore);
    await until(
      `another node than ${ownerBefore} to hold the address`,
      async () => {
        const holders = await pair.holders();
        return holders.length === 1 && holders[0] !== ownerBefore;
      },
      patienceMs,
    );
    await steadyAnswers(pair, patienceMs);
    const ownerAfter = await pair.active();
    const { requests, lost, outageMs } = await client.stop({ since: injectedAt });
    return { name: fault.name, outageMs: Math.round(outageMs), requestsLost: lost, requests, ownerBefore, ownerAfter, limitMs };
  } catch (error) {
    await client.stop();
    throw error;
  }
}

async function steadyAnswers(pair: Pair, patienceMs: number): Promise<void> {
  let inARow = 0;
  const enough = async () => {
    inARow = (await fetchFrom(pair, url)).code === 0 ? inARow + 1 : 0;
    return inARow >= STEADY_ANSWERS;
  };
  await until(`${STEADY_ANSWERS} answers in a row`, enough, patienceMs);
}
