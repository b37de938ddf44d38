import assert from "node:assert/strict";
import { InvalidArgumentsError, problem, show } from "../../../src/validation/problem";

describe("the error about arguments", () => {
  it("lists all problems below the component's name", () => {
    const error = new InvalidArgumentsError("edge", [problem("frontends", "is empty."), problem("backends", "too.")]);
    assert.equal(error.message, "edge: 2 problems:\n  frontends: is empty.\n  backends: too.");
    assert.equal(error.name, "InvalidArgumentsError");
    assert.deepEqual(error.problems, [
      { path: "frontends", message: "is empty." },
      { path: "backends", message: "too." },
    ]);
  });

  it("counts one problem as one", () => {
    assert.match(new InvalidArgumentsError("edge", [problem("a", "b.")]).message, /^edge: 1 problem:\n/);
  });
});

describe("a value in a message", () => {
  const circular: unknown[] = [];
  circular.push(circular);
  for (const [value, shown] of [
    ["text", '"text"'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ["\x7f\u2028\u202e\u{e0001}", '"\\u{7f}\\u{2028}\\u{202e}\\u{e0001}"'],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [10n, "10"],
    [null, "null"],
    [Symbol("s"), "Symbol(s)"],
    [() => "source text", "a function"],
    [{ a: [1, "b"] }, '{"a":[1,"b"]}'],
    [circular, "an object"],
    ["x".repeat(100), `"${"x".repeat(56)}...`],
    ["-----BEGIN OPENSSH PRIVATE KEY-----", "a private key (its text is not shown)"],
  ] as const) {
    it(`is shown as ${shown}`, () => assert.equal(show(value), shown));
  }
});
