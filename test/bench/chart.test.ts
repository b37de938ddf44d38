import assert from "node:assert/strict";
import { axisEnd, type Chart, drawChart } from "./chart";

const chart: Chart = {
  title: "Outages <of a pair>",
  subtitle: "& more",
  axis: { label: "seconds", max: 4, step: 1 },
  groups: [
    {
      title: "power off",
      rows: [{ label: "steady", segments: [{ from: 0, to: 2, color: "red" }], marks: [{ at: 9, color: "blue" }] }],
    },
  ],
  legend: [{ label: "steady", color: "red" }],
};

describe("the chart", () => {
  const svg = drawChart(chart);

  it("escapes what it is given", () => {
    assert.match(svg, /<title>Outages &lt;of a pair&gt;<\/title>/);
    assert.match(svg, />&amp; more</);
  });

  it("draws to scale, and keeps what is too long inside", () => {
    assert.match(svg, /<rect x="190" [^>]*width="280" [^>]*fill="red"/);
    assert.match(svg, /<line x1="750" [^>]*stroke="blue"/);
  });

  it("labels each step of its axis", () => {
    assert.deepEqual(
      [...svg.matchAll(/text-anchor="middle">(\d)</g)].map(([, label]) => label),
      ["0", "1", "2", "3", "4"],
    );
    assert.equal(axisEnd(3.2, 0.5), 3.5);
    assert.equal(axisEnd(0, 0.5), 0.5);
  });
});
