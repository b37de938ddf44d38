// The options of `npm run demo`.
import { parseArgs } from "node:util";
import { type PairFault, pairFaults } from "../pair/faults";

export const platforms = ["existing"] as const;

export interface DemoOptions {
  readonly platform: (typeof platforms)[number];
  /** Leave the lab up at the end. */
  readonly keep: boolean;
  readonly faults: readonly PairFault[];
  /** Name of the lab. */
  readonly lab: string;
  /** File that gets the figures. */
  readonly json?: string;
}

export const usage = `Usage: npm run demo -- [--platform ${platforms.join("|")}] [--faults a,b] [--keep] [--json FILE] [--lab NAME]
Faults: ${pairFaults.map(({ name }) => name).join(", ")}`;

/** @throws Error with a sentence for the user. */
export function demoOptions(args: string[]): DemoOptions {
  const { values } = parseArgs({
    args,
    options: {
      platform: { type: "string", default: platforms[0] },
      faults: { type: "string" },
      keep: { type: "boolean", default: false },
      lab: { type: "string", default: "demo" },
      json: { type: "string" },
    },
  });
  const platform = platforms.find((name) => name === values.platform);
  if (!platform) {
    throw new Error(`--platform ${values.platform} is not there. Platforms: ${platforms.join(", ")}.`);
  }
  return { platform, keep: values.keep, lab: values.lab, faults: chosenFaults(values.faults), json: values.json };
}

function chosenFaults(list: string | undefined): readonly PairFault[] {
  if (list === undefined) {
    return pairFaults;
  }
  return list.split(",").map((name) => {
    const fault = pairFaults.find((candidate) => candidate.name === name.trim());
    if (!fault) {
      throw new Error(
        `--faults: "${name}" is not a fault. Faults: ${pairFaults.map((candidate) => candidate.name).join(", ")}.`,
      );
    }
    return fault;
  });
}
