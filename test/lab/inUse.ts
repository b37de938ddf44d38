// Labs that this process has brought up and not down yet: when it is interrupted, it leaves none of them behind.
import { spawnSync } from "node:child_process";
import { detached, endings, removeAtOnce } from "./removal";

const LONGEST_END_SECONDS = 20;

/** Their names; kept by Lab. */
export const labsInUse = new Set<string>();

/** To be called once. Nothing else goes on meanwhile: neither what was interrupted nor another signal's cleaning. */
export function cleanUpOnSignals(): void {
  for (const signal of endings) {
    process.on(signal, () => {
      console.log(`\n${signal}: cleaning up`);
      for (const name of labsInUse) removeAtOnce(name);
      endEngines(signal);
      process.exit(1);
    });
  }
}

/** Engines outside of labs. One that is interrupted ends its plugins; one whose output nobody reads any more leaves them. */
function endEngines(signal: string): void {
  // Ctrl-C has reached them already, and a second one would have them end at once.
  const interrupt = signal === "SIGINT" ? ":" : 'kill -INT "$pid"';
  const script = `for pid in $(pgrep --exact --parent ${process.pid} pulumi); do
    ${interrupt}
    timeout ${LONGEST_END_SECONDS} sh -c "until grep --quiet zombie /proc/$pid/status; do sleep 0.1; done"
  done`;
  spawnSync("sh", ["-c", script], { stdio: "ignore", ...detached });
}
