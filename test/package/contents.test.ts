import assert from "node:assert/strict";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Packed, pack, root } from "./packed";

const source = join(root, "src");

describe("the package", () => {
  let directory: string;
  let packed: Packed;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "package-"));
    packed = pack(directory);
  });
  after(() => rmSync(directory, { recursive: true }));

  it("holds what was built, what goes to hosts and to Prometheus and Grafana, and four files about itself", () => {
    const built = sources("**/*.ts").flatMap((path) => [path.replace(/\.ts$/, ".js"), path.replace(/\.ts$/, ".d.ts")]);
    const asTheyAre = sources("{**/*.mustache,packaged/schema.json,{host/files,monitoring}/**}");
    assert.deepEqual(
      packed.files.map(({ path }) => path).sort(),
      [
        ...[...built, ...asTheyAre].map((path) => `dist/${path}`),
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "package.json",
      ].sort(),
    );
  });

  it("keeps programs executable, and makes nothing else so", () => {
    for (const { path, mode } of packed.files) {
      const isProgram = /^dist\/((drill|packaged)\/main\.js$|host\/files\/((install|adopt)$|bin\/|movers\/))/.test(
        path,
      );
      assert.equal((mode & 0o111) !== 0, isProgram, `${path}: ${mode.toString(8)}`);
    }
  });
});

function sources(pattern: string): string[] {
  return globSync(pattern, { cwd: source, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(source.length + 1));
}
