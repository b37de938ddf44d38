// An example on the lab's hosts, for the tests of one `describe`.
import type { Lab } from "../lab/lab";
import type { ConfigValue } from "../lab/pulumi";
import { Pair } from "../pair/pair";
import type { ExampleName } from "../pair/programs";

/** What makes the example's servers ready, and the stack's configuration that leads to them. */
export type Prepare = (lab: Lab) => Promise<Readonly<Record<string, ConfigValue>>>;

/** Registers a hook that deploys the example. */
export function deployed(lab: () => Lab, name: ExampleName, prepare: Prepare): () => Pair {
  let pair: Pair;
  before(`pulumi up of ${name}`, async () => {
    pair = await Pair.example(lab(), name, await prepare(lab()));
    await pair.up();
    await pair.waitUntilRedundant();
  });
  return () => pair;
}
