// The double's tables against the provider's own schema, which is not part of this repository.
import assert from "node:assert/strict";
import { Hetzner } from "../../lab/providers/hcloud/api/client";
import { functions } from "../../lab/providers/hcloud/functions";
import { configuration, tables } from "../../lab/providers/hcloud/tables";
import { PackageSchema, published } from "../packageSchema";

describe("hcloud provider: tables of the double", () => {
  let reference: PackageSchema;

  before(function () {
    reference = PackageSchema.read("pulumi-hcloud.schema.json", this);
  });

  it("have the provider's configuration", () => {
    assert.deepEqual(published(configuration), reference.configuration);
  });

  for (const [token, { inputs, outputs }] of Object.entries(tables)) {
    describe(token, () => {
      it("has the inputs of the schema", () => {
        assert.deepEqual(published(inputs), reference.inputsOf(token));
      });

      it("has the outputs of the schema", () => {
        const types = Object.entries({ ...published(inputs), ...published(outputs) }).map(([name, { type }]) => [
          name,
          type,
        ]);
        const wanted = Object.entries(reference.outputsOf(token)).map(([name, { type }]) => [name, type]);
        assert.deepEqual(Object.fromEntries(types), Object.fromEntries(wanted));
      });

      it("leaves to the provider what the schema always has in the state, though no program must give it", () => {
        const always = Object.entries(reference.outputsOf(token)).filter(
          ([name, { required }]) => required && inputs[name],
        );
        const chosen = always.map(([name]) => name).filter((name) => !inputs[name]?.required);
        const computed = Object.keys(inputs).filter((name) => inputs[name]?.computed);
        // These are read only where the program has them; labels of a key are {} when left out.
        const exceptions = { "hcloud:index/server:Server": ["networks", "publicNets"] }[token] ?? [];
        const empty = { "hcloud:index/sshKey:SshKey": ["labels"] }[token] ?? [];
        assert.deepEqual(computed.sort(), [...chosen.filter((name) => !empty.includes(name)), ...exceptions].sort());
      });
    });
  }

  for (const [token, { inputs }] of Object.entries(functions(new Hetzner()))) {
    it(`${token} takes arguments of the schema`, () => {
      const wanted = reference.argumentsOf(token);
      const own = Object.entries(published(inputs));
      assert.deepEqual(Object.fromEntries(own), Object.fromEntries(own.map(([name]) => [name, wanted[name]])));
    });
  }
});
