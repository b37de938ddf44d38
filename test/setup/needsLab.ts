// For suites that need the lab: elsewhere they are skipped, loudly, and where the lab is required
// (HA_LB_LAB_REQUIRED=1, as in CI) they fail.
import { checkPrerequisites } from "../lab/prerequisites";

/** To be called first in a suite's `before`. */
export function needsLab(suite: Mocha.Context): void {
  try {
    checkPrerequisites();
  } catch (error) {
    skipUnlessRequired(suite, error as Error);
  }
}

/** What becomes of a suite whose lab cannot start. */
export function skipUnlessRequired(suite: Mocha.Context, reason: Error): never {
  if (process.env.HA_LB_LAB_REQUIRED === "1") {
    throw reason;
  }
  console.warn(`SKIPPED: ${suite.test?.parent?.fullTitle()}: ${reason.message}`);
  return suite.skip();
}
