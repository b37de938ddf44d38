// How to remove a lab whatever happens to whoever asks for it: in a session of its own, which Ctrl-C in the terminal,
// sent to every program of the foreground, does not reach. The session has to be there from its first moment on: start it
// detached, and not by `setsid`, which Ctrl-C ends when it comes early. One that comes in the very moment of the start ends
// that, too: start it again then.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { must } from "./command";

/** Node.js does it for spawnSync as it does for spawn; its types do not know. */
export const detached = { detached: true };
const MOST_TRIES = 3;

export async function remove(lab: string, tries = MOST_TRIES): Promise<void> {
  try {
    await must(...removal(lab), { timeoutMs: 120_000, detached: true });
  } catch (error) {
    if (tries === 1 || !/ended by SIG\w+$/.test((error as Error).message)) throw error;
    await remove(lab, tries - 1);
  }
}

/** The same, while nothing else in this process goes on. */
export function removeAtOnce(lab: string, tries = MOST_TRIES): void {
  const { signal } = spawnSync(...removal(lab), { stdio: "inherit", ...detached });
  if (signal !== null && tries > 1) removeAtOnce(lab, tries - 1);
}

/** Program and arguments; it ends when nothing of the lab is left. */
function removal(lab: string): readonly [string, readonly string[]] {
  const cli = path.join(__dirname, "cli.ts");
  return [process.execPath, ["--import", "tsx", cli, "--name", lab, "down"]];
}

/** Ctrl-C, `kill`, and a terminal that is closed. */
export const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
