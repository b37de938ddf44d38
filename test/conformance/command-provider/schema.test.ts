// The double's list of inputs against the provider's own schema, which is not part of this repository.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { copyToRemoteInputs, localCommandInputs, remoteCommandInputs } from "../../lab/providers/command/inputs";
import type { Schema, Type } from "../../lab/providers/protocol/inputs";

interface PropertySpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: PropertySpec;
  readonly additionalProperties?: PropertySpec;
  readonly secret?: boolean;
  readonly replaceOnChanges?: boolean;
  readonly default?: unknown;
}

interface ObjectSpec {
  readonly required?: readonly string[];
  readonly enum?: readonly { readonly value: string }[];
  readonly properties?: Readonly<Record<string, PropertySpec>>;
}

interface PackageSpec {
  readonly types: Readonly<Record<string, ObjectSpec>>;
  readonly resources: Readonly<
    Record<
      string,
      { readonly inputProperties: Readonly<Record<string, PropertySpec>>; readonly requiredInputs?: readonly string[] }
    >
  >;
}

const directory = process.env.REFERENCE_DIR ?? resolve(__dirname, "../../../../shared/reference");
const file = join(directory, "pulumi-command-1.2.1.schema.json");
/** Defaults that the schema has in prose only. */
const defaultsInProse = { addPreviousOutputInEnv: true };

describe("command provider: inputs of the double", () => {
  let reference: PackageSpec;

  before(function () {
    if (!existsSync(file)) {
      assert.notEqual(process.env.CI, "true", `${file} is missing; set REFERENCE_DIR`);
      console.warn(`SKIPPED: ${file} is missing; set REFERENCE_DIR to compare the double with the provider's schema`);
      this.skip();
    }
    reference = JSON.parse(readFileSync(file, "utf8"));
  });

  for (const [token, inputs] of [
    ["command:local:Command", localCommandInputs],
    ["command:remote:Command", remoteCommandInputs],
    ["command:remote:CopyToRemote", copyToRemoteInputs],
  ] as const) {
    it(`are those of ${token}`, () => {
      const resource = reference.resources[token];
      assert.deepEqual(plain(inputs), schemaOf(resource?.inputProperties ?? {}, resource?.requiredInputs ?? []));
    });
  }

  function schemaOf(properties: Readonly<Record<string, PropertySpec>>, required: readonly string[]): Schema {
    const entries = Object.entries(properties).map(([name, property]) => {
      const { secret, replaceOnChanges } = property;
      const byDefault = property.default ?? { ...defaultsInProse }[name];
      const described = {
        type: typeOf(property),
        ...(required.includes(name) && { required: true }),
        ...(secret && { secret: true }),
        ...(replaceOnChanges && { replaces: true }),
        ...(byDefault !== undefined && { default: byDefault }),
      };
      return [name, described];
    });
    return Object.fromEntries(entries);
  }

  function typeOf(property: PropertySpec): Type {
    if (property.items) {
      return { list: typeOf(property.items) };
    }
    if (property.additionalProperties) {
      return { map: typeOf(property.additionalProperties) };
    }
    if (property.$ref?.startsWith("pulumi.json#")) {
      return property.$ref.endsWith("Any") ? "any" : "asset";
    }
    const referred = reference.types[property.$ref?.replace("#/types/", "") ?? ""];
    if (referred?.enum) {
      return { oneOf: referred.enum.map(({ value }) => value) };
    }
    return referred
      ? { object: schemaOf(referred.properties ?? {}, referred.required ?? []) }
      : (property.type as Type);
  }
});

/** Without what the double has of its own. */
function plain(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([name, { missingInDouble: _, ...property }]) => [name, property]),
  );
}
