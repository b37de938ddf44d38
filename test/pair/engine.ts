// The engine of a test's own, to be ended as a machine's loss of power would end it.
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
