import assert from "node:assert/strict";
import { noChangeRatio, type ProvisionReport, tables } from "./report";

const update = (seconds: number) => ({ seconds, logins: { lb1: 0, lb2: 0 } });
const report: ProvisionReport = {
  circumstances: { command: "bench", date: "2026-11-25", cores: 2, node: "v24", stolenShare: 0 },
  first: [{ ...update(27), spans: [], ownWorkSeconds: 22.5 }],
  noChange: [update(4.4), update(4.5), update(4.3)],
  blankSeconds: [2.4, 2.2, 2.8],
  emptySeconds: [3.1, 3.1, 3.4],
  oneLine: [update(9)],
};

describe("the provision report", () => {
  it("holds an update without changes against the emptiest program there is", () => {
    assert.equal(noChangeRatio(report).toFixed(2), "1.83");
    assert.match(row(report, "no change"), /1\.83 × an empty program, 1\.42 × one that loads the SDK.*1\.5 ×: missed/);
    const quicker = { ...report, noChange: [update(3.5)] };
    assert.match(row(quicker, "no change"), /1\.5 ×: met; no connection: met/);
  });

  it("names a connection that was made for nothing", () => {
    const connected = { ...report, noChange: [{ seconds: 3.5, logins: { lb1: 0, lb2: 1 } }] };
    assert.match(row(connected, "no change"), /no connection: missed/);
  });
});

function row(of: ProvisionReport, title: string): string {
  return (
    tables(of)[0]
      ?.rows.find(([first]) => first === title)
      ?.join(" ") ?? ""
  );
}
