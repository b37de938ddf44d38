import assert from "node:assert/strict";
import { cells, goalMs, type Observation, verdict } from "./report";

const observation = (outageMs: number, more: Partial<Observation> = {}): Observation => ({
  configuration: "steady",
  fault: "haproxy-stop",
  repeat: 1,
  disturbed: 0,
  stolenMs: 0,
  outageMs,
  outageStart: 0,
  recovered: true,
  requests: 1000,
  requestsLost: outageMs / 5,
  lostOutside: [],
  rate: 200,
  ownerBefore: "lb1",
  ownerAfter: "lb2",
  limitMs: 258,
  ...more,
});

describe("the failover report", () => {
  it("sums up the repeats of a fault in a configuration", () => {
    const [cell, other, ...more] = cells([
      observation(400),
      observation(900, { limitMs: 219 }),
      observation(300),
      observation(100, { configuration: "fastest" }),
    ]);
    assert.deepEqual(more, []);
    assert.equal(cell?.medianMs, 400);
    assert.equal(cell?.worstMs, 900);
    assert.equal(cell?.limitMs, 219);
    assert.equal(cell?.worstRequestsLost, 180);
    assert.equal(cell?.verdict, "partly");
    assert.equal(other?.verdict, "met");
  });

  it("says so when an address did not come back", () => {
    const never = { fault: "haproxy-hang", configuration: "tutorial", recovered: false, limitMs: null } as const;
    const [cell] = cells([observation(8000, never), observation(8000, never)]);
    assert.equal(cell?.medianMs, null);
    assert.equal(cell?.worstMs, null);
    assert.equal(cell?.verdict, "none");
  });

  it("knows what is promised", () => {
    assert.equal(goalMs("fastest", "power-off", 326), 359);
    assert.equal(goalMs("fast", "haproxy-hang", 1300), 1500);
    assert.equal(goalMs("tutorial", "power-off", 3600), null);
    assert.equal(verdict(100, 200, 150), "partly");
    assert.equal(verdict(160, 200, 150), "missed");
    assert.equal(verdict(160, Number.POSITIVE_INFINITY, 200), "partly");
  });
});
