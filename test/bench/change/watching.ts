// Measures how long it takes until both nodes do what was changed, by asking each of them on its own host.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { now } from "../../lab/clock";
import type { Host } from "../../lab/host";
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import type { Timed } from "./report";

const PATIENCE_MS = 120_000;
const script = readFileSync(join(__dirname, "watch.py"), "utf8");

/** @param sign what watch.py is to wait for */
export async function timed(lab: Lab, sign: readonly string[], change: () => Promise<unknown>): Promise<Timed> {
  const watches = await Promise.all(loadBalancers.map((name) => watch(lab.hosts[name], sign)));
  const started = now();
  await change();
  const ended = now();
  const served = await Promise.all(watches.map(({ seen }) => seen));
  return { servesSeconds: (Math.max(...served) - started) / 1000, endedSeconds: (ended - started) / 1000 };
}

/** Returns once it looks. */
async function watch(host: Host, sign: readonly string[]): Promise<{ seen: Promise<number> }> {
  let seen: Promise<number> = Promise.resolve(0);
  await new Promise<void>((looks, fails) => {
    const options = { input: script, timeoutMs: PATIENCE_MS, onStdoutLine: () => looks() };
    seen = host.must(`python3 - ${sign.join(" ")}`, options).then(now);
    seen.catch(fails);
  });
  return { seen };
}
