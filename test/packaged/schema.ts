// The schema of the package for other languages: what Pulumi's analyzer makes of the classes, with their documentation.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import { type DescribedProperty, type DescribedType, interfaces } from "./interfaces";

export interface PropertySpec {
  type?: string;
  items?: PropertySpec;
  additionalProperties?: PropertySpec;
  $ref?: string;
  description?: string;
  optional?: boolean;
}

interface TypeSpec {
  type: string;
  description?: string;
  properties?: Record<string, PropertySpec>;
  enum?: readonly { readonly value: string }[];
  required?: readonly string[];
}

interface ResourceSpec extends TypeSpec {
  inputProperties: Record<string, PropertySpec>;
  requiredInputs: readonly string[];
}

export interface PackageSpec {
  name: string;
  version: string;
  resources: Record<string, ResourceSpec>;
  types: Record<string, TypeSpec>;
}

const root = resolve(__dirname, "../..");
export const schemaFile = join(root, "src/packaged/schema.json");
const packageName = "ha-load-balancer";

export function token(name: string): string {
  return `${packageName}:index:${name}`;
}

/** Code generators add "Args" to the names of what goes in: theirs become those of TypeScript. */
export function typeToken(name: string): string {
  return token(name.replace(/Args$/, ""));
}

export function makeSchema(): PackageSpec {
  const { version, description, repository, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const analyzed = join(__dirname, "analyzed");
  const { components, types } = interfaces();
  const analyzer = new Analyzer(
    analyzed,
    packageName,
    { main: "components.ts" } as never,
    new Set(Object.keys(components)),
  );
  const found = analyzer.analyze();
  const { components: classes, typeDefinitions, dependencies } = found;
  const generated = generateSchema(packageName, version, description, classes, typeDefinitions, dependencies);
  const schema = withShortNames(generated as unknown as PackageSpec);
  for (const [name, { args, outputs }] of Object.entries(components)) {
    const resource = schema.resources[token(name)];
    document(resource?.inputProperties, args);
    document(resource?.properties, outputs);
  }
  for (const [name, type] of Object.entries(types)) {
    const spec = schema.types[typeToken(name)];
    document(spec?.properties, type);
    if (spec && type.description) {
      spec.description = type.description;
    }
  }
  // As a file has it: without what is undefined.
  return JSON.parse(JSON.stringify({ ...schema, license, repository }));
}

function withShortNames(schema: PackageSpec): PackageSpec {
  const types = Object.entries(schema.types).map(([name, spec]) => [name.replace(/Args$/, ""), spec]);
  const renamed = { ...schema, types: Object.fromEntries(types) };
  return JSON.parse(JSON.stringify(renamed), (key, value) =>
    key === "$ref" ? value.replace(/^(#\/types\/.*)Args$/, "$1") : value,
  );
}

/** The analyzer leaves tags out, and with them what holds where nothing is said. */
function document(specs: Record<string, PropertySpec> = {}, { properties }: DescribedType): void {
  for (const [name, spec] of Object.entries(specs)) {
    const { description, default: byDefault } = properties[name] as DescribedProperty;
    const text = [description, byDefault && `Default: ${byDefault}`].filter(Boolean).join("\n\n");
    if (text) {
      spec.description = text;
    }
    // A word of the analyzer's own: schemas have a list of what is required.
    delete spec.optional;
  }
}
