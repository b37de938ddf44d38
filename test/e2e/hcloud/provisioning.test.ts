// A pair on Hetzner Cloud from the first update to the last, by the real engine, on machines that the lab's API makes.
import assert from "node:assert/strict";
import type { Lab } from "../../lab/lab";
import { audit } from "../../pair/audit";
import { Pair } from "../../pair/pair";
import { withLab } from "../labForTests";

describe("a pair on Hetzner Cloud", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  withLab(
    "hcloud",
    async (started) => {
      lab = started;
      pair = await Pair.prepare(lab);
    },
    { cloud: "hcloud" },
  );

  it("comes up with its address claimed and verified", async () => {
    await pair.up();
    await audit(pair);
    assert.equal((await pair.status("lb1")).holder, await pair.active());
  });
});
