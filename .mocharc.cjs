// How mocha runs here. Files (or patterns of them) named on the command line are run instead of all tests; mocha itself would add them.
const named = process.argv.slice(2).some((argument) => argument.endsWith(".ts"));

module.exports = {
  ...(named ? {} : { spec: ["test/**/*.test.ts"] }),
  require: ["tsx/cjs", "./test/setup/interruption.ts"],
  reporter: "test/quality/countingReporter.cjs",
  timeout: 60_000,
  slow: 5_000,
  parallel: false,
};
