// Placement groups: which servers must not share a machine of Hetzner's.
import type { Resource } from "../collection";
import { Input } from "../input";
import type { Project } from "../project";
import { created, noContent, ok, type Route } from "../routes";
import { readRoutes } from "./reading";

export interface PlacementGroup extends Resource {
  readonly type: "spread";
}

export function placementGroupRoutes(project: Project): Route[] {
  const { placementGroups } = project;
  const view = (group: PlacementGroup) => placementGroupView(project, group);
  return [
    ...readRoutes({
      path: "placement_groups",
      collection: placementGroups,
      view,
      sortable: ["id", "name", "created"],
      filters: { type: ({ type }, wanted) => type === wanted },
    }),
    {
      method: "POST",
      path: "/placement_groups",
      answer: ({ body }) => {
        const input = new Input(body);
        const name = input.text("name");
        const type = input.oneOf("type", ["spread"]);
        const labels = input.labels() ?? {};
        placementGroups.requireUnique(name);
        const group = placementGroups.add({ ...project.identity(), name, labels, type });
        return created({ placement_group: view(group), action: null });
      },
    },
    {
      method: "PUT",
      path: "/placement_groups/{id}",
      answer: ({ params, body }) => {
        const group = placementGroups.get(params.id);
        const input = new Input(body);
        const name = input.optionalText("name") ?? group.name;
        placementGroups.requireUnique(name, group);
        Object.assign(group, { name, labels: input.labels() ?? group.labels });
        return ok({ placement_group: view(group) });
      },
    },
    {
      method: "DELETE",
      path: "/placement_groups/{id}",
      answer: ({ params }) => {
        const group = placementGroups.get(params.id);
        for (const server of project.servers.all()) {
          if (server.placementGroup === group.id) server.placementGroup = null;
        }
        placementGroups.remove(group);
        return noContent;
      },
    },
  ];
}

export function placementGroupView(project: Project, group: PlacementGroup) {
  const { id, name, labels, type } = group;
  const servers = project.servers.all().flatMap((server) => (server.placementGroup === id ? [server.id] : []));
  return { id, name, labels, type, created: group.created, servers };
}
