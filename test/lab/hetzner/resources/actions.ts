// Actions of every kind, by their ids.
import { actionView } from "../actions";
import { invalidInput, notFound } from "../errors";
import type { Project } from "../project";
import { ok, type Route } from "../routes";

export function allActionRoutes({ actions }: Project): Route[] {
  return [
    {
      method: "GET",
      path: "/actions",
      answer: ({ query }) => {
        const ids = query.getAll("id").map(Number);
        // There was a list of all of them once.
        if (ids.length === 0) throw invalidInput("id", "is required");
        return ok({ actions: ids.flatMap((id) => actions.find(id) ?? []).map(actionView) });
      },
    },
    {
      method: "GET",
      path: "/actions/{id}",
      answer: ({ params }) => {
        const found = actions.find(Number(params.id));
        if (!found) throw notFound("action", params.id ?? "");
        return ok({ action: actionView(found) });
      },
    },
  ];
}
