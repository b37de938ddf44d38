// The backends that frontends name: that there are such, and that they read the traffic the same way.
import * as checks from "../validation/checks";
import { type Draft, entries, isRecord, known } from "../validation/draft";
import { member, problem, show } from "../validation/problem";
import { sameMode } from "./modes";
import type { Route, RouteTable } from "./routing/rules";
import type { Backend, Frontend, Rule } from "./shapes";

/** A backend that a frontend names, and where. */
interface Reference {
  readonly path: string;
  readonly name: unknown;
}

function references(path: string, frontend: Record<string, unknown>): Reference[] {
  const { defaultBackend, routes, routeTables } = frontend;
  return [
    { path: `${path}.defaultBackend`, name: defaultBackend },
    ...entries<Route>(`${path}.routes`, routes as Draft<Route[]>).map((route) => ({
      path: `${route.path}.backend`,
      name: route.value.backend,
    })),
    ...entries<RouteTable>(`${path}.routeTables`, routeTables as Draft<RouteTable[]>).flatMap((table) =>
      isRecord(table.value.backends)
        ? Object.entries(table.value.backends).map(([key, name]) => ({
            path: member(`${table.path}.backends`, key),
            name,
          }))
        : [],
    ),
  ].filter(({ name }) => known(name));
}

/** A frontend's backends exist and read the traffic the same way. */
export const backendsExist: Rule = ({ frontends, backends }) => {
  const targets = entries<Backend>("backends", backends);
  const names = targets.map(({ value }) => value.name);
  const allKnown = Array.isArray(backends) && targets.length === backends.length && names.every(known);
  const byName = new Map<unknown, (typeof targets)[0]>(targets.map((target) => [target.value.name, target]));
  const complaintOf = unknownNames(names.filter(checks.isText));
  return entries<Frontend>("frontends", frontends).flatMap(({ path, value }) => {
    const wanted = references(path, value);
    const missing = wanted.filter(({ name }) => !byName.has(name) && checks.name("", name).length === 0);
    const found = new Set(wanted.flatMap(({ name }) => byName.get(name) ?? []));
    return [
      ...(allKnown ? missing.map((one) => problem(one.path, complaintOf(String(one.name)))) : []),
      ...[...found].flatMap((target) => sameMode(path, value.mode, target.path, target.value.mode)),
    ];
  });
};

/** In so many names somebody may have mistyped something. More of them are no typing errors. */
const MOST_COMPARED = 100;
const MOST_LISTED = 20;

/** What to say of names that no backend has. Thousands of them are not each compared with thousands of others. */
function unknownNames(choices: readonly string[]): (name: string) => string {
  const few = choices.slice(0, MOST_LISTED);
  const list =
    few.length > 0
      ? ` Backends: ${few.join(", ")}${few.length < choices.length ? ", …" : "."}`
      : " There is no backend yet.";
  const complaints = new Map<string, string>();
  return (name) => {
    const given = complaints.get(name);
    if (given !== undefined) {
      return given;
    }
    const meant = complaints.size < MOST_COMPARED ? checks.suggestion(name, choices) : "";
    const complaint = `${show(name)} is not a backend.${meant}${list}`;
    complaints.set(name, complaint);
    return complaint;
  };
}
