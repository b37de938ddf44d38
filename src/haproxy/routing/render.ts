// Routes and tables as lines of a frontend, and the files that they need beside it.
import { beside, type ConfigFile, type Lines, literal, type Rendered, word } from "../section";
import { Acls, type ServerNameFetch, wholeSegments } from "./conditions";
import type { Route, RouteTable } from "./rules";

export interface Routing {
  readonly name: string;
  readonly routes: readonly Route[];
  readonly tables: readonly RouteTable[];
  readonly serverName: ServerNameFetch;
}

export function renderRoutes({ name, routes, tables, serverName }: Routing): Rendered {
  const acls = new Acls();
  const decided = routes.map(({ match }) => acls.alternatives(match, serverName));
  const rules = routes.every(onlyPicksBackend) ? pickBackends(routes, decided) : decideFirst(name, routes, decided);
  const lookups = tables.map((table, index) => lookUp(table, beside(`maps/${name}-${index + 1}.map`)));
  return {
    lines: { ...rules, acl: acls.lines, routing: [...(rules.routing ?? []), ...lookups.map(({ line }) => line)] },
    files: [...bodies(name, routes), ...lookups.map(({ file }) => file)],
  };
}

function onlyPicksBackend({ backend, rewrite }: Route): boolean {
  return backend !== undefined && rewrite === undefined;
}

function when(condition: string): string {
  return condition === "" ? "" : ` if ${condition}`;
}

/** HAProxy's own order of rules is that of the routes. */
function pickBackends(routes: readonly Route[], decided: readonly string[][]): Lines {
  return {
    routing: routes.flatMap(
      ({ backend }, index) => decided[index]?.map((condition) => `use_backend ${backend}${when(condition)}`) ?? [],
    ),
  };
}

/**
 * Answers and rewrites come before backends are picked, whatever the order in the file. So a variable remembers which
 * route was the first to hold.
 */
function decideFirst(name: string, routes: readonly Route[], decided: readonly string[][]): Lines {
  const isFirst = "!{ var(txn.ha_lb_route) -m found }";
  const taken = (index: number) => `{ var(txn.ha_lb_route) -m int ${index + 1} }`;
  const numbered = routes.map((route, index) => ({ route, holds: taken(index), body: bodyPath(name, index) }));
  return {
    request: [
      ...decided.flatMap((conditions, index) =>
        conditions.map((condition) =>
          `http-request set-var(txn.ha_lb_route) int(${index + 1}) if ${isFirst} ${condition}`.trimEnd(),
        ),
      ),
      ...numbered.flatMap(({ route, holds, body }) =>
        actions(route, body).map((action) => `http-request ${action} if ${holds}`),
      ),
    ],
    routing: numbered.flatMap(({ route: { backend }, holds }) =>
      backend ? [`use_backend ${backend} if ${holds}`] : [],
    ),
  };
}

function actions({ redirect, respond, rewrite }: Route, bodyFile: string): string[] {
  if (redirect) {
    const { location, prefix, scheme, status = 302 } = redirect;
    const target = location
      ? `location ${literal(location)}`
      : prefix
        ? `prefix ${literal(prefix)}`
        : `scheme ${scheme}`;
    return [`redirect ${target} code ${status}`];
  }
  if (respond) {
    const { status = 200, contentType = "text/plain", body = "", headers = {} } = respond;
    const extra = Object.entries(headers).map(([name, value]) => ` hdr ${name} ${literal(value)}`);
    const content = body === "" ? "" : ` content-type ${word(contentType)} file ${bodyFile}`;
    // As a refusal it counts as the client's error; of an empty one HAProxy would make a page of its own.
    const refusal = status >= 400 && status < 500;
    const nothing = refusal && content === "" ? " file /dev/null" : "";
    return [`${refusal ? "deny deny_status" : "return status"} ${status}${content}${nothing}${extra.join("")}`];
  }
  return rewrite ? rewrites(rewrite) : [];
}

function bodyPath(name: string, index: number): string {
  return beside(`bodies/${name}-${index + 1}`);
}

function bodies(name: string, routes: readonly Route[]): ConfigFile[] {
  return routes.flatMap(({ respond }, index) =>
    respond?.body ? [{ path: bodyPath(name, index), content: respond.body }] : [],
  );
}

function rewrites({ stripPrefix, addPrefix }: NonNullable<Route["rewrite"]>): string[] {
  const bare = (path: string) => path.replace(/\/$/, "");
  return [
    ...(stripPrefix && bare(stripPrefix)
      ? [`replace-path ${word(`^${escaped(bare(stripPrefix))}(/(.*))?$`)} /\\2`]
      : []),
    ...(addPrefix && bare(addPrefix) ? [`set-path ${word(`${bare(addPrefix).replaceAll("%", "%%")}%[path]`)}`] : []),
  ];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

function lookUp({ by, backends }: RouteTable, path: string): { readonly line: string; readonly file: ConfigFile } {
  const entries = Object.entries(backends).map(([key, backend]) => [keyOf(by, key), backend] as const);
  const fetch = {
    host: `req.hdr(host),host_only,lower,map_str(${path})`,
    path: `path,map_str(${path})`,
    pathPrefix: `path,concat(/),map_beg(${path})`,
  }[by];
  return {
    line: `use_backend %[${fetch}] if { ${fetch} -m found }`,
    file: { path, content: entries.map(([key, backend]) => `${key} ${backend}\n`).join("") },
  };
}

function keyOf(by: RouteTable["by"], key: string): string {
  return by === "host" ? key.toLowerCase() : by === "pathPrefix" ? wholeSegments(key) : key;
}
