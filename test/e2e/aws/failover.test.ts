// A pair on AWS from the first update on, by the real engine, on instances that the lab's AWS makes.
import assert from "node:assert/strict";
import type { Lab } from "../../lab/lab";
import { audit } from "../../pair/audit";
import { pairFaults } from "../../pair/faults";
import { Pair } from "../../pair/pair";
import { ec2 } from "../../pair/platforms/aws";
import { withLab } from "../labForTests";
import { assertMovesOnce } from "../movesOnce";

describe("a pair on AWS", function () {
  this.timeout(600_000);
  let lab: Lab;
  let pair: Pair;
  withLab(
    "aws",
    async (started) => {
      lab = started;
      pair = await Pair.prepare(lab);
    },
    { cloud: "aws" },
  );
  afterEach(() => lab?.heal());

  it("comes up with its address claimed and verified", async () => {
    await pair.up();
    await audit(pair);
    assert.equal((await pair.status("lb1")).holder, await pair.active());
  });

  for (const name of ["haproxy-stop", "keepalived-kill", "power-off"] as const) {
    it(`moves the address by one call, once: ${name}`, async () => {
      const fault = pairFaults.find((one) => one.name === name);
      assert.ok(fault);
      await ec2(lab).forget();
      await assertMovesOnce(pair, fault);
      const claims = (await ec2(lab).requests()).filter(({ action }) => action === "AssociateAddress");
      assert.equal(claims.length, 1);
    });
  }

  it("leaves nothing behind when it is destroyed", async () => {
    await pair.pulumi.destroy();
    const { instances, addresses } = await ec2(lab).state();
    assert.deepEqual([instances.filter(({ state }) => state !== "terminated"), addresses], [[], []]);
  });
});
