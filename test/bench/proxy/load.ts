// The client that the proxies are measured with: built once from its source beside this file, run by the operator.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../lab/command";
import type { Lab } from "../../lab/lab";
import { cacheDir } from "../../lab/layout";
import { processors } from "./processors";
import type { Kind } from "./report";

/** What the client prints. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  readonly connections: number;
  readonly resumed: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly errors: number;
  readonly error?: string;
}

const source = join(__dirname, "load");

/** @returns the program */
export async function builtLoad(): Promise<string> {
  const digest = createHash("sha256");
  for (const file of ["go.mod", "main.go", "steady.go", "streams.go", "sockets.go", "downloads.go"]) {
    digest.update(readFileSync(join(source, file)));
  }
  const program = join(cacheDir(), `load-${digest.digest("hex").slice(0, 12)}`);
  if (!existsSync(program)) {
    const env = { ...process.env, CGO_ENABLED: "0" };
    // Another lane of tests may be about to do the same: the program is there once it is whole.
    const built = `${program}-${process.pid}`;
    await must(process.env.GO || "go", ["build", "-o", built, "."], { cwd: source, env, timeoutMs: 300_000 });
    await rename(built, program);
  }
  return program;
}

export async function load({ operator }: Lab, program: string, { kind, to, seconds }: Order): Promise<Load> {
  const command = [program, kind, to, String(seconds), String(connectionsAtATime)];
  const { code, stdout, stderr } = await operator.run("taskset", ["--cpu-list", processors.others, ...command]);
  if (code !== 0) {
    throw new Error(`${command.join(" ")}: exit status ${code}: ${stderr}`);
  }
  return JSON.parse(stdout) as Load;
}

interface Order {
  readonly kind: Kind;
  /** Address and port. */
  readonly to: string;
  readonly seconds: number;
}

/** Enough to keep a processor busy; more would only wait in line. */
export const connectionsAtATime = 16;
