// A network namespace for plain processes of this machine: those of the operator and the client, and what tests run
// beside the services of a host.
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { type Result, type RunOptions, run } from "./command";
import { type NodeName, namespaceName, namespacePath } from "./layout";

export class Namespace {
  readonly path: string;

  constructor(
    readonly lab: string,
    readonly node: NodeName,
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
    return this.spawn(process.execPath, [...tsx(), file, ...args], options);
  }

  /** Runs one to its end. */
  runScript(file: string, args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return this.run(process.execPath, [...tsx(), file, ...args], options);
  }
}

function tsx(): string[] {
  return ["--import", pathToFileURL(require.resolve("tsx")).href];
}
