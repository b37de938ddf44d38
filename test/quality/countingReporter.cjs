// mocha's spec reporter, which also says where the time went, and leaves the two numbers that .ci/run ends with, and
// below them which tests failed.
const { writeFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters, Runner } = require("mocha");

/** Files that took less are not worth a line. */
const WORTH_A_LINE_SECONDS = 10;

module.exports = class CountingReporter extends reporters.Spec {
  /** Seconds by file, with everything that its hooks did. */
  secondsOf = new Map();

  constructor(runner, options) {
    super(runner, options);
    const begun = new Map();
    const isOfFile = (suite) => suite.parent?.root;
    runner.on(Runner.constants.EVENT_SUITE_BEGIN, (suite) => {
      if (isOfFile(suite)) begun.set(suite, performance.now());
    });
    runner.on(Runner.constants.EVENT_SUITE_END, (suite) => {
      if (!isOfFile(suite)) return;
      const file = relative(process.cwd(), suite.file ?? suite.title);
      const seconds = (performance.now() - begun.get(suite)) / 1000;
      this.secondsOf.set(file, (this.secondsOf.get(file) ?? 0) + seconds);
    });
  }

  done(failures, end) {
    const longest = [...this.secondsOf].filter(([, seconds]) => seconds >= WORTH_A_LINE_SECONDS);
    longest.sort(([, one], [, other]) => other - one);
    for (const [file, seconds] of longest) {
      console.log(`${String(Math.round(seconds)).padStart(6)} s  ${file}`);
    }
    if (process.env.HA_LB_TEST_COUNTS) {
      const failed = this.failures.map((test) => `${test.fullTitle()}: ${test.err.message}`.replaceAll("\n", "\n  "));
      const lines = [`${this.stats.passes} ${this.stats.failures}`, ...failed];
      writeFileSync(process.env.HA_LB_TEST_COUNTS, `${lines.join("\n")}\n`);
    }
    end(failures);
  }
};
