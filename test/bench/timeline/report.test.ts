import assert from "node:assert/strict";
import { transitionsIn } from "../../pair/transitions";
import type { Segment } from "../chart";
import { bucketsOf, stepsSince, type Timeline, typical } from "./report";
import { chart } from "./show";

const line = (more: Partial<Timeline> = {}): Timeline => ({
  profile: "steady",
  fault: "haproxy-stop",
  repeat: 1,
  disturbed: 0,
  failed: { name: "lb1", steps: [{ atMs: 20, state: "FAULT" }] },
  standby: { name: "lb2", steps: [{ atMs: 80, state: "MASTER" }] },
  lostFromMs: 10,
  backAtMs: 90,
  requestsLost: 3,
  buckets: [
    { sent: 2, lost: 1 },
    { sent: 2, lost: 2 },
    { sent: 2, lost: 0 },
    { sent: 2, lost: 0 },
  ],
  limitMs: 258,
  ...more,
});

describe("the time line of a fault", () => {
  it("takes Keepalived's transitions from the journal", () => {
    const entry = (microseconds: number, message: string) =>
      JSON.stringify({ MESSAGE: message, __MONOTONIC_TIMESTAMP: String(microseconds) });
    const journal = [
      entry(5_000_000, "(pair) Entering BACKUP STATE (init)"),
      entry(6_000_000, "(pair) Changing STATE"),
      entry(7_250_040, "(pair) Entering MASTER STATE"),
      entry(8_000_000, "keepalived.service: Main process exited, code=killed, status=9/KILL"),
      "",
    ].join("\n");
    const found = transitionsIn(journal);
    assert.deepEqual(found, [
      { at: 5000, state: "BACKUP" },
      { at: 7250.04, state: "MASTER" },
      { at: 8000, state: "gone" },
    ]);
    assert.deepEqual(stepsSince(7000, found.slice(1, 2)), [{ atMs: 250, state: "MASTER" }]);
  });

  it("counts requests by when they were sent, those under way at the fault included", () => {
    const sample = (at: number, ok: boolean, latencyMs = 2) => ({ at, ok, latencyMs });
    const samples = [
      sample(900, true),
      sample(999, false, 1000),
      sample(1010, true),
      sample(1049.9, false),
      sample(1050, false),
      sample(1120, true),
      sample(5000, true),
    ];
    assert.deepEqual(bucketsOf(samples, 1000, 120).slice(0, 4), [
      { sent: 3, lost: 2 },
      { sent: 1, lost: 1 },
      { sent: 1, lost: 0 },
      { sent: 0, lost: 0 },
    ]);
    assert.equal(bucketsOf(samples, 1000, 120).length, 8);
  });

  it("shows of the repeats the middle one", () => {
    const repeats = [300, 100, 200].map((backAtMs, index) => line({ repeat: index + 1, backAtMs }));
    const another = line({ fault: "power-off", backAtMs: 3000 });
    assert.deepEqual(typical([...repeats, another]), [repeats[2], another]);
  });

  it("draws states and requests without a gap", () => {
    const report = { circumstances: { cores: 2 } as never, requestsPerSecond: 200, repeats: 1, timelines: [line()] };
    const rows = chart(report).groups[0]?.rows ?? [];
    const edges = ({ segments }: { segments: readonly Segment[] }) => segments.map(({ from, to }) => [from, to]);
    assert.deepEqual(rows.map(edges), [
      [
        [0, 0.05],
        [0.05, 0.1],
        [0.1, 0.2],
      ],
      [
        [0, 0.02],
        [0.02, 0.2],
      ],
      [
        [0, 0.08],
        [0.08, 0.2],
      ],
    ]);
    assert.equal(rows[0]?.note, "0.08 s, 3 lost");
  });
});
