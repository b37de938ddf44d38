// The engine of a test's own, to be ended as a machine's loss of power would end it.
import { until } from "../lab/command";
import type { Lab } from "../lab/lab";
import { processesInNamespaces, signal } from "../lab/processes";
import type { Pair } from "./pair";

/** Made before the engine is started: what runs beside the lab's own services from then on is the engine, with its plugins. */
export class Engine {
  private readonly others: ReadonlySet<number>;

  constructor(private readonly lab: Lab) {
    this.others = new Set(processesInNamespaces([lab.operator.path]));
  }

  kill(): void {
    const own = processesInNamespaces([this.lab.operator.path]).filter((pid) => !this.others.has(pid));
    signal(own, "SIGKILL");
  }
}

/** The lock of an engine that was killed stays; every stack has this. */
export async function liftLock({ pulumi }: Pair, stack = "lab"): Promise<void> {
  await pulumi.command(["cancel", "--yes", "--stack", stack]);
}

/** Whether an engine that is running has printed this. */
export type Said = (text: string) => boolean;

/** Runs an update until something is there, ends the engine in that moment, and lifts its lock. */
export async function cutOff(pair: Pair, isThere: (said: Said) => Promise<boolean>): Promise<void> {
  const engine = new Engine(pair.lab);
  const lines: string[] = [];
  let ended: unknown;
  const running = pair.up({ onStdoutLine: (line) => lines.push(line) }).then(
    () => {
      ended = new Error("the update went well");
    },
    (error: unknown) => {
      ended = error;
    },
  );
  const said: Said = (text) => lines.some((line) => line.includes(text));
  try {
    await until("the update to come so far", async () => ended !== undefined || (await isThere(said)), 180_000, 20);
    if (ended !== undefined) throw ended;
  } finally {
    engine.kill();
    await running;
  }
  await liftLock(pair);
}
