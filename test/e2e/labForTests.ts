// A lab for files of tests, one at a time. Files that name the same one share it, one after the other: each brings a
// stack of its own to hosts that may have served before. Where the lab is required, one that does not start is a
// failure; elsewhere the tests that need it are skipped, loudly.
import { Lab, type LabOptions } from "../lab/lab";
import { ownLabName } from "../lab/layout";
import { skipUnlessRequired } from "../setup/needsLab";

let current: Lab | undefined;

/** Registers a hook of the surrounding `describe` that brings a lab up. */
export function withLab(
  name: string,
  ready: (lab: Lab) => Promise<void> | void,
  options: Pick<LabOptions, "suite" | "cloud"> = {},
): void {
  before(`lab ${name}`, async function () {
    this.timeout(600_000);
    try {
      await use(ownLabName(name), options);
    } catch (error) {
      return skipUnlessRequired(this, error as Error);
    }
    await ready(current as Lab);
  });
}

after("the last lab", async function () {
  this.timeout(60_000);
  await current?.down();
});

async function use(name: string, options: Pick<LabOptions, "suite" | "cloud">): Promise<void> {
  if (current?.name !== name) {
    await current?.down();
    current = undefined;
    await Lab.down(name);
    current = await Lab.up(name, { log: (line) => console.log(`    ${line}`), ...options });
  }
  await current.heal();
}
