// Finds and ends the lab's processes by the control group or namespace that they are in, never by name.
import fs from "node:fs";
import path from "node:path";
import { until } from "./command";

/** Where this machine has cgroup version 2: a cgroup of that kind is killed and frozen as one. */
export function cgroupRoot(): string {
  const mount = fs
    .readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .find(([, , type]) => type === "cgroup2");
  if (!mount?.[1]) throw new Error("The lab needs a mounted cgroup version 2 hierarchy (mount -t cgroup2).");
  return mount[1];
}

export const labsCgroup = () => path.join(cgroupRoot(), "halb");
export const labCgroup = (lab: string) => path.join(labsCgroup(), lab);

export class Cgroup {
  constructor(readonly dir: string) {}

  /** True while any process is in it or below. */
  isPopulated(): boolean {
    return /^populated 1$/m.test(this.read("cgroup.events"));
  }

  kill(): void {
    this.write("cgroup.kill", "1");
  }

  /** Stalls every process at once; they do not notice, but for the clock. */
  async freeze(frozen: boolean): Promise<void> {
    this.write("cgroup.freeze", frozen ? "1" : "0");
    const state = `frozen ${frozen ? 1 : 0}`;
    await until(`${this.dir} to be ${state}`, () => this.read("cgroup.events").includes(state), 5_000, 1);
  }

  /** Microseconds of processor time of everything in it, from its beginning on. */
  cpuUs(): number {
    return Number(/^usage_usec (\d+)$/m.exec(this.read("cpu.stat"))?.[1]);
  }

  /** Processes directly in this cgroup, or in the named one below it. */
  processes(below = ""): number[] {
    return this.read(path.join(below, "cgroup.procs")).split("\n").filter(Boolean).map(Number);
  }

  /** Processes in this cgroup and all below. */
  allProcesses(): number[] {
    return directories(this.dir).flatMap((dir) => new Cgroup(dir).processes());
  }

  /** Ends whatever is left and takes the directories away. */
  async remove(): Promise<void> {
    if (!fs.existsSync(this.dir)) return;
    this.kill();
    await until(`the processes in ${this.dir} to end`, () => !this.isPopulated(), 10_000, 5);
    for (const dir of directories(this.dir)) fs.rmdirSync(dir);
  }

  private read(file: string): string {
    try {
      return fs.readFileSync(path.join(this.dir, file), "utf8");
    } catch (error) {
      if (isGone(error)) return "";
      throw error;
    }
  }

  private write(file: string, value: string): void {
    try {
      fs.writeFileSync(path.join(this.dir, file), value);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Processes whose network namespace is one of `paths`. */
export function processesInNamespaces(paths: readonly string[]): number[] {
  const wanted = new Set(paths.filter((p) => fs.existsSync(p)).map((p) => fs.statSync(p).ino));
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => wanted.has(namespaceOf(pid)));
}

function namespaceOf(pid: number): number {
  try {
    return fs.statSync(`/proc/${pid}/ns/net`).ino;
  } catch (error) {
    // Where root is confined itself, it may not look into what was started outside: none of that is the lab's.
    if (isGone(error) || codeOf(error) === "EACCES") return -1;
    throw error;
  }
}

/** Sends a signal to processes, of which some may have ended meanwhile. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

/** Identifies a process beyond its id, which the kernel gives out again: its start time in clock ticks since boot. */
export function startTime(pid: number): string | undefined {
  // After the command's name, which may hold spaces and brackets, field 22 of proc(5).
  return readProc(pid, "stat")?.split(") ").at(-1)?.split(" ")[19];
}

/** True for PID 1 of a container. */
export function isInit(pid: number): boolean {
  return /^NSpid:.*\s1$/m.test(readProc(pid, "status") ?? "");
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Deepest first. */
function directories(dir: string): string[] {
  if (!fs.existsSync(dir)) return [];
  return [...subdirectories(dir).flatMap(directories), dir];
}

export function subdirectories(dir: string): string[] {
  const entries = fs.readdirSync(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(dir, entry.name));
}

function isGone(error: unknown): boolean {
  return ["ENOENT", "ESRCH", "ENODEV"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
