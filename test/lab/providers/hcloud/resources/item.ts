// A resource that is one thing in the API with a path of its own: made by POST, renamed and labelled by PUT.
import { bridged, type Operations, type Table } from "../../bridge/bridged";
import type { Display } from "../../protocol/display";
import { type Change, type Created, PartlyCreated, type ResourceType } from "../../protocol/provider";
import { given, type Properties } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { Action } from "../api/types";

export interface Item<Api extends { readonly id: number }> {
  readonly table: Table;
  /** Its list in the API, and the key of one in an answer: "/ssh_keys" and "ssh_key". */
  readonly path: string;
  readonly key: string;
  /** What POST takes. */
  body(inputs: Properties): Properties | Promise<Properties>;
  /** The state, as far as the API tells it; `before` has what it does not tell. */
  state(item: Api, before: Properties): Properties;
  /** Inputs that PUT changes. */
  readonly put: readonly string[];
  /** What there is to do once it is made. */
  finish?(item: Api, inputs: Properties): Promise<void>;
  /** What PUT cannot change. */
  change?(path: string, change: Change): Promise<void>;
  beforeDelete?(path: string, state: Properties, display: Display): Promise<void>;
  readonly inState?: Operations["inState"];
}

interface Answer {
  readonly action?: Action | null;
  readonly actions?: readonly Action[];
  readonly next_actions?: readonly Action[];
}

export function item<Api extends { readonly id: number }>(hetzner: Hetzner, kind: Item<Api>): ResourceType {
  const pathOf = (id: string) => `${kind.path}/${encodeURIComponent(id)}`;

  async function read(id: string, before: Properties): Promise<Created | undefined> {
    // The API's ids are integers; anything else names nothing.
    const answer = /^\d+$/.test(id) ? await hetzner.find<Record<string, Api>>(pathOf(id)) : undefined;
    const found = answer?.[kind.key];
    return found && { id, state: { id, ...given(kind.state(found, before)) } };
  }

  return bridged(kind.table, {
    create: async (inputs) => {
      const answer = await hetzner.post<Answer & Record<string, Api>>(kind.path, given(await kind.body(inputs)));
      const made = answer[kind.key] as Api;
      const id = String(made.id);
      const before = Object.fromEntries(
        Object.entries(inputs)
          .filter(([name]) => !name.startsWith("__"))
          .map(([name, input]) => [name, kind.inState?.[name]?.(input, undefined) ?? input]),
      );
      try {
        await hetzner.wait(answer.action, ...(answer.actions ?? []), ...(answer.next_actions ?? []));
        await kind.finish?.(made, inputs);
        const now = await read(id, before);
        if (!now) {
          throw new Error(`${kind.key} ${id} is gone right after it was made`);
        }
        return now;
      } catch (error) {
        throw new PartlyCreated({ id, state: { id, ...given(kind.state(made, before)) } }, error as Error);
      }
    },
    read,
    update: async (change) => {
      const renewed = kind.put.filter((name) => change.changed.has(name));
      if (renewed.length > 0) {
        const body = renewed.map((name) => [snakeCase(name), change.inputs[name] ?? (name === "labels" ? {} : "")]);
        await hetzner.put(pathOf(change.id), Object.fromEntries(body));
      }
      await kind.change?.(pathOf(change.id), change);
    },
    delete: async ({ id, state }, display) => {
      await kind.beforeDelete?.(pathOf(id), state, display);
      await hetzner.delete(pathOf(id));
    },
    ...(kind.inState && { inState: kind.inState }),
  });
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
