// Pulumi programs that tests, demo and benches deploy: the examples, and one that takes any arguments.
import { join, resolve } from "node:path";

export interface Program {
  /** Of its stack. */
  readonly name: string;
  /** Where its Pulumi.yaml is. */
  readonly directory: string;
  /** Directories of programs that it needs besides the engine's. */
  readonly path?: readonly string[];
  /** See Pulumi; for programs that are no example. */
  readonly stripTypes?: boolean;
}

const root = resolve(__dirname, "../..");
export const exampleDirectory = join(root, "examples");
const example = (name: string): Program => ({ name, directory: join(exampleDirectory, name) });

export const examples = {
  quickstart: { name: "quickstart", directory: root },
  "web-shop": example("web-shop"),
  "api-gateway": example("api-gateway"),
  postgresql: example("postgresql"),
  mail: example("mail"),
  "custom-platform": example("custom-platform"),
  hcloud: example("hcloud"),
  aws: example("aws"),
} as const satisfies Readonly<Record<string, Program>>;
export type ExampleName = keyof typeof examples;

export const anyArguments: Program = { name: "lab", directory: join(__dirname, "program"), stripTypes: true };
