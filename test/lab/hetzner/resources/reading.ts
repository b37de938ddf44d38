// What every kind of resource has: a list, one by its id, and the lists of its actions.
import { type Action, actionView } from "../actions";
import type { Collection, Resource } from "../collection";
import { notFound } from "../errors";
import { type ListOptions, listPage } from "../listing";
import type { Project } from "../project";
import { type Call, ok, type Route } from "../routes";

export interface Reading<T extends Resource> extends ListOptions<T> {
  /** "floating_ips" */
  readonly path: string;
  readonly collection: Collection<T>;
  readonly view: (item: T, call: Call) => unknown;
}

export function readRoutes<T extends Resource>({ path, collection, view, ...options }: Reading<T>): Route[] {
  return [
    {
      method: "GET",
      path: `/${path}`,
      answer: (call) => {
        const { items, meta } = listPage(collection.all(), call.query, options);
        return ok({ [path]: items.map((item) => view(item, call)), meta });
      },
    },
    {
      method: "GET",
      path: `/${path}/{id}`,
      answer: (call) => ok({ [collection.kind]: view(collection.get(call.params.id), call) }),
    },
  ];
}

/** Routes of a kind whose changes are actions. */
export function actionRoutes<T extends Resource>(project: Project, path: string, collection: Collection<T>): Route[] {
  const ofKind = ({ resources }: Action) => resources.some(({ type }) => type === collection.kind);
  const of = (id: string | undefined) => (action: Action) =>
    action.resources.some((resource) => resource.type === collection.kind && resource.id === Number(id));
  const list = (query: URLSearchParams, belongs: (action: Action) => boolean) =>
    actionList(project.actions.all().filter(belongs), query);
  const one = (id: string | undefined, belongs: (action: Action) => boolean) => {
    const found = project.actions.find(Number(id));
    if (!found || !belongs(found)) throw notFound("action", id ?? "");
    return ok({ action: actionView(found) });
  };
  return [
    { method: "GET", path: `/${path}/actions`, answer: ({ query }) => list(query, ofKind) },
    { method: "GET", path: `/${path}/actions/{id}`, answer: ({ params }) => one(params.id, ofKind) },
    {
      method: "GET",
      path: `/${path}/{id}/actions`,
      answer: ({ params, query }) => {
        collection.get(params.id);
        return list(query, of(params.id));
      },
    },
    {
      method: "GET",
      path: `/${path}/{id}/actions/{action_id}`,
      answer: ({ params }) => one(params.action_id, of(params.id)),
    },
  ];
}

function actionList(actions: readonly Action[], query: URLSearchParams) {
  const { items, meta } = listPage(actions, query, {
    sortable: ["id", "command", "status", "started", "finished"],
    filters: { id: ({ id }, wanted) => String(id) === wanted, status: ({ status }, wanted) => status === wanted },
  });
  return ok({ actions: items.map(actionView), meta });
}
