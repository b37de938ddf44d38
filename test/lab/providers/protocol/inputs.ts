// What a resource takes: a small schema, and the check that the engine asks for before it plans anything.
// Unknown and missing inputs are refused, defaults filled in, and what the schema calls secret is made so.
import { createHash } from "node:crypto";
import {
  hasUnknown,
  isArchive,
  isAsset,
  isObject,
  isSecret,
  isUnknown,
  type Properties,
  secret,
  toJson,
  unknown,
  type Value,
} from "./values";

export type Type =
  | "string"
  | "boolean"
  | "integer"
  | "number"
  | "any"
  | "asset"
  /** A text, or an object that is made a text of JSON. */
  | "document"
  | { readonly list: Type }
  | { readonly map: Type }
  | { readonly oneOf: readonly string[] }
  | { readonly object: Schema };

export interface Property {
  readonly type: Type;
  readonly required?: true;
  readonly secret?: true;
  /** A change of this input replaces the resource. */
  readonly replaces?: true;
  /** So does a change of this one, though the provider's published schema does not say it. */
  readonly replacesUnlisted?: true;
  readonly default?: Value;
  /** Left out, it is the resource's name and seven random hexadecimal digits, unless its prefix is given instead. */
  readonly autoName?: true;
  /** Of such a name, in characters. */
  readonly maxLength?: number;
  /** Left out, the provider chooses it: whatever is in the state stands, and leaving it out is no change. */
  readonly computed?: true;
  /** A list whose order means nothing. */
  readonly unordered?: true;
  /** The real provider has it, the double does not: using it is an error that says so. */
  readonly missingInDouble?: true;
}

export type Schema = { readonly [name: string]: Property };

export interface Failure {
  readonly property: string;
  readonly reason: string;
}

export interface Checked {
  readonly inputs: Properties;
  readonly failures: Failure[];
}

/** What a name is made of where none is given: the resource's own, kept from one update to the next. */
interface Naming {
  readonly resource: string;
  readonly olds: Properties;
  readonly randomSeed: string;
}

export function checkInputs(schema: Schema, given: Properties, naming?: Naming): Checked {
  const failures: Failure[] = [];
  // Properties with two underscores in front are the engine's own.
  const news = Object.fromEntries(
    Object.entries(given).filter(([name]) => !name.startsWith("__") && name !== "version"),
  );
  const inputs = checkObject(schema, news, "", failures);
  const name = naming && nameIn(schema);
  if (name) {
    if (inputs[`${name}Prefix`] === undefined) {
      inputs[name] ??= automaticName(name, naming, schema[name]?.maxLength, failures);
    }
    // Told to the engine as the bridge of Terraform providers tells it, and read again in the next update.
    inputs.__defaults = Object.keys(inputs)
      .filter((name) => (news[name] ?? null) === null)
      .sort();
  }
  return { inputs, failures };
}

/** The input that has the resource's name, where it can be left out. */
export function nameIn(schema: Schema): string | undefined {
  return Object.keys(schema).find((name) => schema[name]?.autoName);
}

function automaticName(
  property: string,
  { resource, olds, randomSeed }: Naming,
  maxLength: number = Number.POSITIVE_INFINITY,
  failures: Failure[],
): Value {
  const kept = Array.isArray(olds.__defaults) && olds.__defaults.includes(property) ? olds[property] : undefined;
  const digits = createHash("sha256").update(randomSeed).digest("hex").slice(0, 7);
  if (resource.length + 1 + digits.length > maxLength) {
    const reason = `the name "${resource}-" and ${digits.length} random characters are longer than ${maxLength} characters`;
    failures.push({ property, reason });
  }
  return kept ?? `${resource}-${digits}`;
}

function checkObject(schema: Schema, given: Properties, path: string, failures: Failure[]): Properties {
  const checked: Properties = {};
  for (const [name, value] of Object.entries(given)) {
    const property = schema[name];
    const at = path + name;
    if (!property) {
      failures.push({ property: at, reason: `is not an input; inputs are ${Object.keys(schema).join(", ")}` });
    } else if (property.missingInDouble && value !== null) {
      failures.push({ property: at, reason: "the lab's double of this provider does not have this input" });
    } else if (value !== null) {
      const result = checkValue(property.type, value, at, failures);
      checked[name] = property.secret ? secret(result) : result;
    }
  }
  for (const [name, property] of Object.entries(schema)) {
    if (checked[name] === undefined && property.default !== undefined) {
      checked[name] = property.default;
    } else if (property.required && (given[name] ?? null) === null) {
      failures.push({ property: path + name, reason: "is required" });
    }
  }
  return checked;
}

function checkValue(type: Type, value: Value, at: string, failures: Failure[]): Value {
  if (isSecret(value)) {
    return secret(checkValue(type, value.value, at, failures));
  }
  if (isUnknown(value)) {
    return value;
  }
  if (typeof type === "object" && "object" in type && isObject(value)) {
    return checkObject(type.object, value, `${at}.`, failures);
  }
  if (typeof type === "object" && "list" in type && Array.isArray(value)) {
    return value.map((item, index) => checkValue(type.list, item, `${at}[${index}]`, failures));
  }
  if (typeof type === "object" && "map" in type && isObject(value)) {
    const entries = Object.entries(value);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, checkValue(type.map, item, `${at}.${key}`, failures)]),
    );
  }
  if (type === "document" && typeof value === "object" && value !== null) {
    return hasUnknown(value) ? unknown : toJson(value);
  }
  if (!fits(type, value)) {
    failures.push({ property: at, reason: `must be ${describe(type)}` });
  }
  return value;
}

function fits(type: Type, value: Value): boolean {
  if (typeof type === "object") {
    return "oneOf" in type && typeof value === "string" && type.oneOf.includes(value);
  }
  if (type === "asset") {
    return isAsset(value) || isArchive(value);
  }
  if (type === "document") {
    return typeof value === "string";
  }
  return type === "any" || (type === "integer" ? Number.isInteger(value) : typeof value === type);
}

function describe(type: Type): string {
  if (typeof type === "string") {
    return { asset: "an asset or an archive", document: "a text or an object" }[type as string] ?? `of type ${type}`;
  }
  if ("oneOf" in type) {
    return `one of ${type.oneOf.join(", ")}`;
  }
  return "list" in type ? "a list" : "an object";
}
