// What is wrong with a cloud's arguments is found whatever they are: it never crashes, and no Output comes where none can be.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { problemsOf, replaced } from "../sampleArgs";
import { anything } from "../validation/anything";
import { placesIn } from "../validation/places";
import { clouds } from "./samples";

/** These decide which resources there are, how they are called, or what becomes of them. */
const plainOnly =
  /^platform\.(ssh(\.bastion)?|network|(floatingIps|elasticIps)(\[\d\](\.name|\.privateAddresses)?)?|nodeNames(\[\d\])?|servers|instances|subnetIds|replace(Servers|Instances)On(\[\d\])?)$/;

for (const [name, { samples, runsOn }] of Object.entries(clouds)) {
  describe(`arguments of ${name}, of any kind`, () => {
    const places = samples.flatMap((sample) =>
      placesIn(sample.platform, "platform").map((place) => ({ ...place, sample })),
    );

    it("in any place give problems, or none, and never an error", () => {
      fc.assert(
        fc.property(fc.constantFrom(...places), anything, ({ path, sample }, value) => {
          problemsOf(replaced(sample, [path, value]), runsOn);
        }),
        { numRuns: 2000 },
      );
    });

    it("are refused as Outputs where they have to be known, and nowhere else", () => {
      const later = pulumi.output(new Promise<never>(() => {}));
      for (const { path, sample } of places.filter((place) => place.path !== "platform")) {
        const found = problemsOf(replaced(sample, [path, later]), runsOn).filter((problem) => problem.path === path);
        assert.equal(found.length, plainOnly.test(path) ? 1 : 0, path);
        assert.ok(
          found.every(({ message }) => message.startsWith("is an Output")),
          path,
        );
      }
    });
  });
}
