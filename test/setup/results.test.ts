import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { count, merge, outcomeOf, type Results, worthAnotherTry } from "./results";

const good = { passed: 3, failures: [] };
const bad = { passed: 2, failures: ["one: broke"] };

describe("results of tests", () => {
  it("are counted over all files and lanes", () => {
    const all = merge([{ "a.test.ts": good }, { "b.test.ts": bad, "": { passed: 0, failures: ["a lane ended"] } }]);
    assert.deepEqual(count(all), { passed: 5, failures: ["one: broke", "a lane ended"] });
    assert.deepEqual(count({}), { passed: 0, failures: [] });
  });

  it("are worth another try in files of which a few failed", () => {
    assert.deepEqual(worthAnotherTry({ "a.test.ts": good, "b.test.ts": bad }), ["b.test.ts"]);
    assert.deepEqual(worthAnotherTry({ "a.test.ts": good }), []);
    assert.deepEqual(worthAnotherTry({ "b.test.ts": bad, "": bad }), [], "what is in no file cannot be tried alone");
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`${index}.test.ts`, bad]));
    assert.deepEqual(worthAnotherTry(many), [], "so many have another reason");
  });

  it("are those of the second try where there was one, and say what the first one would have been", () => {
    const first = { "a.test.ts": good, "b.test.ts": bad, "c.test.ts": bad, "d.test.ts": bad };
    const again = { passed: 2, failures: ["one: broke once more"] };
    assert.deepEqual(
      outcomeOf(first, { "b.test.ts": good, "c.test.ts": again, "d.test.ts": { passed: 0, failures: [] } }),
      {
        passed: 3 + 3 + 2 + 2,
        failures: ["one: broke once more", "one: broke"],
        excused: ["one: broke"],
      },
    );
    assert.deepEqual(outcomeOf(first, {}).excused, []);
  });

  it("are told by mocha for each file, with hooks that fail", () => {
    const directory = mkdtempSync(join(tmpdir(), "results-"));
    const file = join(directory, "sample.test.cjs");
    writeFileSync(
      file,
      `describe("a file", () => {
        it("passes", () => {});
        it("fails", () => { throw new Error("as it should") });
        describe("with a hook", () => {
          before("that breaks", () => { throw new Error("too early") });
          it("is never reached", () => {});
        });
      });`,
    );
    const results = join(directory, "results.json");
    const root = resolve(__dirname, "../..");
    const { status } = spawnSync(
      process.execPath,
      ["node_modules/mocha/bin/mocha.js", "--no-config", "--reporter", "test/quality/countingReporter.cjs", file],
      { cwd: root, env: { ...process.env, HA_LB_TEST_RESULTS: results } },
    );
    const told = Object.values(JSON.parse(readFileSync(results, "utf8")) as Results);
    rmSync(directory, { recursive: true });
    assert.equal(status, 2);
    assert.deepEqual(
      told.map(({ passed, failures }) => ({ passed, failures })),
      [
        {
          passed: 1,
          failures: [
            "a file fails: as it should",
            'a file with a hook "before all" hook: that breaks for "is never reached": too early',
          ],
        },
      ],
    );
  });
});
