// A stack whose resources a test lists, deployed by the real engine with the provider under test.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type PreviewOptions,
  Pulumi,
  type ResourceState,
  type Run,
  type UpdateResult,
  type UpResult,
} from "../lab/pulumi";

export interface Resource {
  readonly type: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

export type Resources = Readonly<Record<string, Resource>>;

export interface StackArgs {
  readonly name: string;
  /** The stack's files go into a directory of its name in there. */
  readonly directory: string;
  /** A program that declares what is listed in the file RESOURCES; see declare.js. */
  readonly programDir: string;
  readonly run: Run;
  readonly env?: Readonly<Record<string, string>>;
}

export class Stack {
  private constructor(
    readonly pulumi: Pulumi,
    private readonly listing: string,
  ) {}

  static async create({ name, directory, programDir, run, env }: StackArgs): Promise<Stack> {
    const stateDir = join(directory, name);
    const listing = join(stateDir, "resources.json");
    await mkdir(stateDir, { recursive: true });
    const pulumi = new Pulumi({
      programDir,
      stateDir,
      run,
      extraEnv: { ...env, RESOURCES: listing },
      stripTypes: true,
    });
    await pulumi.init(name);
    return new Stack(pulumi, listing);
  }

  async declare(resources: Resources): Promise<void> {
    await writeFile(this.listing, JSON.stringify(resources));
  }

  async preview(resources: Resources, options: PreviewOptions = {}): Promise<UpdateResult> {
    await this.declare(resources);
    return this.pulumi.preview(options);
  }

  async up(resources: Resources, options: { readonly allowFailure?: boolean } = {}): Promise<UpResult> {
    await this.declare(resources);
    // Failures of one resource are not to hide those of another.
    return this.pulumi.up({ ...options, continueOnError: true });
  }

  /** A resource as the state has it. */
  async state(name: string): Promise<ResourceState & { readonly outputs: Readonly<Record<string, unknown>> }> {
    const state = await this.pulumi.exportState();
    const found = state.resources.find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found?.outputs) {
      throw new Error(`there is no ${name} in the state: ${state.resources.map(({ urn }) => urn).join(", ")}`);
    }
    return { ...found, outputs: found.outputs };
  }
}

/** The lines that the display shows beside a resource, or in the diagnostics about it. */
export function shownAbout(name: string, { stdout }: { readonly stdout: string }): string {
  const [progress = "", diagnostics = ""] = stdout.split("\nDiagnostics:\n");
  const own = diagnostics.split(/\n(?= {2}\S)/).filter((part) => part.includes(` (${name}):`));
  return [...progress.split("\n").filter((line) => line.includes(` ${name} `)), ...own].join("\n");
}
