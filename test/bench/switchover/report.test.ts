import assert from "node:assert/strict";
import type { Counted } from "../update/report";
import { cells, type Observation, verdict } from "./report";
import { tables } from "./show";

const counted = (more: Partial<Counted> = {}): Counted => ({
  kind: "keep-alive",
  requests: 1000,
  failed: 0,
  cut: 0,
  again: 0,
  connections: 3,
  whole: 0,
  longestSeconds: 0,
  p50Us: 400,
  p99Us: 2000,
  failures: [],
  ...more,
});
const one = (more: Partial<Observation> = {}): Observation => ({
  way: "drained",
  repeat: 1,
  disturbed: 0,
  gapMs: 300,
  platformMs: 258,
  commandSeconds: 3,
  openStill: 0,
  givenAwayAt: 10_000,
  counted: [counted(), counted({ kind: "http2" })],
  ...more,
});
const only = (...observations: readonly Observation[]) => {
  const [cell, ...more] = cells(observations);
  assert.ok(cell && more.length === 0);
  return cell;
};

describe("the switchover report", () => {
  it("takes what the platform needs off the gap, each time anew", () => {
    const { gapMs, beyondMs } = only(one(), one({ gapMs: 290, platformMs: 219 }), one({ gapMs: 0, platformMs: 2000 }));
    assert.deepEqual(gapMs, { median: 290, worst: 300 });
    assert.deepEqual(beyondMs, { median: 42, worst: 71 });
  });

  it("tells what failed while the node drained from what the move broke", () => {
    const failures = [9800, 9950, 10_100].map((until) => ({ at: 4000, until, error: "EOF" }));
    const cell = only(one({ counted: [counted({ failed: 3, cut: 2, failures })] }));
    assert.deepEqual([cell.failedWhileDraining, cell.failed, cell.cut], [1, 3, 2]);
    assert.equal(verdict(cell), "missed");
  });

  it("promises a bound for each time, and no failure before the move", () => {
    assert.equal(verdict(only(one({ gapMs: 358 }))), "met");
    assert.equal(verdict(only(one(), one(), one({ gapMs: 359 }))), "median only");
    assert.equal(verdict(only(one({ gapMs: 359 }))), "missed");
  });

  it("shows both ways, and promises nothing of the one that does not drain", () => {
    const observations = [one(), one({ way: "at once", openStill: 33, counted: [counted({ failed: 40, cut: 33 })] })];
    const perSecond = { "keep-alive": 1, "tls-keep-alive": 1, http2: 1, "new-connection": 1, "tls-full": 1 };
    const circumstances = { command: "npm run bench", date: "2026-01-01", cores: 2, node: "v24", stolenShare: 0 };
    const report = { circumstances, platform: "existing", perSecond, cells: cells(observations), observations };
    const [table] = tables(report);
    assert.deepEqual(
      table?.rows.map((row) => [row[1], row[3], row[5], row[7], row[10]]),
      [
        ["300, 300", "42, 42", "0", "0", "≤ 100, 0 failed: met"],
        ["300, 300", "42, 42", "–", "33", "–"],
      ],
    );
  });
});
