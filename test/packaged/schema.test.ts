// The schema of the package for other languages: it is that of the classes, and nothing of them is missing in it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type DescribedType, type Interfaces, interfaces } from "./interfaces";
import { makeSchema, type PackageSpec, schemaFile, token, typeToken } from "./schema";

describe("the schema of the package for other languages", function () {
  this.timeout(300_000);
  const text = readFileSync(schemaFile, "utf8");
  const schema: PackageSpec = JSON.parse(text);
  let found: Interfaces;
  before(() => {
    found = interfaces();
  });

  it("is what Pulumi's analyzer makes of the classes", () => {
    assert.deepEqual(schema, makeSchema(), "it is of older classes: npm run schema");
  });

  it("has a component for each platform", () => {
    const names = ["AwsHaLoadBalancer", "ExistingHaLoadBalancer", "HcloudHaLoadBalancer"];
    assert.deepEqual(Object.keys(schema.resources).sort(), names.map(token));
    assert.deepEqual(Object.keys(found.components).sort(), names);
  });

  it("has every property of every component, as an input or an output", () => {
    for (const [name, { args, outputs }] of Object.entries(found.components)) {
      const { inputProperties, requiredInputs, properties, required } = schema.resources[token(name)] ?? {};
      same(`${name}: inputs`, { properties: inputProperties, required: requiredInputs }, args);
      same(`${name}: outputs`, { properties, required }, outputs);
    }
  });

  it("has every property of every interface below, and every set of words", () => {
    assert.ok(Object.keys(found.types).length > 60);
    assert.deepEqual(Object.keys(schema.types).sort(), Object.keys(found.types).map(typeToken).sort());
    for (const [name, type] of Object.entries(found.types)) {
      const { enum: words, ...spec } = schema.types[typeToken(name)] as PackageSpec["types"][string];
      if (type.words) {
        assert.deepEqual(words?.map(({ value }) => value).sort(), [...type.words].sort(), name);
      } else {
        same(name, spec, type);
      }
    }
  });

  it("knows the type of everything", () => {
    assert.doesNotMatch(text, /pulumi\.json#\/Any/);
  });

  it("documents what TypeScript documents, with what holds where nothing is said", () => {
    const { retries } = schema.types[token("Backend")]?.properties ?? {};
    assert.match(retries?.description ?? "", /^Further attempts to connect.*HAProxy keyword: `retries`.*Default: 3/s);
    assert.doesNotMatch(text, /\[object Object\]|@link|@default/);
  });
});

interface Listed {
  readonly properties?: object;
  readonly required?: readonly string[];
}

function same(what: string, { properties = {}, required = [] }: Listed, expected: DescribedType): void {
  const entries = Object.entries(expected.properties);
  assert.deepEqual(Object.keys(properties).sort(), entries.map(([name]) => name).sort(), what);
  const needed = entries.flatMap(([name, { optional }]) => (optional ? [] : [name]));
  assert.deepEqual([...required].sort(), needed.sort(), `${what}: required`);
}
