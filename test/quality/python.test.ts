// The Python that goes to hosts, and its tests: one format, no suspicious code, every type known.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(__dirname, "../..");
const shipped = join(root, "src/host/files");
const programs = globSync("bin/*", { cwd: shipped })
  .map((path) => join(shipped, path))
  .filter((program) => readFileSync(program, "utf8").startsWith("#!/usr/bin/python3"));
const modules = [
  join(shipped, "lib/ha_lb"),
  join(root, "test/host"),
  join(root, "test/conformance/hetzner/client.py"),
  join(root, "test/e2e/security/adverts.py"),
  join(root, "test/e2e/security/scan.py"),
];
/** What it adds to is not installed beside the checkers. */
const moto = join(root, "test/lab/aws/moto");

/** Nor is Pulumi. */
const example = join(root, "examples/python-existing/__main__.py");

describe("the Python on hosts", () => {
  it("is formatted", () => {
    passes("ruff", "format", "--no-cache", ...ruffSettings, "--diff", ...programs, ...modules, moto, example);
  });

  it("has nothing that a linter objects to", () => {
    passes("ruff", "check", "--no-cache", ...ruffSettings, ...programs, ...modules, moto, example);
  });

  it("is completely typed", () => {
    const cache = join(process.env.HA_LB_CACHE ?? tmpdir(), "mypy");
    passes("mypy", "--strict", "--cache-dir", cache, "--scripts-are-modules", ...programs, ...modules);
    passes("mypy", "--strict", "--cache-dir", cache, "--ignore-missing-imports", "--allow-subclassing-any", moto);
  });
});

const ruffSettings = ["--config", join(__dirname, "ruff.toml")];

function passes(tool: string, ...args: readonly string[]): void {
  const directory = process.env.HA_LB_PYTHON_BIN;
  assert.ok(
    directory,
    "There are no Python checkers here: start tests with `npm test`, or with `bash test/setup/run`.",
  );
  const env = { ...process.env, MYPYPATH: join(shipped, "lib") };
  const { status, stdout, stderr, error } = spawnSync(join(directory, tool), args, {
    cwd: root,
    env,
    encoding: "utf8",
  });
  assert.equal(status, 0, `${tool} says:\n${stdout}${stderr}${error ?? ""}`);
}
