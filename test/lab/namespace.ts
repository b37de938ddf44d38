// A network namespace whose processes are plain processes of this machine (operator, client).
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Result, type RunOptions, run } from "./command";
import { namespaceName, namespacePath, type PlainNode } from "./layout";

export class Namespace {
  readonly path: string;

  constructor(
    readonly lab: string,
    readonly node: PlainNode,
  ) {
    this.path = namespacePath(namespaceName(lab, node));
  }

  /** Starts a command in the namespace; the child's process id is the command's own. */
  spawn(command: string, args: readonly string[] = [], options: SpawnOptions = {}): ChildProcess {
    return spawn("nsenter", [`--net=${this.path}`, "--", command, ...args], options);
  }

  run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Result> {
    return run("nsenter", [`--net=${this.path}`, "--", command, ...args], options);
  }

  /** Starts a TypeScript file with the Node.js that runs this one. */
  spawnScript(file: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const tsx = pathToFileURL(require.resolve("tsx")).href;
    return this.spawn(process.execPath, ["--import", tsx, file, ...args], options);
  }
}
