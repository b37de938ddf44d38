// A lab for one file of tests. Where the lab is required, one that does not start is a failure; elsewhere the tests
// that need it are skipped, loudly.
import { Lab } from "../lab/lab";

const isRequired = process.env.HA_LB_LAB_REQUIRED === "1";

/** Registers hooks of the surrounding `describe` that bring a lab up and down. */
export function withLab(name: string, ready: (lab: Lab) => Promise<void> | void): void {
  before(`lab ${name}`, async function () {
    this.timeout(600_000);
    let lab: Lab;
    try {
      await Lab.down(name);
      lab = await Lab.up(name, { log: (line) => console.log(`    ${line}`) });
    } catch (error) {
      if (isRequired) {
        throw error;
      }
      console.error(`\n    !!! SKIPPED, not tested here: ${(error as Error).message}\n`);
      return this.skip();
    }
    await ready(lab);
  });
  after(async function () {
    this.timeout(60_000);
    if (process.platform === "linux" && process.getuid?.() === 0) {
      await Lab.down(name);
    }
  });
}
