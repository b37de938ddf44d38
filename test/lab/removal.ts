// How to remove a lab whatever happens to whoever asks for it: in a session of its own, which Ctrl-C in the terminal,
// sent to every program of the foreground, does not reach. The session has to be there from its first moment on: start it
// detached, and not by `setsid`, which Ctrl-C ends when it comes early. One that comes in the very moment of the start ends
// that, too: start it again then.
import path from "node:path";

/** Program and arguments, to be started detached; it ends when nothing of the lab is left. */
export function removal(lab: string): readonly [string, readonly string[]] {
  const cli = path.join(__dirname, "cli.ts");
  return [process.execPath, ["--import", "tsx", cli, "--name", lab, "down"]];
}

/** Ctrl-C, `kill`, and a terminal that is closed. */
export const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
