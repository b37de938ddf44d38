// The double's list of inputs against the provider's own schema, which is not part of this repository.
import assert from "node:assert/strict";
import { copyToRemoteInputs, localCommandInputs, remoteCommandInputs } from "../../lab/providers/command/inputs";
import type { Schema } from "../../lab/providers/protocol/inputs";
import { PackageSchema } from "../packageSchema";

/** Defaults that the schema has in prose only. */
const defaultsInProse: Schema = { addPreviousOutputInEnv: { type: "boolean", default: true } };

describe("command provider: inputs of the double", () => {
  let reference: PackageSchema;

  before(function () {
    reference = PackageSchema.read("pulumi-command-1.2.1.schema.json", this);
  });

  for (const [token, inputs] of [
    ["command:local:Command", localCommandInputs],
    ["command:remote:Command", remoteCommandInputs],
    ["command:remote:CopyToRemote", copyToRemoteInputs],
  ] as const) {
    it(`are those of ${token}`, () => {
      const wanted = reference.inputsOf(token);
      const inProse = Object.entries(defaultsInProse).filter(([name]) => name in wanted);
      assert.deepEqual(plain(inputs), { ...wanted, ...Object.fromEntries(inProse) });
    });
  }
});

/** Without what the double has of its own. */
function plain(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([name, { missingInDouble: _, ...property }]) => [name, property]),
  );
}
