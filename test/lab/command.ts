// Runs commands and waits for conditions, always with a bound. Knows nothing of the lab.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { now, onceOwnTimeHasPassed, ownTime } from "./clock";

const SHORTEST_INTERVAL_MS = 20;

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  input?: string | Buffer;
  /** After this the command is killed and the promise rejects. @default 60000 */
  timeoutMs?: number;
  /** In a session of its own, out of reach of Ctrl-C. @default false */
  detached?: boolean;
  /** Called with each line of standard output as it comes. */
  onStdoutLine?: (line: string) => void;
}

/** Runs a command to its end; an exit status other than 0 is a result, not an error. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { env, cwd, input, timeoutMs = 60_000, detached, onStdoutLine } = options;
  const child = spawn(command, args, { env, cwd, detached, stdio: ["pipe", "pipe", "pipe"] });
  // A command may end without reading what it is given.
  child.stdin.on("error", () => {}).end(input);
  if (onStdoutLine) createInterface(child.stdout).on("line", onStdoutLine);
  return collect(child, [command, ...args].join(" "), timeoutMs);
}

function collect(child: ChildProcess, title: string, timeoutMs: number): Promise<Result> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    const timer = onceOwnTimeHasPassed(timeoutMs, () => {
      child.kill("SIGKILL");
      // A grandchild may hold the pipes open; do not wait for it.
      child.stdout?.destroy();
      child.stderr?.destroy();
      reject(new Error(`no end after ${timeoutMs} ms: ${title}`));
    });
    child.once("error", (error) => {
      timer.cancel();
      reject(error);
    });
    child.once("close", (code, signal) => {
      timer.cancel();
      const text = Buffer.concat(stderr).toString();
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(stdout).toString(),
        stderr: signal ? `${text}ended by ${signal}` : text,
      });
    });
  });
}

/** Runs a command that has to succeed, and returns its output. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")}: exit status ${code}: ${stderr.trim()}`);
  return stdout;
}

/**
 * Waits, by the machine's own time, until `probe` returns something other than undefined or false.
 * @param intervalMs from one probe to the next. @default twice as long as the probe took: who waits leaves the machine to
 *   others, as a rule to what is waited for
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs: number,
  intervalMs?: number,
): Promise<T> {
  const deadline = ownTime() + timeoutMs;
  for (;;) {
    const started = now();
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (ownTime() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`);
    await delay(intervalMs ?? Math.max(SHORTEST_INTERVAL_MS, 2 * (now() - started)));
  }
}
