// The double's tables against the types of @pulumi/aws, which are made of the provider's own schema.
import assert from "node:assert/strict";
import { Aws } from "../../lab/providers/aws/api/aws";
import { configuration } from "../../lab/providers/aws/api/configuration";
import { functions } from "../../lab/providers/aws/functions/functions";
import { tables } from "../../lab/providers/aws/tables/tables";
import type { Property, Schema, Type } from "../../lab/providers/protocol/inputs";
import { argumentsOf, configurationOf, inputsOf, outputsOf } from "./sdkTypes";

/** Only what TypeScript says, too. */
function typed(type: Type): Type {
  if (typeof type === "string") {
    return type === "integer" ? "number" : type;
  }
  if ("oneOf" in type) {
    return "string";
  }
  if ("list" in type) {
    return { list: typed(type.list) };
  }
  return "map" in type ? { map: typed(type.map) } : { object: schemaOf(type.object) };
}

function schemaOf(schema: Schema): Schema {
  const described = ({ type, required }: Property) => ({ type: typed(type), ...(required && { required }) });
  return Object.fromEntries(Object.entries(schema).map(([name, property]) => [name, described(property)]));
}

/** What the double does not take has to be known to it by name alone. */
function comparable(schema: Schema, own: Schema): Schema {
  const entries = Object.entries(schema).map(([name, property]): [string, Property] => [
    name,
    own[name]?.missingInDouble ? { type: "any" } : property,
  ]);
  return Object.fromEntries(entries);
}

/** Of each object in a list. */
function partsOf(property: Property | undefined): Schema {
  const { type } = property ?? { type: "any" };
  assert.ok(typeof type === "object" && "list" in type && typeof type.list === "object" && "object" in type.list);
  return type.list.object;
}

describe("aws provider: tables of the double", function () {
  this.timeout(120_000);

  it("have the provider's configuration", () => {
    const own = comparable(schemaOf(configuration), configuration);
    const wanted = comparable(configurationOf(), configuration);
    const { endpoints: _, ...others } = own;
    const { endpoints: services, ...rest } = wanted;
    assert.deepEqual(others, rest);
    // Some hundred services, of which the double knows a few.
    const unknown = Object.keys(partsOf(configuration.endpoints)).filter((name) => !partsOf(services)[name]);
    assert.deepEqual(unknown, []);
  });

  for (const [token, { inputs, prepared, outputs }] of Object.entries(tables)) {
    describe(token, () => {
      it("has the inputs of the SDK", () => {
        assert.deepEqual(comparable(schemaOf(inputs), inputs), comparable(inputsOf(token), inputs));
      });

      it("has the outputs of the SDK", () => {
        const own = Object.keys({ ...inputs, ...prepared, ...outputs });
        assert.deepEqual(own.sort(), Object.keys(outputsOf(token)).sort());
        const told = Object.entries({ ...prepared, ...outputs }).map(([name, { type }]) => [name, typed(type)]);
        const wanted = told.map(([name]) => [name, outputsOf(token)[name as string]?.type]);
        assert.deepEqual(told, wanted);
      });

      it("leaves to the provider what is always in the state, though no program must give it", () => {
        const always = Object.entries(outputsOf(token)).filter(([name, { optional }]) => !optional && inputs[name]);
        const withDefault = (name: string) => inputs[name]?.default !== undefined;
        const chosen = always.map(([name]) => name).filter((name) => !inputs[name]?.required && !withDefault(name));
        const computed = Object.keys(inputs).filter((name) => inputs[name]?.computed);
        assert.deepEqual(computed.sort(), chosen.sort());
      });
    });
  }

  for (const [token, { inputs }] of Object.entries(functions(new Aws()))) {
    it(`${token} takes the arguments of the SDK`, () => {
      assert.deepEqual(schemaOf(inputs), argumentsOf(token));
    });
  }
});
