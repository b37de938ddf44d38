// Validation holds whatever it gets: it finds problems or it does not, and it never crashes.
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import type { HaLoadBalancerArgs } from "../../../src";
import { validate } from "../../../src/validate";
import { InvalidArgumentsError } from "../../../src/validation/problem";
import { changed, problemsOf, sampleArgs, settled, validated } from "../sampleArgs";
import { anything } from "./anything";
import { placesIn } from "./places";

const places = placesIn(sampleArgs()).map(({ path }) => path);
/** These name resources, decide which there are, or are destructured before anything is known: they cannot be Outputs. */
const plainOnly = /^platform$|^platform\.(nodes(\[\d+\](\.name)?)?|ssh(\.bastion)?|adopt|uninstallOnDestroy)$/;

describe("arguments of any kind", () => {
  it("in any place give problems, or none, and never another error", () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (path, value) => {
        problemsOf(changed([path, value]));
      }),
      { numRuns: 2000 },
    );
  });

  it("in several places at once do so too", () => {
    const change = fc.tuple(fc.constantFrom(...leaves()), anything);
    fc.assert(
      fc.property(fc.array(change, { minLength: 2, maxLength: 6 }), (changes) => {
        problemsOf(changed(...changes));
      }),
      { numRuns: 1000 },
    );
  });

  it("in place of all arguments do so too", () => {
    fc.assert(
      fc.property(anything, (args) => {
        assert.throws(() => validate("edge", args as HaLoadBalancerArgs), InvalidArgumentsError);
      }),
    );
  });

  it("in place of the platform name the platform", () => {
    fc.assert(
      fc.property(anything, (platform) => {
        const args = { ...sampleArgs(), failover: undefined, platform } as unknown as HaLoadBalancerArgs;
        assert.throws(
          () => validate("edge", args),
          ({ problems }: InvalidArgumentsError) => problems.length === 1 && problems[0]?.path === "platform",
        );
      }),
    );
  });

  it("that an Output brings are judged as if they had been known", async () => {
    const path = fc.constantFrom(...places.filter((place) => !plainOnly.test(place)));
    await fc.assert(
      fc.asyncProperty(path, anything, async (place, value) => {
        const expected = problemsOf(changed([place, value]));
        const found = await problemsLater(changed([place, pulumi.output(value)]));
        assert.deepEqual(found, expected);
      }),
      { numRuns: 400 },
    );
  });
});

async function problemsLater(args: unknown): Promise<readonly unknown[]> {
  try {
    await settled(validated(args));
  } catch (error) {
    if (error instanceof InvalidArgumentsError) {
      return error.problems;
    }
    throw error;
  }
  return [];
}

/** Places in which there is nothing else, so that changes of several do not get into each other's way. */
function leaves(): string[] {
  return places.filter((path) => !places.some((other) => other !== path && other.startsWith(path)));
}
