// The real Pulumi CLI on one program and one directory of state, for tests that deploy. It knows nothing of the lab:
// `run` says where commands are executed, which is inside the lab's network.
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { countChanges, hideSecrets, readable } from "./pulumiOutput";
import { type ConfigValue, StackConfig } from "./stackConfig";

export type { ConfigValue } from "./stackConfig";

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly onStdoutLine?: (line: string) => void;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Run = (command: string, args: readonly string[], options: RunOptions) => Promise<RunResult>;

export interface PulumiArgs {
  /** The directory of Pulumi.yaml. */
  readonly programDir: string;
  /** Backend, stack configuration and the engine's own files. */
  readonly stateDir: string;
  readonly run: Run;
  /** Directories of programs that come before all others. */
  readonly path?: readonly string[];
  readonly extraEnv?: Readonly<Record<string, string>>;
  /**
   * In tests Node.js itself strips the program's types: for one that is the tests' own. Users' have Pulumi's compiler,
   * and so have those of benches.
   * @default false
   */
  readonly stripTypes?: boolean;
}

export interface CommandOptions {
  /** Returns a failed command's result instead of throwing it. */
  readonly allowFailure?: boolean;
  /** @default 600000 */
  readonly timeoutMs?: number;
  /** Called with each line of the engine's output as it comes. */
  readonly onStdoutLine?: (line: string) => void;
  /** Has the engine log on standard error, at this level. @default not at all */
  readonly logLevel?: number;
}

export interface PreviewOptions extends CommandOptions {
  readonly refresh?: boolean;
  readonly expectNoChanges?: boolean;
  /** Shows every property that changes. */
  readonly diff?: boolean;
}

export interface UpOptions extends CommandOptions {
  /** Reads first what is there. */
  readonly refresh?: boolean;
  /** Goes on with resources that do not depend on one that failed. */
  readonly continueOnError?: boolean;
  /** URNs of what is replaced although nothing asks for that. */
  readonly replace?: readonly string[];
}

export interface CommandResult extends RunResult {
  readonly seconds: number;
}

export interface UpdateResult extends CommandResult {
  /** How many resources had which operation: create, update, replace, delete, same. */
  readonly changes: Readonly<Record<string, number>>;
}

export interface UpResult extends UpdateResult {
  /** The stack's outputs; secrets read `[secret]`. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A resource in the state, as far as tests look at it. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly provider?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface State {
  readonly resources: readonly ResourceState[];
  /** The state's file, to look for what must not be in it. */
  readonly text: string;
}

/** What the engine printed when it failed. */
export class PulumiError extends Error {
  override readonly name = "PulumiError";

  constructor(
    args: readonly string[],
    readonly result: CommandResult,
  ) {
    super(`pulumi ${args[0]} exited with ${result.code}:\n${readable(result)}`);
  }
}

const root = resolve(__dirname, "../..");
const withoutCompiler = `--require "${join(__dirname, "withoutCompiler.cjs")}"`;
/** The same for every update: nobody is there to answer, and the preview would double the time. */
const unattended = ["--yes", "--skip-preview", "--non-interactive", "--suppress-progress"];

export class Pulumi {
  private stack = "";
  private configuration: StackConfig | undefined;

  constructor(private readonly args: PulumiArgs) {}

  /** Makes the stack; every other command works on it. */
  async init(stack: string): Promise<void> {
    await mkdir(this.args.stateDir, { recursive: true });
    this.stack = stack;
    // The CLI leaves the salt of the stack's secrets beside the project's file. Several tests may work in the program's
    // directory at a time, with stacks of one name.
    await copyFile(join(this.args.programDir, "Pulumi.yaml"), join(this.args.stateDir, "Pulumi.yaml"));
    await this.command(["stack", "init", stack, "--non-interactive", "--cwd", this.args.stateDir]);
  }

  /** Sets configuration; a key without a colon gets the program's namespace. Earlier values stay. */
  async config(values: Readonly<Record<string, ConfigValue>>): Promise<void> {
    const project = await this.project();
    const named = Object.entries(values).map(
      ([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value] as const,
    );
    this.configuration ??= new StackConfig(this.configFile);
    const secrets = await this.configuration.set(named);
    if (secrets.length > 0) {
      await this.command(["config", "set-all", ...this.onStack, ...secrets.flatMap((secret) => ["--secret", secret])]);
    }
  }

  preview(options: PreviewOptions = {}): Promise<UpdateResult> {
    const flags = [
      ...(options.refresh ? ["--refresh"] : []),
      ...(options.expectNoChanges ? ["--expect-no-changes"] : []),
      ...(options.diff ? ["--diff"] : []),
    ];
    return this.update(["preview", "--non-interactive", "--suppress-progress", ...this.onStack, ...flags], options);
  }

  async up(options: UpOptions = {}): Promise<UpResult> {
    const flags = [
      ...(options.refresh ? ["--refresh"] : []),
      ...(options.continueOnError ? ["--continue-on-error"] : []),
      ...(options.replace ?? []).flatMap((urn) => ["--replace", urn]),
    ];
    const result = await this.update(["up", ...unattended, ...this.onStack, ...flags], options);
    return { ...result, outputs: await this.outputs() };
  }

  /** @param options clearPendingCreates forgets what an engine that was killed had asked for */
  refresh(options: CommandOptions & { readonly clearPendingCreates?: boolean } = {}): Promise<UpdateResult> {
    const flags = options.clearPendingCreates ? ["--clear-pending-creates"] : [];
    return this.update(["refresh", ...unattended, ...this.onStack, ...flags], options);
  }

  destroy(options: CommandOptions = {}): Promise<UpdateResult> {
    return this.update(["destroy", ...unattended, ...this.onStack], options);
  }

  async outputs(options: { readonly showSecrets?: boolean } = {}): Promise<Record<string, unknown>> {
    if (options.showSecrets) {
      return JSON.parse((await this.command(["stack", "output", "--json", "--show-secrets", "-s", this.stack])).stdout);
    }
    const stack = (await this.exportState()).resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    return Object.fromEntries(Object.entries(stack?.outputs ?? {}).map(([name, value]) => [name, hideSecrets(value)]));
  }

  /** The state as the backend has it: secrets are encrypted in it. */
  async exportState(): Promise<State> {
    const file = join(this.args.stateDir, ".pulumi/stacks", await this.project(), `${this.stack}.json`);
    const text = await readFile(file, "utf8");
    return { resources: JSON.parse(text).checkpoint.latest?.resources ?? [], text };
  }

  /** Any other command of the CLI. */
  async command(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    const started = performance.now();
    const log = options.logLevel === undefined ? [] : ["--logtostderr", "--logflow", `-v=${options.logLevel}`];
    const output = await this.args.run("pulumi", [...args, "--color", "never", ...log], {
      env: this.environment(),
      cwd: this.args.programDir,
      timeoutMs: options.timeoutMs ?? 600_000,
      onStdoutLine: options.onStdoutLine,
    });
    const result = { ...output, seconds: (performance.now() - started) / 1000 };
    if (result.code !== 0 && !options.allowFailure) {
      throw new PulumiError(args, result);
    }
    return result;
  }

  private async update(args: readonly string[], options: CommandOptions): Promise<UpdateResult> {
    const result = await this.command(args, options);
    return { ...result, changes: countChanges(result.stdout) };
  }

  /** Its directory of state, for what belongs to the stack. */
  get stateDir(): string {
    return this.args.stateDir;
  }

  get stackName(): string {
    return this.stack;
  }

  get programDir(): string {
    return this.args.programDir;
  }

  private get configFile(): string {
    return join(this.args.stateDir, `Pulumi.${this.stack}.yaml`);
  }

  private get onStack(): string[] {
    return ["--stack", this.stack, "--config-file", this.configFile];
  }

  private async project(): Promise<string> {
    const name = /^name: *(\S+)/m.exec(await readFile(join(this.args.programDir, "Pulumi.yaml"), "utf8"))?.[1];
    if (!name) {
      throw new Error(`${this.args.programDir}/Pulumi.yaml has no name`);
    }
    return name;
  }

  /** For programs that run the CLI themselves, in the directory of the program. */
  environment(): Record<string, string> {
    const engine = process.env.HA_LB_ENGINE_BIN;
    if (!engine) {
      throw new Error("There is no Pulumi engine here: start tests with `npm test`, or with `bash test/setup/run`.");
    }
    // Tests have it, benches do not.
    const { NODE_COMPILE_CACHE } = process.env;
    const path = [
      ...(this.args.path ?? []),
      // Real provider binaries, where somebody has them, come before the doubles.
      process.env.LAB_PLUGIN_PATH,
      join(root, "test/lab/providers/bin"),
      engine,
      join(root, "node_modules/.bin"),
      process.env.PATH,
    ];
    return {
      PATH: path.filter(Boolean).join(":"),
      HOME: join(this.args.stateDir, "home"),
      PULUMI_HOME: join(this.args.stateDir, "home"),
      PULUMI_BACKEND_URL: `file://${this.args.stateDir}`,
      PULUMI_CONFIG_PASSPHRASE: "lab",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // The quality tests check types, once and for all programs.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE, ...(this.args.stripTypes && { NODE_OPTIONS: withoutCompiler }) }),
      ...this.args.extraEnv,
    };
  }
}
