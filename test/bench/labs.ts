// Labs for the time of a measurement: fresh ones, gone afterwards, whatever happens.
import { spawnSync } from "node:child_process";
import { Lab, type LabOptions } from "../lab/lab";
import { ownLabName } from "../lab/layout";
import { endings, removal } from "../lab/removal";

/** Node.js does it for spawnSync as it does for spawn; its types do not know. */
const detached = { detached: true };

const inUse = new Set<string>();

export async function withLab<T>(
  purpose: string,
  action: (lab: Lab) => Promise<T>,
  options: Pick<LabOptions, "cloud"> = {},
): Promise<T> {
  const name = ownLabName(purpose);
  inUse.add(name);
  try {
    await Lab.down(name);
    return await action(await Lab.up(name, { log: (line) => console.log(`  ${line}`), ...options }));
  } finally {
    await Lab.down(name);
    inUse.delete(name);
  }
}

/** To be called once: an interrupted measurement leaves nothing behind either. */
export function cleanUpOnSignals(): void {
  for (const signal of endings) {
    process.on(signal, () => {
      console.log(`\n${signal}: cleaning up`);
      // Nothing else goes on meanwhile: neither the measurement nor another signal's cleaning.
      for (const name of inUse) {
        const [command, args] = removal(name);
        spawnSync(command, args, { stdio: "inherit", ...detached });
      }
      process.exit(1);
    });
  }
}
