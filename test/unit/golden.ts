// Compares text with the file that it has to be, in golden/. UPDATE_GOLDEN=1 writes the files instead: read the diff.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export function assertGolden(name: string, text: string): void {
  const file = join(__dirname, "golden", name);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, readFileSync(file, "utf8"), `differs from ${name}; UPDATE_GOLDEN=1 accepts it`);
}
