// A lab for one file of tests. Where the lab is required, one that does not start is a failure; elsewhere the tests
// that need it are skipped, loudly.
import { Lab } from "../lab/lab";
import { skipUnlessRequired } from "../setup/needsLab";

/** Registers hooks of the surrounding `describe` that bring a lab up and down. */
export function withLab(name: string, ready: (lab: Lab) => Promise<void> | void): void {
  before(`lab ${name}`, async function () {
    this.timeout(600_000);
    let lab: Lab;
    try {
      await Lab.down(name);
      lab = await Lab.up(name, { log: (line) => console.log(`    ${line}`) });
    } catch (error) {
      return skipUnlessRequired(this, error as Error);
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
