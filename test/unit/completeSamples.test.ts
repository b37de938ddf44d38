// The samples that tests of any field go through have every property that there is: what they miss, no such test tries.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRecord } from "../../src/validation/draft";
import type { PackageSpec, PropertySpec } from "../packaged/schema";
import { clouds } from "./platforms/samples";
import { sampleArgs } from "./sampleArgs";

const { resources, types }: PackageSpec = JSON.parse(
  readFileSync(join(__dirname, "../../src/packaged/schema.json"), "utf8"),
);

const { platform, ...balancing } = sampleArgs();
const samples = {
  Existing: [platform],
  Hcloud: clouds.hcloud.samples.map((sample) => sample.platform),
  Aws: clouds.aws.samples.map((sample) => sample.platform),
};

describe("the sample arguments", () => {
  for (const [name, platforms] of Object.entries(samples)) {
    it(`have every property that ${name}HaLoadBalancer takes`, () => {
      const properties = resources[`ha-load-balancer:index:${name}HaLoadBalancer`]?.inputProperties ?? {};
      assert.ok(Object.keys(properties).length > Object.keys(balancing).length);
      assert.deepEqual(missing(properties, [balancing, ...platforms]), [], "add them to the samples");
    });
  }

  it("would not without one that is far down", () => {
    const spec: PropertySpec = { items: { $ref: "#/types/ha-load-balancer:index:Route" } };
    const routes = [
      [{ match: { any: [{ paths: [] }] } }],
      [{ backend: "app", redirect: {}, rewrite: {}, respond: {} }],
    ];
    const found = missing(
      { routes: spec },
      routes.map((one) => ({ routes: one })),
    );
    assert.ok(found.includes("routes[].match.paths"));
    assert.ok(found.includes("routes[].respond.headers"));
    assert.ok(!found.some((path) => /match\.any/.test(path)));
  });
});

/** Of these properties, and all that are in them, the paths of those that none of the values has. */
function missing(
  properties: Readonly<Record<string, PropertySpec>>,
  values: readonly unknown[],
  path = "",
  around: readonly string[] = [],
): string[] {
  return Object.entries(properties).flatMap(([key, spec]) => {
    const given = values.filter(isRecord).map((value) => value[key]);
    return missingIn(
      spec,
      given.filter((value) => value !== undefined),
      path ? `${path}.${key}` : key,
      around,
    );
  });
}

/** @param around types that this is a part of: what is in one of them within itself has been looked for there */
function missingIn(
  { items, additionalProperties, $ref }: PropertySpec,
  given: readonly unknown[],
  path: string,
  around: readonly string[],
): string[] {
  if (given.length === 0) {
    return [path];
  }
  if (items) {
    return missingIn(items, given.flat(), `${path}[]`, around);
  }
  if (additionalProperties) {
    return missingIn(additionalProperties, given.filter(isRecord).flatMap(Object.values), `${path}.*`, around);
  }
  const name = $ref?.replace("#/types/", "") ?? "";
  return around.includes(name) ? [] : missing(types[name]?.properties ?? {}, given, path, [...around, name]);
}
