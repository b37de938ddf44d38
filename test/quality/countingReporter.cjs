// mocha's spec reporter, which also says where the time went, and leaves what became of each file to whoever runs several
// mochas (test/setup/results.ts).
const { writeFileSync } = require("node:fs");
const { relative } = require("node:path");
const { reporters, Runner } = require("mocha");

/** Files that took less are not worth a line. */
const WORTH_A_LINE_SECONDS = 10;

module.exports = class CountingReporter extends reporters.Spec {
  /** By file; with the seconds of everything that its hooks did. */
  files = new Map();

  constructor(runner, options) {
    super(runner, options);
    const { EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_FAIL, EVENT_TEST_PASS } = Runner.constants;
    const begun = new Map();
    const isOfFile = (suite) => suite.parent?.root;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (isOfFile(suite)) begun.set(suite, performance.now());
    });
    runner.on(EVENT_SUITE_END, (suite) => {
      if (isOfFile(suite)) this.of(suite).seconds += (performance.now() - begun.get(suite)) / 1000;
    });
    runner.on(EVENT_TEST_PASS, (test) => {
      this.of(test).passed++;
    });
    // A hook that fails is in a file, too, unless it is one of all files.
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      this.of(test).failures.push(`${test.fullTitle()}: ${error.message}`);
    });
  }

  of({ file = "" }) {
    const name = relative(process.cwd(), file);
    if (!this.files.has(name)) this.files.set(name, { seconds: 0, passed: 0, failures: [] });
    return this.files.get(name);
  }

  done(failures, end) {
    const longest = [...this.files].filter(([, { seconds }]) => seconds >= WORTH_A_LINE_SECONDS);
    longest.sort(([, one], [, other]) => other.seconds - one.seconds);
    for (const [file, { seconds }] of longest) {
      console.log(`${String(Math.round(seconds)).padStart(6)} s  ${file}`);
    }
    if (process.env.HA_LB_TEST_RESULTS) {
      writeFileSync(process.env.HA_LB_TEST_RESULTS, JSON.stringify(Object.fromEntries(this.files)));
    }
    end(failures);
  }
};
