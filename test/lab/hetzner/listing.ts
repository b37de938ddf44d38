// Lists: filters, order and pages, the same for every kind of resource.
import { invalidInput } from "./errors";
import { type Labels, selector } from "./labels";

export interface Listed {
  readonly id: number;
  readonly name?: string | null;
  readonly labels?: Labels;
}

export interface ListOptions<T> {
  /** Fields that `sort` may name. */
  readonly sortable: readonly (keyof T & string)[];
  /** Query parameters that may be given several times; an item that fits any of the values stays. */
  readonly filters?: Readonly<Record<string, (item: T, value: string) => boolean>>;
}

const defaultPerPage = 25;
const maximumPerPage = 50;

/** One page, and what `meta` says of it. */
export function listPage<T extends Listed>(items: readonly T[], query: URLSearchParams, options: ListOptions<T>) {
  const found = sorted(filtered(items, query, options), query.getAll("sort"), options.sortable);
  const page = positive(query, "page", 1);
  const perPage = positive(query, "per_page", defaultPerPage, maximumPerPage);
  const lastPage = Math.max(1, Math.ceil(found.length / perPage));
  const pagination = {
    page,
    per_page: perPage,
    previous_page: page > 1 ? page - 1 : null,
    next_page: page < lastPage ? page + 1 : null,
    last_page: lastPage,
    total_entries: found.length,
  };
  return { items: found.slice((page - 1) * perPage, page * perPage), meta: { pagination } };
}

function filtered<T extends Listed>(items: readonly T[], query: URLSearchParams, options: ListOptions<T>): T[] {
  const labels = query.get("label_selector");
  const selects = labels ? selector(labels) : () => true;
  const filters = { name: (item: T, value: string) => item.name === value, ...options.filters };
  return items.filter(
    (item) =>
      selects(item.labels ?? {}) &&
      Object.entries(filters).every(([parameter, fits]) => {
        const values = query.getAll(parameter);
        return values.length === 0 || values.some((value) => fits(item, value));
      }),
  );
}

function sorted<T extends Listed>(items: T[], sort: readonly string[], sortable: ListOptions<T>["sortable"]): T[] {
  const orders = sort.map((text) => {
    const [name, direction = "asc"] = text.split(":");
    const field = sortable.find((known) => known === name);
    if (!field || !["asc", "desc"].includes(direction)) throw invalidInput("sort", `cannot sort by "${text}"`);
    return (a: T, b: T) => compare(a[field], b[field]) * (direction === "asc" ? 1 : -1);
  });
  const byId = (a: T, b: T) => a.id - b.id;
  return items.sort((a, b) => orders.reduce((order, next) => order || next(a, b), 0) || byId(a, b));
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b));
}

function positive(query: URLSearchParams, name: string, byDefault: number, maximum = Number.MAX_SAFE_INTEGER): number {
  const text = query.get(name);
  if (text === null) return byDefault;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > maximum) {
    throw invalidInput(name, `has to be a number from 1${maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ""}`);
  }
  return value;
}
