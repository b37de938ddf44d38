// The tests of the Python on hosts, which are Python themselves (test/host), one by one among all the others.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../../..");
const directory = join(root, "test/host");

interface PythonTest {
  readonly module: string;
  readonly suite: string;
  readonly name: string;
}

const tests = readdirSync(directory)
  .filter((file) => /^test_\w+\.py$/.test(file))
  .sort()
  .flatMap((file) => testsOf(file.slice(0, -".py".length)));

describe("the Python on hosts", function () {
  // All of them run in its first hook.
  this.timeout(300_000);
  let output = "";

  before(() => {
    // -B: whatever lies beside the sources would be shipped with them.
    const { stderr, error } = spawnSync("python3", ["-B", "-m", "unittest", "discover", "-v", "-s", directory], {
      env: { ...process.env, PYTHONPATH: join(root, "src/host/files/lib") },
      encoding: "utf8",
    });
    output = `${stderr ?? ""}${error ?? ""}`;
  });

  for (const module of new Set(tests.map((test) => test.module))) {
    describe(module.replace(/^test_/, "").replaceAll("_", " "), () => {
      for (const { suite, name } of tests.filter((test) => test.module === module)) {
        it(`${suite}: ${name.replace(/^test_/, "").replaceAll("_", " ")}`, () => {
          const result = new RegExp(`^${name} \\(${module}\\.${suite}[^)]*\\)[^\\n]* \\.\\.\\. ok$`, "m");
          assert.match(output, result, output);
        });
      }
    });
  }

  it("has no test beyond these", () => {
    assert.match(output, new RegExp(`^Ran ${tests.length} tests? in`, "m"), output);
  });
});

function testsOf(module: string): PythonTest[] {
  let suite = "";
  return readFileSync(join(directory, `${module}.py`), "utf8")
    .split("\n")
    .flatMap((line) => {
      suite = /^class (\w+)/.exec(line)?.[1] ?? suite;
      const name = /^ {4}def (test_\w+)/.exec(line)?.[1];
      return name ? [{ module, suite, name }] : [];
    });
}
