// What a route is, and how the one for a request is found. Paths are written as the API's own document writes them.

export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Address that it comes from. */
  readonly source: string;
}

export interface Answer {
  readonly status: number;
  /** Nothing for 204. */
  readonly body?: unknown;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** "/servers/{id}/actions/poweron" */
  readonly path: string;
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

export interface Found {
  /** The one of that method, if the path has any. */
  readonly route?: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Undefined when no route has that path. */
export function findRoute(routes: readonly Route[], method: string, path: string): Found | undefined {
  const matching = routes.flatMap((route) => {
    const params = parameters(route.path, path);
    return params ? [{ route, params }] : [];
  });
  // "/servers/actions" is more to the point than "/servers/{id}".
  matching.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length);
  const [first] = matching;
  return first && (matching.find(({ route }) => route.method === method) ?? { params: first.params });
}

function parameters(template: string, path: string): Record<string, string> | undefined {
  const names = template.split("/");
  const values = path.split("/");
  if (names.length !== values.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, name] of names.entries()) {
    const value = values[at] ?? "";
    if (name.startsWith("{")) {
      // Every parameter is a number in this API.
      if (!/^\d+$/.test(value)) return undefined;
      params[name.slice(1, -1)] = value;
    } else if (name !== value) {
      return undefined;
    }
  }
  return params;
}
