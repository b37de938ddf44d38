// All resources of one kind, by id.
import { notFound, notUnique } from "./errors";
import type { Labels } from "./labels";

export interface Resource {
  readonly id: number;
  name: string;
  labels: Labels;
  /** RFC 3339 */
  readonly created: string;
}

export class Collection<T extends Resource> {
  private readonly items = new Map<number, T>();

  /** @param kind as actions and messages name it: "floating_ip" */
  constructor(readonly kind: string) {}

  all(): T[] {
    return [...this.items.values()];
  }

  find(id: number | null | undefined): T | undefined {
    return id === null || id === undefined ? undefined : this.items.get(id);
  }

  /** @param id as it stands in a path, or in a body */
  get(id: string | number | undefined): T {
    const found = this.items.get(Number(id));
    if (!found) throw notFound(this.kind, id ?? "");
    return found;
  }

  byIdOrName(text: string): T | undefined {
    return this.items.get(Number(text)) ?? this.all().find(({ name }) => name === text);
  }

  add(item: T): T {
    this.items.set(item.id, item);
    return item;
  }

  remove(item: T): void {
    this.items.delete(item.id);
  }

  requireUnique(name: string, except?: T): void {
    if (this.all().some((item) => item !== except && item.name === name)) throw notUnique("name");
  }
}
