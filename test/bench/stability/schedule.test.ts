import assert from "node:assert/strict";
import { gapMs, LONGEST_STALL_MS, stalls, uniform } from "./schedule";

const total = 600_000;

describe("the schedule of stalls", () => {
  const first = stalls("seed", "lb1", total);

  it("is the same for the same seed, and another for each node and seed", () => {
    assert.deepEqual(stalls("seed", "lb1", total), first);
    assert.notDeepEqual(stalls("seed", "lb2", total), first);
    assert.notDeepEqual(stalls("other", "lb1", total), first);
  });

  it("alternates between the kinds and keeps to its gaps and lengths", () => {
    let end = 0;
    for (const [index, { kind, startMs, durationMs }] of first.entries()) {
      assert.equal(kind, index % 2 === 0 ? "keepalived" : "machine");
      assert.ok(startMs - end >= gapMs.least && startMs - end <= gapMs.most);
      assert.ok(durationMs > 0 && durationMs <= LONGEST_STALL_MS);
      end = startMs + durationMs;
    }
    assert.ok(end <= total);
  });

  it("stalls each node for about a quarter of the time", () => {
    const stalled = first.reduce((sum, { durationMs }) => sum + durationMs, 0);
    assert.ok(stalled > total / 5 && stalled < total / 3.3, `${stalled} ms`);
  });

  it("draws evenly", () => {
    const random = uniform("seed");
    const mean = Array.from({ length: 10_000 }, random).reduce((sum, value) => sum + value, 0) / 10_000;
    assert.ok(Math.abs(mean - 0.5) < 0.02, String(mean));
  });
});
