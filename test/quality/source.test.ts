// Every source file: formatted and linted, of the right types, and shell scripts that shellcheck has nothing against.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { run } from "../lab/command";

const root = resolve(__dirname, "../..");

describe("source files", function () {
  this.timeout(120_000);

  it("are formatted and linted by Biome", () => passes("biome", "check", "--error-on-warnings", "."));
  it("have no type errors", () => passes("tsc", "--noEmit"));
  it("that are shell scripts pass shellcheck", async () => {
    const scripts = (await sources()).filter(isShell);
    assert.ok(scripts.length > 5, `only found ${scripts.join(", ")}`);
    await passes("shellcheck", "--external-sources", ...scripts);
  });

  async function passes(command: string, ...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await run(command, args, { cwd: root, timeoutMs: 120_000 });
    assert.equal(code, 0, stdout + stderr);
  }
});

async function sources(): Promise<string[]> {
  const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
  return stdout.split("\n").filter(Boolean);
}

function isShell(file: string): boolean {
  const [firstLine = ""] = readFileSync(join(root, file), "utf8").split("\n", 1);
  return /^#!.*\b(ba|da)?sh\b/.test(firstLine) || /^# shellcheck shell=/.test(firstLine);
}
