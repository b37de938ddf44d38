// A provider's own schema, which is not part of this repository, in the terms in which the doubles list their inputs.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Schema, Type } from "../lab/providers/protocol/inputs";
import { skipUnlessRequired } from "../setup/needsLab";

interface PropertySpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: PropertySpec;
  readonly additionalProperties?: PropertySpec;
  readonly secret?: boolean;
  readonly replaceOnChanges?: boolean;
  readonly willReplaceOnChanges?: boolean;
  readonly default?: unknown;
}

type PropertySpecs = Readonly<Record<string, PropertySpec>>;

interface ObjectSpec {
  readonly required?: readonly string[];
  readonly enum?: readonly { readonly value: string }[];
  readonly properties?: PropertySpecs;
}

interface ResourceSpec extends ObjectSpec {
  readonly inputProperties: PropertySpecs;
  readonly requiredInputs?: readonly string[];
}

interface PackageSpec {
  readonly types: Readonly<Record<string, ObjectSpec>>;
  readonly config: { readonly variables: PropertySpecs };
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, { readonly inputs?: ObjectSpec; readonly outputs?: ObjectSpec }>>;
}

const directory = process.env.REFERENCE_DIR ?? resolve(__dirname, "../../../shared/reference");

export class PackageSchema {
  private constructor(private readonly spec: PackageSpec) {}

  /** To be called in a suite's `before`; skips it where the file is not there. */
  static read(name: string, suite: Mocha.Context): PackageSchema {
    const file = join(directory, name);
    if (!existsSync(file)) skipUnlessRequired(suite, new Error(`${file} is missing; set REFERENCE_DIR`));
    return new PackageSchema(JSON.parse(readFileSync(file, "utf8")));
  }

  get configuration(): Schema {
    return this.schemaOf({ properties: this.spec.config.variables });
  }

  inputsOf(token: string): Schema {
    const { inputProperties, requiredInputs = [] } = this.resource(token);
    return this.schemaOf({ properties: inputProperties, required: requiredInputs });
  }

  /** What is in a resource's state; required is what always is. */
  outputsOf(token: string): Schema {
    const { properties, required } = this.resource(token);
    return this.schemaOf({ properties, required });
  }

  argumentsOf(token: string): Schema {
    return this.schemaOf(this.spec.functions[token]?.inputs ?? {});
  }

  resultsOf(token: string): Schema {
    return this.schemaOf(this.spec.functions[token]?.outputs ?? {});
  }

  private resource(token: string): ResourceSpec {
    const found = this.spec.resources[token];
    assert.ok(found, `the schema has no resource ${token}`);
    return found;
  }

  private schemaOf({ properties = {}, required = [] }: ObjectSpec): Schema {
    const entries = Object.entries(properties).map(([name, property]) => {
      const { secret, replaceOnChanges, willReplaceOnChanges, default: byDefault } = property;
      const described = {
        type: this.typeOf(property),
        ...(required.includes(name) && { required: true }),
        ...(secret && { secret: true }),
        ...((replaceOnChanges || willReplaceOnChanges) && { replaces: true }),
        ...(byDefault !== undefined && { default: byDefault }),
      };
      return [name, described];
    });
    return Object.fromEntries(entries);
  }

  private typeOf(property: PropertySpec): Type {
    if (property.items) {
      return { list: this.typeOf(property.items) };
    }
    if (property.additionalProperties) {
      return { map: this.typeOf(property.additionalProperties) };
    }
    if (property.$ref?.startsWith("pulumi.json#")) {
      return property.$ref.endsWith("Any") ? "any" : "asset";
    }
    const referred = this.spec.types[property.$ref?.replace("#/types/", "") ?? ""];
    if (referred?.enum) {
      return { oneOf: referred.enum.map(({ value }) => value) };
    }
    return referred ? { object: this.schemaOf(referred) } : (property.type as Type);
  }
}

/** Only what a published schema says, too. */
export function published(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([name, { type, required, secret, replaces }]) => [
      name,
      { type: publishedType(type), ...Object.fromEntries(Object.entries({ required, secret, replaces }).filter(set)) },
    ]),
  );
}

const set = ([, value]: [string, unknown]) => value !== undefined;

function publishedType(type: Type): Type {
  if (typeof type !== "object" || "oneOf" in type) {
    return type;
  }
  if ("list" in type) {
    return { list: publishedType(type.list) };
  }
  return "map" in type ? { map: publishedType(type.map) } : { object: published(type.object) };
}
