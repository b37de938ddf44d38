import assert from "node:assert/strict";
import { benchOptions } from "./options";

const benches = ["failover", "stability"];

describe("the benches' options", () => {
  it("name one bench and what to do with its figures", () => {
    const options = benchOptions(
      ["failover", "--repeats", "2", "--profiles", "fast, tutorial", "--json", "a"],
      benches,
    );
    assert.equal(options.bench, "failover");
    assert.equal(options.repeats, 2);
    assert.deepEqual(options.profiles, ["fast", "tutorial"]);
    assert.equal(options.json, "a");
    assert.equal(options.svg, undefined);
  });

  it("draw into the docs when no file is named", () => {
    assert.equal(benchOptions(["failover", "--svg"], benches).svg, "docs/images/failover.svg");
    assert.equal(benchOptions(["--svg", "--markdown", "stability"], benches).svg, "docs/images/stability.svg");
    assert.equal(benchOptions(["failover", "--svg", "x.svg"], benches).svg, "x.svg");
  });

  it("are refused with a sentence", () => {
    assert.throws(() => benchOptions([], benches), /Say what to measure: failover, stability/);
    assert.throws(() => benchOptions(["failover", "--repeats", "none"], benches), /--repeats none: give a number/);
  });
});
