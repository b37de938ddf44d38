import assert from "node:assert/strict";
import { beginning, changes } from "./changes";
import { type Counted, type Phase, rated, sum, type UpdateReport, verdict } from "./report";
import { tables } from "./show";

const counted = (more: Partial<Counted> = {}): Counted => ({
  kind: "keep-alive",
  requests: 60_000,
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
const made = (seconds: number, reloaded: number, takenOverAt?: number) => ({
  title: "weights changed",
  ...{ seconds, reloaded, at: 0, takenOverAt, workers: 1 + reloaded, memoryMb: 30 },
});
const hardStopSeconds = 600;
const phase = (more: Partial<Phase> = {}): Phase => ({
  way: "up",
  seconds: 100,
  made: [made(9, 0), made(10, 2), made(14, 1)],
  counted: [counted(), counted({ kind: "http2" })],
  ...more,
});

describe("the update report", () => {
  it("sums up what all kinds of clients lost", () => {
    const lossy = [counted({ failed: 4, cut: 3 }), counted({ kind: "http2", failed: 2, cut: 1 })];
    const { requests, failed, cut, failedPerChange } = sum(phase({ counted: lossy }), hardStopSeconds);
    assert.deepEqual(
      { requests, failed, cut, failedPerChange },
      { requests: 120_000, failed: 6, cut: 4, failedPerChange: 2 },
    );
  });

  it("tells changes at run time from those that one node at least was reloaded for", () => {
    const { atRunTime, byReload, medianSeconds, worstSeconds } = sum(phase(), hardStopSeconds);
    assert.deepEqual(
      { atRunTime, byReload, medianSeconds, worstSeconds },
      { atRunTime: 1, byReload: 2, medianSeconds: 10, worstSeconds: 14 },
    );
  });

  it("has no figures by change where nothing was changed", () => {
    const { failedPerChange, medianSeconds, verdict } = sum(phase({ way: "quiet", made: [] }), hardStopSeconds);
    assert.deepEqual(
      { failedPerChange, medianSeconds, verdict },
      { failedPerChange: 0, medianSeconds: null, verdict: "none" },
    );
  });

  it("promises that an update loses nothing, of enough requests", () => {
    assert.equal(verdict("up", 100_000, 0), "met");
    assert.equal(verdict("up", 99_999, 0), "few");
    assert.equal(verdict("up", 1_000_000, 1), "missed");
    assert.equal(verdict("restart", 100_000, 500), "none");
  });

  it("lets an old process end what it still serves after its time, and not before", () => {
    const cutAt = (at: number, opened?: number) =>
      counted({ kind: "websocket", failed: 1, cut: 1, failures: [{ until: at, at, opened, error: "EOF" }] });
    const changed = [made(1, 0), made(1, 2, 20_000), made(1, 2, 90_000)];
    const seen = (one: Counted) => sum(phase({ made: changed, counted: [counted(), one] }), hardStopSeconds);
    assert.deepEqual([seen(cutAt(620_000, 10_000)).hadTheirTime, seen(cutAt(620_000, 10_000)).verdict], [1, "met"]);
    assert.equal(seen(cutAt(619_000, 10_000)).verdict, "missed");
    // Opened through the process that came after.
    assert.equal(seen(cutAt(620_000, 30_000)).verdict, "missed");
    assert.equal(seen(cutAt(620_000)).verdict, "missed");
  });

  it("shows each kind of connection in each phase", () => {
    const perSecond = Object.fromEntries(rated.map((kind) => [kind, 1])) as UpdateReport["perSecond"];
    const circumstances = { command: "npm run bench", date: "2026-01-01", cores: 2, node: "v24", stolenShare: 0 };
    const whole = counted({ kind: "download", requests: 4, connections: 4, whole: 2, longestSeconds: 600.2 });
    const phases = [phase({ counted: [counted(), counted({ kind: "http2" }), whole] }), phase({ way: "restart" })];
    const [all, byKind, lasted] = tables({ circumstances, perSecond, downloadsAtATime: 2, hardStopSeconds, phases });
    assert.deepEqual(all?.rows[0], ["`pulumi up`", "3", "120004", "0", "0", "0", "0.0", "0: met"]);
    assert.deepEqual(lasted?.rows, [["download, HTTP/1.1", "`pulumi up`", "4", "0", "600 s", "2"]]);
    assert.equal(byKind?.rows.length, 4);
    assert.deepEqual(byKind?.rows[0], ["HTTP/1.1, kept", "`pulumi up`", "60000", "0", "0", "0.4 ms", "2.0 ms"]);
  });
});

describe("the changes of the update bench", () => {
  const first = beginning(["10.0.0.1", "10.0.0.2"], 8080, []);

  it("are each another one than the one before", () => {
    const texts = [first, ...changes(first, 50).map(({ wanted }) => wanted)].map((wanted) => JSON.stringify(wanted));
    for (const [index, text] of texts.slice(1).entries()) {
      assert.notEqual(text, texts[index], changes(first, 50)[index]?.title);
    }
  });

  it("leave behind what the next ten need", () => {
    const { servers, routes, leads } = changes(first, 10).at(-1)?.wanted ?? first;
    assert.deepEqual(
      servers.map(({ name }) => name),
      ["web1", "web2"],
    );
    assert.deepEqual([routes, leads], [[], "app"]);
  });
});
