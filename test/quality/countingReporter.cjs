// mocha's spec reporter, which also leaves the two numbers that .ci/run ends with.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
  done(failures, end) {
    if (process.env.HA_LB_TEST_COUNTS) {
      writeFileSync(process.env.HA_LB_TEST_COUNTS, `${this.stats.passes} ${this.stats.failures}\n`);
    }
    end(failures);
  }
};
