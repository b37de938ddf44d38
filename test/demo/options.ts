// The options of `npm run demo`.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { checkLabName } from "../lab/layout";
import { faultsOn, type PairFault, pairFaults } from "../pair/faults";
import { type PlatformName, platformNames } from "../pair/platforms/platform";

export interface DemoOptions {
  readonly platform: PlatformName;
  /** Leave the lab up at the end. */
  readonly keep: boolean;
  readonly faults: readonly PairFault[];
  /** Name of the lab. */
  readonly lab: string;
  /** File that gets the figures. */
  readonly json?: string;
  /** Say how it is used, and do nothing else. */
  readonly help: boolean;
}

export const usage = `Usage: npm run demo -- [--platform ${platformNames.join("|")}] [--faults a,b] [--keep] [--json FILE] [--lab NAME]
Faults: ${pairFaults.map(({ name }) => name).join(", ")}`;

/** @throws Error with a sentence for the user. */
export function demoOptions(args: string[]): DemoOptions {
  const { values } = parseArgs({
    args,
    options: {
      platform: { type: "string", default: platformNames[0] },
      faults: { type: "string" },
      keep: { type: "boolean", default: false },
      lab: { type: "string", default: "demo" },
      json: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const platform = platformNames.find((name) => name === values.platform);
  if (!platform) {
    throw new Error(`--platform ${values.platform} is not there. Platforms: ${platformNames.join(", ")}.`);
  }
  const faults = chosenFaults(faultsOn(platform), values.faults);
  checkLabName(values.lab);
  const { keep, lab, json, help } = values;
  if (json !== undefined && !existsSync(dirname(json))) {
    throw new Error(`--json ${json}: there is no directory ${dirname(json)}. Make it first.`);
  }
  return { platform, keep, lab, faults, json, help };
}

function chosenFaults(faults: readonly PairFault[], list: string | undefined): readonly PairFault[] {
  if (list === undefined) {
    return faults;
  }
  return list.split(",").map((name) => {
    const fault = faults.find((candidate) => candidate.name === name.trim());
    if (!fault) {
      throw new Error(
        `--faults: "${name}" is not a fault. Faults: ${faults.map((candidate) => candidate.name).join(", ")}.`,
      );
    }
    return fault;
  });
}
