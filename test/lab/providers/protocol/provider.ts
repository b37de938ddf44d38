// A provider from a table of resources: checks inputs, compares old and new, and hands the rest to the resource.
// Nothing is executed in a preview: the engine asks only for check and diff then, and takes outputs as unknown.
import type { CheckResult, DiffResult, Provider } from "@pulumi/pulumi/provider/provider";
import { type Display, displayOf } from "./display";
import { checkInputs, type Schema } from "./inputs";
import { type Properties, same } from "./values";

export interface Created {
  readonly id: string;
  readonly state: Properties;
}

export interface ResourceType {
  readonly inputs: Schema;
  create(name: string, inputs: Properties, display: Display): Promise<Created>;
  update(state: Properties, inputs: Properties, display: Display): Promise<Properties>;
  delete(state: Properties, display: Display): Promise<void>;
}

export class TableProvider implements Provider {
  constructor(
    readonly version: string,
    private readonly types: Readonly<Record<string, ResourceType>>,
  ) {}

  check = async (urn: string, _olds: Properties, news: Properties): Promise<CheckResult> => ({
    ...checkInputs(this.typeOf(urn).inputs, news),
  });

  diff = async (_id: string, urn: string, olds: Properties, news: Properties): Promise<DiffResult> => {
    const schema = Object.entries(this.typeOf(urn).inputs);
    const changed = schema.filter(([name]) => !same(olds[name], news[name]));
    return {
      changes: changed.length > 0,
      replaces: changed.filter(([, property]) => property.replaces).map(([name]) => name),
    };
  };

  create = async (urn: string, inputs: Properties) => {
    const { id, state } = await this.typeOf(urn).create(nameOf(urn), inputs, displayOf(urn));
    return { id, outs: state };
  };

  update = async (_id: string, urn: string, olds: Properties, news: Properties) => ({
    outs: await this.typeOf(urn).update(olds, news, displayOf(urn)),
  });

  delete = (_id: string, urn: string, state: Properties) => this.typeOf(urn).delete(state, displayOf(urn));

  invoke = async (token: string): Promise<never> => {
    throw new Error(`the lab's double of this provider does not have the function ${token}`);
  };

  private typeOf(urn: string): ResourceType {
    const token = urn.split("::")[2]?.split("$").at(-1) ?? "";
    const type = this.types[token];
    if (!type) {
      throw new Error(`the lab's double of this provider does not have the resource ${token}`);
    }
    return type;
  }
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
