// For suites that need what the lab needs of the machine: elsewhere they are skipped, loudly, and where the lab is
// required (HA_LB_LAB_REQUIRED=1, as in CI) they fail.
import { checkPrerequisites } from "../lab/prerequisites";

/** To be called first in a suite's `before`. */
export function needsLab(suite: Mocha.Context): void {
  try {
    checkPrerequisites();
  } catch (error) {
    if (process.env.HA_LB_LAB_REQUIRED === "1") {
      throw error;
    }
    console.warn(`SKIPPED: ${suite.test?.parent?.fullTitle()}: ${(error as Error).message}`);
    suite.skip();
  }
}
