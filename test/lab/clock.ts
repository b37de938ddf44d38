// Time as waits and bounds count it. On a shared machine the hypervisor runs others at times: for seconds nothing here
// moves, neither what is tested nor its timers. Such time is nobody's outage.
import { readFileSync } from "node:fs";
import { cpus } from "node:os";

/** Milliseconds of the monotonic clock, the same in every process and namespace of the machine. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

/** The kernel counts in hundredths of a second, per processor. */
const MS_PER_TICK = 10;
const processors = cpus().length;

/** Milliseconds, of an average processor, in which the hypervisor ran others; counted since the machine started. */
export function stolenMs(): number {
  const steal = /^cpu(?: +\d+){7} +(\d+)/.exec(readFileSync("/proc/stat", "utf8"))?.[1];
  return (Number(steal ?? 0) * MS_PER_TICK) / processors;
}

/** A clock that stands still for as long as the machine does. */
export const ownTime = () => now() - stolenMs();

/** Calls back after that much time of the machine's own. */
export function onceOwnTimeHasPassed(ms: number, callback: () => void): { cancel(): void } {
  const deadline = ownTime() + ms;
  const look = () => {
    const left = deadline - ownTime();
    if (left <= 0) {
      callback();
    } else {
      timer = setTimeout(look, Math.max(left, 10));
    }
  };
  let timer = setTimeout(look, ms);
  return { cancel: () => clearTimeout(timer) };
}
