// Holds requests and answers to Hetzner's OpenAPI document, which is not part of this repository. Stricter than the
// document in one thing: what it does not name, nobody may send.
import { readFileSync } from "node:fs";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";

type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Json;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** Hetzner's own clients send ids as numbers where the document has texts: it describes them as "ID or name". */
const idsOrNames: Readonly<Record<string, readonly string[]>> = {
  create_server_request: ["server_type", "image", "location", "datacenter", "ssh_keys"],
  create_floating_ip_request: ["home_location"],
  rebuild_server_from_image_request: ["image"],
};

/** What the API has come to answer since the document was written: its own client insists on it. */
const sinceThen: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  server_type_location: { available: { type: "boolean" }, recommended: { type: "boolean" } },
};

export class Schema {
  private readonly ajv = new Ajv({ strict: false, allErrors: true, coerceTypes: false });
  private readonly compiled = new Map<string, ValidateFunction>();

  private constructor(private readonly document: Document) {
    addFormats(this.ajv);
    this.ajv.addFormat("decimal", /^-?\d+(\.\d+)?$/);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const properties = { ...(schema.properties as Json | undefined), ...sinceThen[name] };
      const own = { ...schema, ...(schema.properties ? { properties } : {}) };
      this.ajv.addSchema(asJsonSchema(withIds(own, idsOrNames[name] ?? [])) as Json, `#/components/schemas/${name}`);
    }
  }

  private static readonly loaded = new Map<string, Schema>();

  /** Once per file: it is large. */
  static load(file: string): Schema {
    const schema = Schema.loaded.get(file) ?? new Schema(JSON.parse(readFileSync(file, "utf8")) as Document);
    Schema.loaded.set(file, schema);
    return schema;
  }

  requestProblems(method: string, path: string, query: URLSearchParams, body: unknown): string[] {
    const { parameters = [], requestBody } = this.operation(method, path);
    const inQuery = parameters.filter((parameter) => parameter.in === "query");
    const problems = this.queryProblems(`${method} ${path}`, inQuery, query);
    if (!requestBody) return body === undefined ? problems : [...problems, "the request takes no body"];
    if (body === undefined) return requestBody.required ? [...problems, "the request lacks its body"] : problems;
    return [...problems, ...this.problems(`${method} ${path} request`, schemaOf(requestBody), body)];
  }

  answerProblems(method: string, path: string, status: number, body: unknown): string[] {
    const { responses } = this.operation(method, path);
    const response = responses[String(status)];
    if (!response) return [`status ${status} is none of ${Object.keys(responses).join(", ")}`];
    const schema = schemaOf(response);
    if (!schema) return body === undefined ? [] : ["the answer has no body"];
    // As it is on the wire: without what is undefined.
    const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    return this.problems(`${method} ${path} ${status}`, schema, sent);
  }

  /** Of any answer that is an error: they are all of one kind. */
  refusalProblems(body: unknown): string[] {
    return this.problems("error", { $ref: "#/components/schemas/error_response" }, body);
  }

  private queryProblems(key: string, parameters: readonly Parameter[], query: URLSearchParams): string[] {
    const unknown = [...new Set(query.keys())].filter((name) => !parameters.some((known) => known.name === name));
    return [
      ...unknown.map((name) => `query: "${name}" is unknown`),
      ...parameters.flatMap(({ name, required, schema }) => {
        const values = query.getAll(name);
        if (values.length === 0) return required ? [`query: "${name}" is required`] : [];
        if (schema.type !== "array" && values.length > 1) return [`query: "${name}" is given twice`];
        const value =
          schema.type === "array" ? values.map((text) => typed(text, schema.items)) : typed(values[0], schema);
        return this.problems(`${key} query ${name}`, schema, value).map((problem) => `query ${name}: ${problem}`);
      }),
    ];
  }

  private problems(key: string, schema: Json | undefined, value: unknown): string[] {
    if (!schema) return [];
    const validate = this.compiled.get(key) ?? this.ajv.compile(asJsonSchema(schema) as Json);
    this.compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      return `${instancePath || "/"} ${message} ${JSON.stringify(params)}`;
    });
  }

  private operation(method: string, path: string): Operation {
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`The document knows no ${method} ${path}.`);
    return operation;
  }
}

const schemaOf = ({ content }: Content) => content?.["application/json"]?.schema;

/** A value of a query as its schema would have it. */
function typed(text: string | undefined, schema: unknown): unknown {
  const { type } = (schema ?? {}) as Json;
  if ((type === "integer" || type === "number") && text !== undefined && /^-?\d+$/.test(text)) return Number(text);
  return type === "boolean" && (text === "true" || text === "false") ? text === "true" : text;
}

/** OpenAPI 3.0 as JSON Schema: "nullable", and objects closed that name what is in them. */
function asJsonSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(asJsonSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const { nullable, example: _, ...rest } = schema as Record<string, unknown>;
  const converted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) {
    converted[key] = key === "properties" ? eachProperty(value as Json) : asJsonSchema(value);
  }
  if (converted.properties && converted.additionalProperties === undefined) converted.additionalProperties = false;
  return nullable ? { anyOf: [converted, { type: "null" }] } : converted;
}

/** Names of properties are no keywords. */
const eachProperty = (properties: Json) =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, asJsonSchema(schema)]));

function withIds(schema: Json, names: readonly string[]): Json {
  if (names.length === 0) return schema;
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Json>>);
  const orId = (property: Json): Json =>
    property.type === "array"
      ? { ...property, items: orId(property.items as Json) }
      : { anyOf: [property, { type: "integer" }] };
  const changed = properties.map(([name, property]) => [name, names.includes(name) ? orId(property) : property]);
  return { ...schema, properties: Object.fromEntries(changed) };
}
