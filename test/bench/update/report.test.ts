import assert from "node:assert/strict";
import { beginning, changes } from "./changes";
import { type Counted, type Phase, sum, verdict } from "./report";
import { tables } from "./show";

const counted = (more: Partial<Counted> = {}): Counted => ({
  kind: "keep-alive",
  requests: 60_000,
  failed: 0,
  cut: 0,
  again: 0,
  connections: 3,
  p50Us: 400,
  p99Us: 2000,
  failures: [],
  ...more,
});
const made = (seconds: number, reloaded: number) => ({ title: "weights changed", seconds, reloaded, at: 0 });
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
    const { requests, failed, cut, failedPerChange } = sum(phase({ counted: lossy }));
    assert.deepEqual(
      { requests, failed, cut, failedPerChange },
      { requests: 120_000, failed: 6, cut: 4, failedPerChange: 2 },
    );
  });

  it("tells changes at run time from those that one node at least was reloaded for", () => {
    const { atRunTime, byReload, medianSeconds, worstSeconds } = sum(phase());
    assert.deepEqual(
      { atRunTime, byReload, medianSeconds, worstSeconds },
      { atRunTime: 1, byReload: 2, medianSeconds: 10, worstSeconds: 14 },
    );
  });

  it("has no figures by change where nothing was changed", () => {
    const { failedPerChange, medianSeconds, verdict } = sum(phase({ way: "quiet", made: [] }));
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

  it("shows each kind of connection in each phase", () => {
    const perSecond = { "keep-alive": 1, "tls-keep-alive": 1, http2: 1, "new-connection": 1, "tls-full": 1 };
    const circumstances = { command: "npm run bench", date: "2026-01-01", cores: 2, node: "v24", stolenShare: 0 };
    const [all, byKind] = tables({ circumstances, perSecond, phases: [phase(), phase({ way: "restart" })] });
    assert.deepEqual(all?.rows[0], ["`pulumi up`", "3", "120000", "0", "0", "0.0", "0: met"]);
    assert.equal(byKind?.rows.length, 4);
    assert.deepEqual(byKind?.rows[0], ["HTTP/1.1, kept", "`pulumi up`", "60000", "0", "0", "0.4 ms", "2.0 ms"]);
  });
});

describe("the changes of the update bench", () => {
  const first = beginning(["10.0.0.1", "10.0.0.2"], 8080);

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
