// Primary IPs, as far as servers have them: made and removed with their server, and read only here.
import { notFound } from "../errors";
import { listPage } from "../listing";
import type { Project } from "../project";
import { ok, type Route } from "../routes";
import { datacenterOf, reverseName } from "./serverState";

export function primaryIpRoutes(project: Project): Route[] {
  const all = () => project.servers.all().flatMap((server) => server.primaryIps.map((ip) => view(ip, server)));
  return [
    {
      method: "GET",
      path: "/primary_ips",
      answer: ({ query }) => {
        const { items, meta } = listPage(all(), query, {
          sortable: ["id", "created"],
          filters: { ip: ({ ip }, wanted) => ip === wanted },
        });
        return ok({ primary_ips: items, meta });
      },
    },
    {
      method: "GET",
      path: "/primary_ips/{id}",
      answer: ({ params }) => {
        const found = all().find(({ id }) => id === Number(params.id));
        if (!found) throw notFound("primary_ip", params.id ?? "");
        return ok({ primary_ip: found });
      },
    },
  ];
}

type Server = ReturnType<Project["servers"]["all"]>[number];

function view({ id, name, created, type, ip }: Server["primaryIps"][number], server: Server) {
  return {
    id,
    name,
    labels: {},
    created,
    type,
    ip,
    assignee_id: server.id,
    assignee_type: "server",
    auto_delete: true,
    blocked: false,
    datacenter: datacenterOf(server.location),
    location: server.location,
    dns_ptr: type === "ipv4" ? [{ ip, dns_ptr: reverseName(ip) }] : [],
    protection: { delete: false },
  };
}
