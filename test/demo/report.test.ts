import assert from "node:assert/strict";
import { brokenPromises, type DemoReport, touched } from "./report";

const good: DemoReport = {
  platform: "existing",
  engine: "v3.259.0",
  provisionSeconds: 20,
  secondUpChanges: 0,
  faults: [],
  previewChangesAfterFaults: 0,
  destroyed: true,
};

describe("the demo's promises", () => {
  it("are kept when nothing changed and nothing is left", () => {
    assert.deepEqual(brokenPromises(good, false), []);
  });

  for (const [what, broken] of [
    ["The second `up` changed 2 resources.", { secondUpChanges: 2 }],
    ["After the faults a preview wants to change 1 resources.", { previewChangesAfterFaults: 1 }],
    ["`pulumi destroy` failed.", { destroyed: false }],
  ] as const) {
    it(`are broken: ${what}`, () => {
      assert.deepEqual(brokenPromises({ ...good, ...broken }, false), [what]);
    });
  }

  it("do not include a lab that is to be kept", () => {
    assert.deepEqual(brokenPromises({ ...good, destroyed: false }, true), []);
  });

  it("count every operation but `same`", () => {
    assert.equal(touched({ same: 4, update: 1, replace: 2 }), 3);
    assert.equal(touched({ same: 6 }), 0);
  });
});
