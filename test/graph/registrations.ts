// Runs a program against Pulumi's mocks and records what the engine would get: every registration with its options.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly parent: string;
  readonly dependencies: readonly string[];
  readonly deletedWith: string;
  /** URN and id, or nothing for the default one. */
  readonly provider: string;
  readonly aliases: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  /** URNs. */
  readonly replaceWith: readonly string[];
  readonly createTimeout: string;
  /** As they go over the wire: secrets are wrapped. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** A function of a provider's that was called. */
export interface Call {
  readonly token: string;
  /** URN and id, or nothing for the default one. */
  readonly provider: string;
}

export interface Program {
  readonly registrations: readonly Registration[];
  readonly calls: readonly Call[];
  /** What `registerOutputs` told of the component, by URN. */
  readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** What the program would have failed with. */
  readonly errors: readonly unknown[];
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getDependenciesList(): string[];
  getDeletedwith(): string;
  getProvider(): string;
  getAliasesList(): { getUrn(): string; getSpec(): { getName(): string } | undefined }[];
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getReplaceWithList(): string[];
  getCustomtimeouts(): { getCreate(): string } | undefined;
  getObject(): { toJavaScript(): Record<string, unknown> };
}

type Callback = (error: unknown, response?: { getUrn(): string }) => void;

interface Monitor {
  registerResource(request: Request, callback: Callback): unknown;
  registerResourceOutputs(
    request: { getUrn(): string; getOutputs(): { toJavaScript(): Record<string, unknown> } },
    callback: Callback,
  ): unknown;
}

/** What a provider adds to the inputs of a resource that it has made, or finds: that goes by the id that is asked for. */
export type Made = (type: string, name: string) => Readonly<Record<string, unknown>>;

/**
 * @param program makes resources, and returns what is there once they are
 * @param made by default nothing, and ids that say whose they are
 */
export async function run(program: () => pulumi.Output<unknown>, made: Made = () => ({})): Promise<Program> {
  const registrations: Registration[] = [];
  const outputs = new Map<string, Readonly<Record<string, unknown>>>();
  const errors: unknown[] = [];
  const calls: Call[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      const { id = `${name}-id`, ...outputs } = made(type, name);
      return { id: id as string, state: { ...inputs, ...outputs } };
    },
    call: ({ token, inputs, provider = "" }) => {
      calls.push({ token, provider });
      return made(token, String(inputs.id ?? ""));
    },
  });
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const { registerResource, registerResourceOutputs } = monitor;
  monitor.registerResource = (request, callback) =>
    registerResource.call(monitor, request, (error, response) => {
      registrations.push({
        type: request.getType(),
        name: request.getName(),
        urn: response?.getUrn() ?? "",
        parent: request.getParent(),
        dependencies: request.getDependenciesList(),
        deletedWith: request.getDeletedwith(),
        provider: request.getProvider(),
        aliases: request.getAliasesList().map((alias) => alias.getUrn() || (alias.getSpec()?.getName() ?? "")),
        ignoreChanges: request.getIgnorechangesList(),
        replaceOnChanges: request.getReplaceonchangesList(),
        replaceWith: request.getReplaceWithList(),
        createTimeout: request.getCustomtimeouts()?.getCreate() ?? "",
        inputs: request.getObject().toJavaScript(),
      });
      callback(error, response);
    });
  monitor.registerResourceOutputs = (request, callback) => {
    outputs.set(request.getUrn(), request.getOutputs().toJavaScript());
    return registerResourceOutputs.call(monitor, request, callback);
  };
  await unhandledRejections(errors, async () => {
    const end = program() as unknown as { promise(): Promise<unknown> };
    await Promise.allSettled([end.promise()]);
    await pulumi.runtime.disconnect();
    // One error rejects everything that was made of it, some of it only in the next turns.
    for (let turn = 0; turn < 20; turn++) {
      await setImmediate();
    }
  });
  return { registrations, calls, outputs, errors };
}

/** The only one of that name. */
export function named({ registrations }: Program, name: string): Registration {
  const [found, ...others] = registrations.filter((registration) => registration.name === name);
  assert.ok(found && others.length === 0, `${name} among ${registrations.map((one) => one.name).join(", ")}`);
  return found;
}

/** A rejected Output ends a Pulumi program as an unhandled rejection; here it is noted. */
async function unhandledRejections(errors: unknown[], body: () => Promise<void>): Promise<void> {
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (error) => errors.push(error));
  try {
    await body();
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of others) {
      process.on("unhandledRejection", listener);
    }
  }
}

const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.values(value).includes(SECRET);
}

export function revealed(value: unknown): unknown {
  return isSecret(value) ? (value as { value: unknown }).value : value;
}
