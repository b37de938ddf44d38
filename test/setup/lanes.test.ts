import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { filesOf, laneNames } from "./laneFiles";

/** Labs that a file names; a name that it computes is in its lane's own words. */
const labsIn = (file: string) =>
  [...readFileSync(file, "utf8").matchAll(/withLab\(\s*"([^"]+)"/g)].map(([, name]) => String(name));

describe("the lanes of the tests", () => {
  it("have every file once", () => {
    const all = laneNames.flatMap(filesOf);
    assert.ok(all.includes("test/setup/lanes.test.ts"));
    assert.equal(new Set(all).size, all.length);
  });

  it("share no lab: each would take the other's down", () => {
    const [clouds = [], hosts = []] = laneNames.map((lane) => filesOf(lane).flatMap(labsIn));
    assert.ok(hosts.length > 0);
    assert.deepEqual(
      clouds.filter((lab) => hosts.includes(lab)),
      [],
    );
  });
});
