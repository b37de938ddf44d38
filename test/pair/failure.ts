// What users read when an update fails.
import assert from "node:assert/strict";
import { PulumiError } from "../lab/pulumi";
import type { Pair } from "./pair";

/** What `up` says, which has to fail. */
export async function failureOf(pair: Pair): Promise<string> {
  const error = await pair.up().then(
    () => assert.fail("`up` went well"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PulumiError, String(error));
  return error.message;
}
