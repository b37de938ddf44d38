import assert from "node:assert/strict";
import { median, worst } from "./statistics";

describe("statistics of repeats", () => {
  it("take the middle value, or the middle of the two", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(worst([4, 9, 2]), 9);
  });

  it("keep an outage without end visible", () => {
    const never = Number.POSITIVE_INFINITY;
    assert.equal(median([1, never, 2]), 2);
    assert.equal(median([never, never, 1, never]), never);
    assert.equal(worst([1, never]), never);
  });

  it("refuse to make a figure out of nothing", () => {
    assert.throws(() => median([]), /no values/);
  });
});
