// local.Command: a child process of the provider.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { type CommandInputs, commandResource, type Run } from "./command";
import { localCommandInputs } from "./inputs";

interface LocalInputs extends CommandInputs {
  readonly interpreter?: readonly string[];
  readonly dir?: string;
}

const run: Run<LocalInputs> = (command, inputs, previous, output) => {
  const [program = "", ...args] = [...(inputs.interpreter?.length ? inputs.interpreter : ["/bin/sh", "-c"]), command];
  const child = spawn(program, args, { cwd: inputs.dir, env: { ...process.env, ...inputs.environment, ...previous } });
  child.stdout.on("data", (data: Buffer) => output.add("stdout", data));
  child.stderr.on("data", (data: Buffer) => output.add("stderr", data));
  // A command need not read its input to the end.
  child.stdin.on("error", () => {});
  child.stdin.end(inputs.stdin ?? "");
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(failureOf(code, signal)));
  });
};

function failureOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (signal) {
    return `signal: ${signal.toLowerCase()} (${constants.signals[signal]})`;
  }
  return code === 0 ? undefined : `exit status ${code}`;
}

export const localCommand = commandResource(localCommandInputs, run);
