import assert from "node:assert/strict";
import { commandSpans, ownWorkSeconds, type TimedLine } from "./timeline";

const lines: TimedLine[] = [
  [1, " +  pulumi:pulumi:Stack x creating (0s) "],
  [2, " +  command:remote:Command edge-lb1-install creating (0s) "],
  [2.5, " +  command:remote:Command edge-lb2-install creating (0s) "],
  [9, " +  command:remote:Command edge-lb1-install creating (7s) haproxy 2.6.12"],
  [9.1, " +  command:remote:Command edge-lb1-install created (7s) haproxy 2.6.12"],
  [9.2, " +  command:remote:Command edge-lb1-install created (7s) keepalived 2.2.7"],
  [10.5, " +  command:remote:Command edge-lb2-install created (8s) "],
  [10.6, " +  command:remote:Command edge-lb1-apply creating (0s) "],
  [12.6, " +  command:remote:Command edge-lb1-apply created (2s) lb1 serves with bundle 8cec0c2ac845"],
  [12.7, " ~  command:remote:Command edge-lb2-apply updating (0s) [diff: ~create]"],
  [13.7, " ~  command:remote:Command edge-lb2-apply updated (1s) [diff: ~create]"],
].map(([seconds, text]) => ({ seconds: seconds as number, text: text as string }));

describe("the timeline of an update", () => {
  it("has a span for each command, from its first line to its end", () => {
    assert.deepEqual(
      commandSpans(lines).map(({ name, from, to }) => [name, from, to]),
      [
        ["edge-lb1-install", 2, 9.1],
        ["edge-lb2-install", 2.5, 10.5],
        ["edge-lb1-apply", 10.6, 12.6],
        ["edge-lb2-apply", 12.7, 13.7],
      ],
    );
  });

  it("needs the slower install and both applies", () => {
    assert.equal(ownWorkSeconds(commandSpans(lines)), 11);
  });

  it("does not take a command that never ended for a quick one", () => {
    assert.throws(() => commandSpans(lines.slice(0, 6)), /edge-lb2-install/);
  });
});
