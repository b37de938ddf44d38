import assert from "node:assert/strict";
import { type Outage, overlaps, type Sample, worstOutage, worstOutages } from "./outage";

/** A request every 5 ms from 1000 on: "." good, "x" failed, "l" answered after 600 ms. */
const samples = (pattern: string): Sample[] =>
  [...pattern].map((kind, index) => ({
    at: 1000 + index * 5,
    latencyMs: kind === "." ? 1 : kind === "l" ? 600 : 50,
    ok: kind !== "x",
  }));
const good = (count: number) => ".".repeat(count);

describe("worst outage", () => {
  it("is none when every request succeeds in time", () => {
    assert.equal(worstOutage(samples(good(100))), undefined);
    assert.equal(worstOutage([]), undefined);
  });

  it("lasts from the first failed request to the first of the good ones that follow", () => {
    const outage = worstOutage(samples(`${good(10)}xxxx${good(30)}`));
    assert.deepEqual(outage, { start: 1050, end: 1070, ms: 20, lost: 4, recovered: true });
  });

  it("counts a late answer as a failed one", () => {
    assert.equal(worstOutage(samples(`${good(10)}xxllx${good(30)}`))?.ms, 25);
    assert.equal(worstOutage(samples(`${good(10)}l${good(30)}`), { lateMs: 700 }), undefined);
  });

  it("goes on through a flicker of successes", () => {
    assert.equal(worstOutage(samples(`xx${good(19)}xx${good(20)}`))?.ms, 23 * 5);
    assert.equal(worstOutage(samples(`xx${good(20)}xx${good(20)}`))?.ms, 10);
    assert.equal(worstOutage(samples("xx..xx....."), { settled: 3 })?.ms, 30);
  });

  it("is the one that lost most of several, however long answers were late", () => {
    const outage = worstOutage(samples(`xx${good(25)}${"l".repeat(10)}${good(25)}xxx${good(25)}`));
    assert.deepEqual([outage?.ms, outage?.lost], [15, 3]);
  });

  it("is the longest of those that lost equally many", () => {
    const outage = worstOutage(samples(`x${good(25)}xxx${good(25)}xx${good(25)}`));
    assert.deepEqual([outage?.start, outage?.ms], [1130, 15]);
  });

  it("begins no earlier than the fault when a request under way failed", () => {
    const outage = worstOutage(samples(`${good(10)}xxxx${good(30)}`), { since: 1058 });
    assert.deepEqual(outage, { start: 1058, end: 1070, ms: 12, lost: 4, recovered: true });
  });

  it("ignores what was over before the fault", () => {
    assert.equal(worstOutage(samples(`xx${good(60)}`), { since: 1100 }), undefined);
  });

  it("is never negative when a request from before the fault fails and those after it do not", () => {
    assert.equal(worstOutage(samples(`x${good(30)}`), { since: 1040 })?.ms, 0);
  });

  it("lasts to the last request when it is not seen to end", () => {
    const outage = worstOutage(samples(`${good(10)}xxxx${good(5)}`));
    assert.deepEqual(outage, { start: 1050, end: 1090, ms: 40, lost: 4, recovered: false });
  });

  it("does not depend on the order of the samples", () => {
    assert.equal(worstOutage(samples(`${good(10)}xxxx${good(30)}`).reverse())?.ms, 20);
  });

  it("covers the requests that were under way during it, and no others", () => {
    const all = samples(`x${good(25)}xxx${good(25)}`);
    const outage = worstOutage(all) as Outage;
    const lost = all.filter((sample) => !sample.ok);
    assert.deepEqual(
      lost.map((sample) => overlaps(sample, outage)),
      [false, true, true, true],
    );
  });

  it("is one for each move of the address, the worst ones", () => {
    const outages = worstOutages(samples(`xx${good(25)}x${good(25)}xxx${good(25)}`), { moves: 2 });
    assert.deepEqual(
      outages.map(({ lost }) => lost),
      [3, 2],
    );
    assert.deepEqual(worstOutages(samples(good(100)), { moves: 2 }), []);
  });
});
