// What local.Command and remote.Command have in common: which command runs when, and what it is told of the last run.
import { randomBytes } from "node:crypto";
import type { Display } from "../protocol/display";
import type { Schema } from "../protocol/inputs";
import type { ResourceType } from "../protocol/provider";
import { type Properties, reveal } from "../protocol/values";
import { type Logging, Output } from "./output";
import { quote } from "./quote";

export interface CommandInputs {
  readonly create?: string;
  readonly update?: string;
  readonly delete?: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly logging?: Logging;
  readonly addPreviousOutputInEnv?: boolean;
}

/** Runs one command to its end. Returns why it failed, in the words of the real provider, or nothing. */
export type Run<Inputs> = (
  command: string,
  inputs: Inputs,
  previous: Readonly<Record<string, string>>,
  output: Output,
  display: Display,
) => Promise<string | undefined>;

interface Streams {
  readonly stdout: string;
  readonly stderr: string;
}

const none: Streams = { stdout: "", stderr: "" };

export function uniqueHex(prefix: string): string {
  return prefix + randomBytes(4).toString("hex");
}

export function commandResource<Inputs extends CommandInputs>(schema: Schema, run: Run<Inputs>): ResourceType {
  async function execute(
    pick: keyof CommandInputs & ("create" | "update" | "delete"),
    state: Properties,
    before: Streams,
    display: Display,
  ) {
    const inputs = reveal(state) as unknown as Inputs;
    const command = inputs[pick] ?? (pick === "update" ? inputs.create : undefined);
    if (command === undefined) {
      return before;
    }
    const output = new Output(display, inputs.logging);
    const failure = await run(command, inputs, previousOutput(inputs, before), output, display);
    output.end();
    if (failure !== undefined) {
      throw new Error(`${failure}: running ${quote(command)}:\n${output.all}`);
    }
    return { stdout: output.text("stdout"), stderr: output.text("stderr") };
  }

  return {
    inputs: schema,
    create: async (name, inputs, display) => ({
      id: uniqueHex(name),
      state: { ...inputs, ...(await execute("create", inputs, none, display)) },
    }),
    update: async ({ state, inputs }, display) => ({
      ...inputs,
      ...(await execute("update", inputs, streamsOf(state), display)),
    }),
    delete: async ({ state }, display) => {
      await execute("delete", state, streamsOf(state), display);
    },
  };
}

function streamsOf(state: Properties): Streams {
  const { stdout, stderr } = reveal({ stdout: state.stdout ?? "", stderr: state.stderr ?? "" }) as unknown as Streams;
  return { stdout, stderr };
}

function previousOutput(inputs: CommandInputs, before: Streams): Record<string, string> {
  return {
    ...(inputs.addPreviousOutputInEnv !== false && {
      ...(before.stdout && { PULUMI_COMMAND_STDOUT: before.stdout }),
      ...(before.stderr && { PULUMI_COMMAND_STDERR: before.stderr }),
    }),
  };
}
