import assert from "node:assert/strict";
import { filesOf, laneNames } from "./laneFiles";

describe("the lanes of the tests", () => {
  it("have every file once, and each lane has some", () => {
    const all = laneNames.map(filesOf);
    assert.ok(all.flat().includes("test/setup/lanes.test.ts"));
    assert.equal(new Set(all.flat()).size, all.flat().length);
    assert.ok(all.every((files) => files.length > 0));
  });
});
