// Labs for the time of a measurement: fresh ones, gone afterwards, whatever happens.
import { Lab } from "../lab/lab";

const inUse = new Set<string>();

export async function withLab<T>(name: string, action: (lab: Lab) => Promise<T>): Promise<T> {
  inUse.add(name);
  try {
    await Lab.down(name);
    return await action(await Lab.up(name, { log: (line) => console.log(`  ${line}`) }));
  } finally {
    await Lab.down(name);
    inUse.delete(name);
  }
}

/** To be called once: an interrupted measurement leaves nothing behind either. */
export function cleanUpOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      console.log(`\n${signal}: cleaning up`);
      Promise.all([...inUse].map((name) => Lab.down(name))).finally(() => process.exit(1));
    });
  }
}
