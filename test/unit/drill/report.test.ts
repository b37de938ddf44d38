// How a drill's samples become an outage, and its result what a CI server reads.
import assert from "node:assert/strict";
import { junit } from "../../../src/drill/junit";
import { longestOutageMs, type Sample } from "../../../src/drill/requests";

const samples = (...ends: readonly (readonly [at: number, ok: boolean])[]): Sample[] =>
  ends.map(([at, ok]) => ({ at, ok }));

describe("the longest outage", () => {
  it("is none where everything is answered, or nothing was asked", () => {
    assert.equal(longestOutageMs(samples([0, true], [50, true])), 0);
    assert.equal(longestOutageMs([]), 0);
  });

  it("lasts from the first request without an answer to the next one with an answer, in whatever order they end", () => {
    assert.equal(longestOutageMs(samples([0, true], [150, true], [50, false], [100, false])), 100);
  });

  it("is the longest of several, also when it has not ended yet", () => {
    assert.equal(longestOutageMs(samples([0, false], [50, true], [100, false], [300, true], [350, false])), 200);
    assert.equal(longestOutageMs(samples([0, true], [50, false], [400, false])), 350);
  });
});

describe("the JUnit file of a drill", () => {
  const result = { suite: "ha-lb-drill prod", test: "HAProxy stopped", seconds: 1.5, output: "lb1 -> lb2" };

  it("tells a drill that passed", () => {
    const text = junit(result);
    assert.match(text, /<testsuite name="ha-lb-drill prod" tests="1" failures="0" errors="0" time="1\.500">/);
    assert.match(text, /<system-out>lb1 -&gt; lb2<\/system-out>/);
    assert.doesNotMatch(text, /<failure|<error/);
  });

  it("tells one that failed from one that could not be held, whatever is in their messages", () => {
    assert.match(
      junit({ ...result, failure: 'a "b" <c> & d' }),
      /failures="1"[\s\S]*<failure message="a &quot;b&quot; &lt;c&gt; &amp; d"\/>/,
    );
    assert.match(junit({ ...result, error: "no\x1b[31m" }), /errors="1"[\s\S]*<error message="no\?\[31m"\/>/);
  });
});
