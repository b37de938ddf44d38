// Programs that make nothing: what the engine, the language host and the compiler take by themselves.
import { join } from "node:path";
import type { Lab } from "../../lab/lab";
import { Pulumi } from "../../lab/pulumi";

/** @param name `blank` has no line, `empty` loads the SDK, as every program with resources does */
export async function emptyProgram(lab: Lab, name: "empty" | "blank"): Promise<Pulumi> {
  const pulumi = new Pulumi({
    programDir: join(__dirname, "programs", name),
    stateDir: join(lab.stateDir, `pulumi-${name}`),
    run: (command, args, options) => lab.operator.run(command, args, options),
  });
  await pulumi.init(name);
  return pulumi;
}
