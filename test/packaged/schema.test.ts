// The schema of the package for other languages: it is that of the classes, and nothing of them is missing in it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { blocksOf } from "../docs/commands";
import { type DescribedType, type Interfaces, interfaces } from "./interfaces";
import { makeSchema, type PackageSpec, type PropertySpec, schemaFile, token, typeToken } from "./schema";

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

  describe("and what the guide shows in YAML", () => {
    const root = resolve(__dirname, "../..");
    const guide = readFileSync(join(root, "docs/other-languages.md"), "utf8");
    const [project = "", program = "", ...others] = blocksOf(guide, "yaml");

    it("are a project's settings, which the example has, too, and a program", () => {
      assert.deepEqual(others, []);
      const example = parse(readFileSync(join(root, "examples/python-existing/Pulumi.yaml"), "utf8"));
      assert.deepEqual(example.plugins, parse(project).plugins);
    });

    it("go together: every resource is known, and every property", () => {
      assert.deepEqual(misfitsOf(program), []);
    });

    it("would not, with a property that is unknown, missing, or of another type", () => {
      const wrong = program
        .replace("name: web, port: 80", 'nam: web, port: "80"')
        .replace("address: 198", "adress: 198");
      assert.deepEqual(misfitsOf(wrong), [
        "edge.virtualAddresses[0].adress is unknown",
        "edge.virtualAddresses[0].address is missing",
        "edge.frontends[0].nam is unknown",
        "edge.frontends[0].port is no number",
        "edge.frontends[0].name is missing",
      ]);
    });
  });

  /** In how far the resources of a program in YAML are not as the schema has them. */
  function misfitsOf(program: string): string[] {
    const { resources } = parse(program) as { resources: Record<string, { type: string; properties: object }> };
    return Object.entries(resources).flatMap(([name, { type, properties }]) => {
      // Where it is in the module `index`, a program may leave that out.
      const spec = schema.resources[token(type.replace(/^ha-load-balancer:(index:)?/, ""))];
      if (!spec) return [`${name}: ${type} is unknown`];
      return misfits({ properties: spec.inputProperties, required: spec.requiredInputs }, properties, name);
    });
  }

  function misfits({ properties = {}, required = [] }: Listed, given: object, path: string): string[] {
    return [
      ...Object.entries(given).flatMap(([name, value]) => {
        const property = properties[name];
        return property ? misfit(property, value, `${path}.${name}`) : [`${path}.${name} is unknown`];
      }),
      ...required.filter((name) => !(name in given)).map((name) => `${path}.${name} is missing`),
    ];
  }

  function misfit({ type, items, $ref }: PropertySpec, value: unknown, path: string): string[] {
    if (items) {
      const list = Array.isArray(value) ? value : [];
      return list === value
        ? list.flatMap((one, index) => misfit(items, one, `${path}[${index}]`))
        : [`${path} is no list`];
    }
    const below = schema.types[$ref?.replace("#/types/", "") ?? ""];
    if (below && !below.enum) {
      return typeof value === "object" && value ? misfits(below, value, path) : [`${path} is no object`];
    }
    const fits = below ? below.enum?.some((word) => word.value === value) : typeof value === type;
    return fits ? [] : [`${path} is no ${type ?? "known word"}`];
  }

  it("documents what TypeScript documents, with what holds where nothing is said", () => {
    const { retries } = schema.types[token("Backend")]?.properties ?? {};
    assert.match(retries?.description ?? "", /^Further attempts to connect.*HAProxy keyword: `retries`.*Default: 3/s);
    assert.doesNotMatch(text, /\[object Object\]|@link|@default/);
  });
});

interface Listed {
  readonly properties?: Readonly<Record<string, PropertySpec>>;
  readonly required?: readonly string[];
}

function same(what: string, { properties = {}, required = [] }: Listed, expected: DescribedType): void {
  const entries = Object.entries(expected.properties);
  assert.deepEqual(Object.keys(properties).sort(), entries.map(([name]) => name).sort(), what);
  const needed = entries.flatMap(([name, { optional }]) => (optional ? [] : [name]));
  assert.deepEqual([...required].sort(), needed.sort(), `${what}: required`);
}
