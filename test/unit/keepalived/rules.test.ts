import assert from "node:assert/strict";
import { changed, messagesOf, removed } from "../sampleArgs";

const advertFix = "is out of range. Use seconds from 0.01 to 40, in steps of 0.01.";

describe("rules of failover", () => {
  for (const value of [0, 0.005, 0.015, 0.1234, 40.01, 41, -1, Number.POSITIVE_INFINITY]) {
    it(`refuse ${value} s between adverts`, () => {
      assert.deepEqual(messagesOf(changed(["failover.advertIntervalSeconds", value])), [
        `failover.advertIntervalSeconds: ${value} ${advertFix}`,
      ]);
    });
  }

  for (const value of [0.01, 0.07, 0.1, 0.29, 0.1 + 0.2, 1, 1.15, 40]) {
    it(`accept ${value} s between adverts`, () => {
      assert.deepEqual(messagesOf(changed(["failover.advertIntervalSeconds", value])), []);
    });
  }

  for (const [key, value, complaint] of [
    ["advertIntervalSeconds", "1", `"1" ${advertFix}`],
    ["probeIntervalSeconds", 0.049, "0.049 is out of range. Use seconds from 0.05 to 60, in steps of 0.001."],
    ["probeIntervalSeconds", 61, "61 is out of range. Use seconds from 0.05 to 60, in steps of 0.001."],
    ["virtualRouterId", 0, "0 is out of range. Use a whole number from 1 to 255."],
    ["virtualRouterId", 256, "256 is out of range. Use a whole number from 1 to 255."],
    ["changeVirtualRouterIdFrom", 0, "0 is out of range. Use a whole number from 1 to 255."],
    ["preemptDelaySeconds", 1001, "1001 is out of range. Use a whole number from 0 to 1000."],
    ["preemptDelaySeconds", 0.5, "0.5 is out of range. Use a whole number from 0 to 1000."],
    ["statusPort", 0, "0 is not a port. Use a whole number from 1 to 65535."],
    ["profile", "fastes", '"fastes" is not known. Did you mean "fastest"? Use one of: steady, fast, fastest.'],
    ["preferredNode", "lb3", '"lb3" is not a node. Did you mean "lb1"? Nodes: lb1, lb2.'],
    ["preferredNode", 1, "1 is not a node. Nodes: lb1, lb2."],
  ] as const) {
    it(`refuse ${JSON.stringify(value)} as ${key}`, () => {
      assert.deepEqual(messagesOf(changed([`failover.${key}`, value])), [`failover.${key}: ${complaint}`]);
    });
  }

  it("refuse a delay that nobody waits for", () => {
    assert.deepEqual(messagesOf(changed(["failover.preferredNode", removed])), [
      "failover.preemptDelaySeconds: 15 has no effect without preferredNode. Name that node or remove the delay.",
    ]);
  });

  it("want an object, and not the name of a profile", () => {
    assert.deepEqual(messagesOf(changed(["failover", "fast"])), [
      'failover: "fast" is not an object. Use one with the properties that the documentation lists.',
    ]);
  });

  it("want nothing at all", () => {
    assert.deepEqual(messagesOf(changed(["failover", removed])), []);
  });
});
