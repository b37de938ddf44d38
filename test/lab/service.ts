// A TypeScript program that runs beside the hosts, in the operator namespace, for as long as the lab is up.
import fs from "node:fs";
import path from "node:path";
import { until } from "./command";
import type { Namespace } from "./namespace";
import { startTime } from "./processes";

export interface RunningService {
  readonly pid: number;
  readonly startTime: string | undefined;
}

/** Starts `script`; returns once it has written the line "listening", to NAME.log in the lab's state directory. */
export async function startService(
  operator: Namespace,
  stateDir: string,
  name: string,
  script: string,
  args: readonly string[],
): Promise<RunningService> {
  const logFile = path.join(stateDir, `${name}.log`);
  const log = fs.openSync(logFile, "a");
  const child = operator.spawnScript(script, args, { detached: true, stdio: ["ignore", log, log], cwd: "/" });
  child.unref();
  fs.closeSync(log);
  await until(
    `the lab's ${name} (${logFile})`,
    () => {
      const text = fs.readFileSync(logFile, "utf8");
      if (child.exitCode !== null) throw new Error(`The lab's ${name} ended by itself: ${text.trim()}`);
      return text.split("\n").includes("listening");
    },
    30_000,
  );
  const pid = child.pid ?? 0;
  return { pid, startTime: startTime(pid) };
}

export const isRunning = ({ pid, startTime: started }: RunningService) =>
  started !== undefined && startTime(pid) === started;
