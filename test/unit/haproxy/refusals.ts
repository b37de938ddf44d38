// Tests of validation as tables: what is changed in good arguments, and every message that a user then reads.
import assert from "node:assert/strict";
import { changed, messagesOf } from "../sampleArgs";

export type Case = readonly [
  behaviour: string,
  changes: readonly (readonly [path: string, value: unknown])[],
  messages: readonly string[],
];

/** Registers a test for each. */
export function refusals(cases: readonly Case[]): void {
  for (const [behaviour, changes, messages] of cases) {
    it(behaviour, () => assert.deepEqual(messagesOf(changed(...changes)), messages));
  }
}
