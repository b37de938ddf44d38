import assert from "node:assert/strict";
import { beginning, changed, edited, kinds, sign } from "./kinds";
import { type ChangeReport, judge, type Timed } from "./report";
import { tables } from "./show";

const spans = [
  { name: "edge-lb2-apply", from: 3.4, to: 4 },
  { name: "edge-lb1-apply", from: 2.5, to: 3.3 },
];
const times = (...values: number[]): Timed[] =>
  values.map((value) => ({ servesSeconds: value, endedSeconds: value + 0.5, spans }));
const byWay = { up: times(3.9, 4, 5), ssh: times(0.8, 1, 1.2), ansible: times(7, 8, 9) };
const report: ChangeReport = {
  circumstances: { command: "bench", date: "2026-11-29", cores: 2, node: "v24", stolenShare: 0 },
  ansible: "2.14",
  measured: { weight: byWay, route: { ...byWay, up: times(3.9, 4.1, 5) } },
  unchangedSeconds: [2.4, 2.5, 2.6],
  emptySeconds: [1.4],
  blankSeconds: [1],
};

describe("the change report", () => {
  it("allows one and a half times bare ssh after the engine's own start", () => {
    assert.deepEqual(judge(report, "weight", "up"), { serves: { median: 4, worst: 5 }, ended: 4.5, allowed: 4 });
    assert.equal(judge(report, "weight", "ssh").allowed, undefined);
    const goals = tables(report)[0]?.rows.map((row) => row.at(-1));
    assert.deepEqual(goals, ["≤ 4.00 s: met", "–", "–", "≤ 4.00 s: missed", "–", "–"]);
  });

  it("says where an update spends its time", () => {
    const [, phases] = tables(report);
    assert.deepEqual(phases?.rows[0], ["weight of a server", "2.50 s", "0.90 s", "0.60 s", "0.50 s"]);
  });
});

describe("the changes of the change bench", () => {
  it("are each of one line, in a file that is kept by hand too", () => {
    const text =
      "http-request redirect location /release-100 if c1\n    server web1 10.0.0.1:80 id 1 weight 100 check\n";
    for (const kind of kinds) {
      const wanted = changed(beginning, kind);
      const [before, after] = [text, edited(text, wanted)].map((one) => one.split("\n"));
      assert.equal(after?.filter((line, index) => line !== before?.[index]).length, 1);
      assert.notDeepEqual(sign(kind, wanted), sign(kind, beginning));
    }
  });
});
