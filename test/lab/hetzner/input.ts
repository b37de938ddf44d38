// Reads a request's body field by field; what does not fit is refused with the field's name.
import { invalidInput } from "./errors";
import { isLabelKey, isLabelValue, type Labels } from "./labels";

export class Input {
  private readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    body: unknown,
    private readonly path = "",
  ) {
    if (!isRecord(body)) throw invalidInput(path || "body", "has to be an object");
    this.fields = body;
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined && this.fields[name] !== null;
  }

  text(name: string): string {
    const value = this.fields[name];
    if (typeof value !== "string" || value === "") throw this.invalid(name, "has to be a text that is not empty");
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.fields[name] ?? undefined;
    if (value !== undefined && typeof value !== "string") throw this.invalid(name, "has to be a text");
    return value;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const found = values.find((value) => value === this.fields[name]);
    if (found === undefined) throw this.invalid(name, `has to be one of ${values.join(", ")}`);
    return found;
  }

  id(name: string): number {
    const value = this.fields[name];
    if (!Number.isSafeInteger(value)) throw this.invalid(name, "has to be an integer");
    return value as number;
  }

  optionalId(name: string): number | undefined {
    return this.has(name) ? this.id(name) : undefined;
  }

  /** Fields for which the API takes either. */
  idOrName(name: string): string {
    const value = this.fields[name];
    return Number.isSafeInteger(value) ? String(value) : this.text(name);
  }

  flag(name: string, byDefault: boolean): boolean {
    const value = this.fields[name] ?? byDefault;
    if (typeof value !== "boolean") throw this.invalid(name, "has to be true or false");
    return value;
  }

  /** Items of a list as inputs of their own; scalars as `{ value }`. */
  list(name: string): Input[] {
    const value = this.fields[name] ?? [];
    if (!Array.isArray(value)) throw this.invalid(name, "has to be a list");
    return value.map((item, at) => new Input(isRecord(item) ? item : { value: item }, `${this.path}${name}.${at}.`));
  }

  texts(name: string): string[] {
    return this.list(name).map((item) => item.text("value"));
  }

  ids(name: string): number[] {
    return this.list(name).map((item) => item.id("value"));
  }

  part(name: string): Input {
    return new Input(this.fields[name] ?? {}, `${this.path}${name}.`);
  }

  labels(): Labels | undefined {
    const value = this.fields.labels ?? undefined;
    if (value === undefined) return undefined;
    if (!isRecord(value)) throw this.invalid("labels", "has to be an object");
    for (const [key, label] of Object.entries(value)) {
      if (!isLabelKey(key)) throw this.invalid("labels", `"${key}" is no key for a label`);
      if (typeof label !== "string" || !isLabelValue(label)) throw this.invalid("labels", `the value of "${key}"`);
    }
    return value as Labels;
  }

  invalid(name: string, message: string): Error {
    return invalidInput(`${this.path}${name}`, message);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
