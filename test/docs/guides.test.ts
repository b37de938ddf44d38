// The programs in README.md and the guides compile, and their links lead somewhere.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { blocksOf, guides, root } from "./commands";
import { compilerComplaints } from "./compiler";

for (const guide of guides) {
  const text = readFileSync(join(root, guide), "utf8");
  const code = blocksOf(text, "ts").join("\n");

  describe(guide, () => {
    if (code) {
      it("has a program that compiles, from its first lines to its last", function () {
        this.timeout(120_000);
        const file = join(root, "node_modules/.cache/docs", `${guide.replaceAll(/\W/g, "-")}.ts`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, code);
        assert.deepEqual(compilerComplaints(file), []);
      });
    }

    it("links to what is there", () => {
      const missing = [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].filter(
        ([, path = "", anchor]) => !leads(guide, path, anchor),
      );
      assert.deepEqual(
        missing.map(([link]) => link),
        [],
      );
    });
  });
}

function leads(from: string, path: string, anchor: string | undefined): boolean {
  const file = join(root, path ? join(dirname(from), path) : from);
  return existsSync(file) && (!anchor || headings(file).includes(anchor));
}

function headings(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}
