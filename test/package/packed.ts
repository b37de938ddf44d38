// The package as npm would publish it, and projects of users who install it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(__dirname, "../..");
const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** The SDK for TypeScript that users of tests have. */
export const sdkVersion: string = devDependencies["@pulumi/pulumi"];

export interface PackedFile {
  readonly path: string;
  readonly mode: number;
}

export interface Packed {
  /** The .tgz. */
  readonly file: string;
  readonly files: readonly PackedFile[];
}

/** `dist` is there already: setup builds it, and building it again would disturb whoever runs from it. */
export function pack(directory: string): Packed {
  const output = command(root, "npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", directory]);
  const [{ filename, files }] = JSON.parse(output);
  return { file: join(directory, filename), files };
}

/** A project with nothing in it but the package, Pulumi and TypeScript. */
export function install(directory: string, { file }: Packed): void {
  const versions = ["@pulumi/pulumi", "@types/node", "ts-node", "typescript"].map((name) => [
    name,
    devDependencies[name],
  ]);
  const dependencies = Object.fromEntries(versions);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "site", private: true, dependencies }));
  command(directory, "npm", ["install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", file]);
}

export function command(directory: string, program: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: directory, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${args.join(" ")}:\n${stdout}${stderr}${error ?? ""}`);
  return stdout;
}
