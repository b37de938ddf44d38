import assert from "node:assert/strict";
import { cells, comparisons, costs, type Run } from "./report";

const run: Run = {
  kind: "keep-alive",
  variant: "ours",
  repeat: 1,
  requests: 1000,
  seconds: 2,
  ownSeconds: 1,
  p50Us: 100,
  p99Us: 200,
  connections: 16,
  resumed: 0,
  proxyCpuUs: 20_000,
  journalCpuUs: 5_000,
};

describe("the proxy bench's report", () => {
  it("takes medians of repeats, by the machine's own time", () => {
    const [cell, ...more] = cells([run, { ...run, requests: 3000 }, { ...run, requests: 2000, p99Us: 900 }]);
    assert.deepEqual(more, []);
    assert.equal(cell?.perSecond, 2000);
    assert.equal(cell?.proxyUsPerRequest, 10);
    assert.equal(cell?.p99Us, 200);
  });

  it("holds what was rendered against the others, where both were measured", () => {
    const found = comparisons(
      cells([
        { ...run, requests: 990 },
        { ...run, variant: "hand-tuned", proxyCpuUs: 16_000 },
        { ...run, variant: "nginx", requests: 900 },
        { ...run, kind: "tls-full", variant: "nginx" },
      ]),
    );
    assert.deepEqual(
      found.map(({ other, rate, economy, isMet }) => [other, rate, economy.toFixed(3), isMet]),
      [
        // Of the same processor time the other makes more.
        ["hand-tuned", 0.99, (0.99 * (21 / 25)).toFixed(3), false],
        ["nginx", 1.1, "1.100", true],
      ],
    );
  });

  it("shows what chance does to two that are the same, without a goal", () => {
    const found = comparisons(cells([run, { ...run, variant: "ours-again", proxyCpuUs: 15_000 }]));
    assert.deepEqual(
      found.map(({ ours, other, economy, goal }) => [ours, other, economy, goal]),
      [["ours-again", "ours", 1.25, null]],
    );
  });

  it("says what each default costs a request", () => {
    const all = cells([
      run,
      { ...run, variant: "no-log", requests: 1250, proxyCpuUs: 20_000, journalCpuUs: 0 },
      { ...run, kind: "tls-full", variant: "no-guard" },
    ]);
    assert.deepEqual(costs(all), [{ without: "no-log", proxyUs: 4, journalUs: 5, rate: 0.8 }]);
  });
});
