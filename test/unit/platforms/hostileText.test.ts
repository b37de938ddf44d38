// No string of a cloud's arguments can break out of its place: some become files of the nodes, or part of commands there.
import assert from "node:assert/strict";
import { problemsOf, replaced } from "../sampleArgs";
import { assertRefused, type Kind, lineBreaking, textsIn } from "../validation/hostile";
import { clouds } from "./samples";

/** For the SSH client alone, where `pulumi up` runs. */
const secrets = /\.privateKey(Passphrase)?$/;
/** What the user calls keys that exist: only the cloud's API is told. */
const names = /\.ssh\.(existingKeys\[\d+\]|existingKeyPair)$/;
/** AWS takes any kind of space in a tag, and a tag reaches no node. */
const tags = /\.tags(\.\w+|\["[^"]+"\])$/;
const inTags: readonly Kind[] = ["a space", "a line separator"];

function takes(path: string, kind: Kind): boolean {
  return (names.test(path) && !lineBreaking.includes(kind)) || (tags.test(path) && inTags.includes(kind));
}

for (const [name, { samples, runsOn }] of Object.entries(clouds)) {
  describe(`text that would break out of its place in the arguments of ${name}`, () => {
    const places = samples
      .flatMap((sample) => textsIn({ platform: sample.platform }).map((place) => ({ ...place, sample })))
      .filter(({ path }, index, all) => !secrets.test(path) && all.findIndex((one) => one.path === path) === index);

    it("is not in the samples", () => {
      for (const sample of samples) assert.deepEqual(problemsOf(sample, runsOn), []);
    });

    for (const { sample, ...place } of places) {
      it(`is refused in ${place.path}, and shown harmlessly`, () => {
        assertRefused(
          place,
          (kind) => takes(place.path, kind),
          (text) => problemsOf(replaced(sample, [place.path, text]), runsOn),
        );
      });
    }
  });
}
