// A provider from a table of resources: checks inputs, compares old and new, and hands the rest to the resource.
// In a preview the engine asks what would be, and nothing is executed.

import type { Display } from "./display";
import { type Checked, checkInputs, type Failure, nameIn, type Schema } from "./inputs";
import { given, isEmpty, isUnknown, type Properties, reveal, same, type Value } from "./values";

export interface Created {
  readonly id: string;
  readonly state: Properties;
}

/** What a resource's operation failed after: the resource is there, and belongs into the state. */
export class PartlyCreated extends Error {
  constructor(
    readonly created: Created,
    cause: Error,
  ) {
    super(cause.message, { cause });
  }
}

/** What is to be done to an existing resource. */
export interface Change {
  readonly id: string;
  readonly state: Properties;
  readonly inputs: Properties;
  /** The inputs in which it differs from its state. */
  readonly changed: ReadonlySet<string>;
}

export interface ResourceType {
  readonly inputs: Schema;
  /** Adds to what the program gave what the provider's configuration says, before it is checked. */
  prepare?(given: Properties): Properties;
  /** What is wrong with inputs that are of the right types each. */
  verify?(inputs: Properties): readonly Failure[];
  create(name: string, inputs: Properties, display: Display): Promise<Created>;
  update(change: Change, display: Display): Promise<Properties>;
  delete(existing: { readonly id: string; readonly state: Properties }, display: Display): Promise<void>;
  /** As it is now, or nothing when it is gone. Without it the state counts. */
  read?(id: string, state: Properties): Promise<Created | undefined>;
  /** Does an input ask for something else than the state has? By default when the two are not the same. */
  differs?(name: string, state: Value | undefined, input: Value | undefined): boolean;
  /** Does a change of this input replace the resource? By default the schema says so. */
  replaces?(name: string, state: Properties, inputs: Properties): boolean;
  /** What a preview can know of the outputs. Without it, the engine takes all of them as unknown. */
  plan?(inputs: Properties, state: Properties | undefined, changed: ReadonlySet<string>): Properties;
}

/** A data source. */
export interface FunctionType {
  readonly inputs: Schema;
  invoke(inputs: Properties): Promise<Properties>;
}

export interface Difference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  /** The new one cannot be made beside the old one. */
  readonly deletesFirst?: boolean;
  /** Named where inputs alone would not tell, as the state may have changed as well. */
  readonly kinds?: Readonly<Record<string, "add" | "update" | "delete">>;
}

interface OfResource {
  readonly urn: string;
}

interface OfExisting extends OfResource {
  readonly id: string;
  readonly state: Properties;
}

interface Running {
  readonly preview: boolean;
  readonly display: Display;
}

export interface ProviderOptions {
  readonly version: string;
  readonly resources: Readonly<Record<string, ResourceType>>;
  readonly functions?: Readonly<Record<string, FunctionType>>;
  readonly configuration?: Schema;
  readonly configure?: (values: Properties) => void | Promise<void>;
  /** Without it the engine takes secrets out of what a resource gets, and marks outputs by the inputs' names. */
  readonly acceptsSecrets: boolean;
  readonly supportsPreview: boolean;
}

/** What the engine gives to every provider beside its configuration. */
const ownToEngine = new Set(["version", "pluginDownloadURL"]);

export class Provider {
  readonly version: string;
  readonly acceptsSecrets: boolean;
  readonly supportsPreview: boolean;

  constructor(private readonly options: ProviderOptions) {
    this.version = options.version;
    this.acceptsSecrets = options.acceptsSecrets;
    this.supportsPreview = options.supportsPreview;
  }

  checkConfig(news: Properties): Checked {
    const { configuration = {} } = this.options;
    const own = Object.fromEntries(Object.entries(news).filter(([name]) => !ownToEngine.has(name)));
    const { inputs, failures } = checkInputs(configuration, decoded(configuration, own));
    const encoded = Object.entries(inputs).map(([name, value]) => [
      name,
      isJson(configuration, name) ? own[name] : value,
    ]);
    return { inputs: given({ ...news, ...Object.fromEntries(encoded) }), failures };
  }

  /** Other configuration never replaces a provider, and with it all that it made. */
  diffConfig(olds: Properties, news: Properties): Difference {
    const names = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return { changed: [...names].filter((name) => !same(olds[name], news[name])), replaces: [] };
  }

  async configure(values: Properties): Promise<void> {
    await this.options.configure?.(decoded(this.options.configuration ?? {}, reveal(values) as Properties));
  }

  check(request: OfResource & { olds: Properties; news: Properties; randomSeed: string }): Checked {
    const { urn, olds, news, randomSeed } = request;
    const type = this.typeOf(urn);
    const { inputs, failures } = checkInputs(type.inputs, type.prepare?.(news) ?? news, {
      resource: nameOf(urn),
      olds,
      randomSeed,
    });
    return { inputs, failures: [...failures, ...(failures.length === 0 ? (type.verify?.(inputs) ?? []) : [])] };
  }

  diff(request: OfResource & { state: Properties; inputs: Properties; ignored: readonly string[] }): Difference {
    const type = this.typeOf(request.urn);
    const changed = changedInputs(type, request);
    const replaces = (name: string) =>
      type.replaces?.(name, request.state, request.inputs) ??
      (type.inputs[name]?.replaces || type.inputs[name]?.replacesUnlisted);
    const kinds = changed.map((name) => [name, kindOf(request.state[name], request.inputs[name])]);
    return {
      changed,
      replaces: changed.filter(replaces),
      deletesFirst: hasNameOfItsOwn(type, request.inputs),
      ...(type.differs && { kinds: Object.fromEntries(kinds) }),
    };
  }

  async create(request: OfResource & Running & { inputs: Properties }): Promise<Created> {
    const type = this.typeOf(request.urn);
    if (request.preview) {
      return { id: "", state: type.plan?.(request.inputs, undefined, new Set()) ?? request.inputs };
    }
    return await type.create(nameOf(request.urn), request.inputs, request.display);
  }

  async read(
    request: OfExisting & { inputs: Properties },
  ): Promise<(Created & { readonly inputs: Properties }) | undefined> {
    const type = this.typeOf(request.urn);
    const found = type.read ? await type.read(request.id, request.state) : request;
    return found && { id: found.id, state: found.state, inputs: readInputs(type, found.state, request.inputs) };
  }

  async update(
    request: OfExisting & Running & { inputs: Properties; ignored: readonly string[] },
  ): Promise<Properties> {
    const { urn, preview, inputs, state, display } = request;
    const type = this.typeOf(urn);
    const changed = new Set(changedInputs(type, request));
    if (preview) {
      return type.plan?.(inputs, state, changed) ?? inputs;
    }
    return await type.update({ id: request.id, state, inputs, changed }, display);
  }

  async delete(request: OfExisting & { display: Display }): Promise<void> {
    await this.typeOf(request.urn).delete(request, request.display);
  }

  async invoke(token: string, given: Properties): Promise<{ result: Properties; failures: readonly Failure[] }> {
    const type = this.options.functions?.[token];
    if (!type) {
      throw new Error(`the lab's double of this provider does not have the function ${token}`);
    }
    const { inputs, failures } = checkInputs(type.inputs, given);
    return { result: failures.length > 0 ? {} : await type.invoke(inputs), failures };
  }

  private typeOf(urn: string): ResourceType {
    const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const type = this.options.resources[token];
    if (!type) {
      throw new Error(`the lab's double of this provider does not have the resource ${token}`);
    }
    return type;
  }
}

function changedInputs(
  type: ResourceType,
  { state, inputs, ignored }: { state: Properties; inputs: Properties; ignored: readonly string[] },
): string[] {
  const differs = (name: string) =>
    type.differs ? type.differs(name, state[name], inputs[name]) : !same(state[name], inputs[name]);
  return Object.keys(type.inputs).filter((name) => !ignored.includes(name) && differs(name));
}

/** Names are unique in the cloud: with one that the program gave, the old resource is in the new one's way. */
function hasNameOfItsOwn(type: ResourceType, { __defaults: defaults, ...inputs }: Properties): boolean {
  const name = nameIn(type.inputs);
  return name !== undefined && Array.isArray(defaults) && name in inputs && !defaults.includes(name);
}

/** Configuration that is no text comes as a text of JSON. */
function isJson(schema: Schema, name: string): boolean {
  const type = schema[name]?.type ?? "string";
  return type !== "string" && !(typeof type === "object" && "oneOf" in type);
}

function decoded(schema: Schema, values: Properties): Properties {
  const decode = (name: string, value: Value): Value => {
    if (typeof value !== "string" || isUnknown(value) || !isJson(schema, name)) {
      return value;
    }
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, decode(name, value)]));
}

/** The inputs that would have made what was found: those of before where they still fit, all there are in an import. */
function readInputs(type: ResourceType, state: Properties, before: Properties): Properties {
  if (Object.keys(before).length === 0) {
    return Object.fromEntries(Object.entries(state).filter(([name, value]) => type.inputs[name] && !isEmpty(value)));
  }
  const drifted = new Set(changedInputs(type, { state, inputs: before, ignored: [] }));
  return Object.fromEntries(
    Object.entries(before).map(([name, value]) => [name, drifted.has(name) ? (state[name] ?? null) : value]),
  );
}

function kindOf(state: Value | undefined, input: Value | undefined): "add" | "update" | "delete" {
  return isEmpty(state) ? "add" : input === undefined ? "delete" : "update";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
