// What Hetzner offers, and nobody can change: locations, datacenters, server types and images. Read only.
import { notFound } from "../errors";
import { type Listed, type ListOptions, listPage } from "../listing";
import { ok, type Route } from "../routes";

const location = (id: number, name: string, city: string, country: string, latitude: number, longitude: number) => ({
  id,
  name,
  description: `${city} DC Park 1`,
  country,
  city,
  latitude,
  longitude,
  network_zone: "eu-central",
});

export const locations = [
  location(1, "fsn1", "Falkenstein", "DE", 50.47612, 12.370071),
  location(2, "nbg1", "Nuremberg", "DE", 49.452102, 11.076665),
  location(3, "hel1", "Helsinki", "FI", 60.169855, 24.938379),
] as const;
export type Location = (typeof locations)[number];

const price = (net: number) => ({ net: net.toFixed(4), gross: (net * 1.19).toFixed(4) });

/** No cx22: Hetzner has withdrawn it for cx23. */
const serverType = (id: number, name: string, cores: number, memory: number, disk: number, monthly: number) => ({
  id,
  name,
  description: name.toUpperCase(),
  category: "cost_optimized",
  cores,
  memory,
  disk,
  deprecated: false,
  deprecation: null,
  storage_type: "local",
  cpu_type: "shared",
  architecture: name.startsWith("cax") ? "arm" : "x86",
  locations: locations.map(({ id: at, name: place }) => ({
    id: at,
    name: place,
    available: true,
    recommended: true,
    deprecation: null,
  })),
  prices: locations.map((place) => ({
    location: place.name,
    price_hourly: price(monthly / 624),
    price_monthly: price(monthly),
    included_traffic: 21_990_232_555_520,
    price_per_tb_traffic: price(1),
  })),
});

export const serverTypes = [
  serverType(114, "cx23", 2, 4, 40, 2.99),
  serverType(115, "cx33", 4, 8, 80, 4.99),
  serverType(45, "cax11", 2, 4, 40, 3.29),
];
export type ServerType = (typeof serverTypes)[number];

const typeIds = serverTypes.map(({ id }) => id);
const datacenter = (id: number, name: string, place: Location) => ({
  id,
  name,
  description: `${place.city} virtual DC`,
  location: place,
  server_types: { supported: typeIds, available: typeIds, available_for_migration: typeIds },
});

export const datacenters = [
  datacenter(2, "nbg1-dc3", locations[1]),
  datacenter(3, "hel1-dc2", locations[2]),
  datacenter(4, "fsn1-dc14", locations[0]),
];
export type Datacenter = (typeof datacenters)[number];

const image = (id: number, flavor: string, version: string, released: string, architecture = "x86") => ({
  id,
  type: "system",
  status: "available",
  name: `${flavor}-${version}`,
  description: `${flavor === "debian" ? "Debian" : "Ubuntu"} ${version}`,
  image_size: null,
  disk_size: 5,
  created: released,
  created_from: null,
  bound_to: null,
  os_flavor: flavor,
  os_version: version,
  rapid_deploy: true,
  protection: { delete: false },
  deprecated: null,
  deleted: null,
  labels: {},
  architecture,
});

export const images = [
  image(114690387, "debian", "12", "2023-06-13T06:00:02Z"),
  image(310557660, "debian", "13", "2025-08-11T06:00:02Z"),
  image(67794396, "ubuntu", "22.04", "2022-04-21T13:32:38Z"),
  image(161547269, "ubuntu", "24.04", "2024-04-25T13:26:27Z"),
  image(114690389, "debian", "12", "2023-06-13T06:00:02Z", "arm"),
  image(161547270, "ubuntu", "24.04", "2024-04-25T13:26:51Z", "arm"),
];
export type Image = (typeof images)[number];

export const byIdOrName = <T extends Listed>(items: readonly T[], text: string) =>
  items.find(({ id, name }) => String(id) === text || name === text);

export const catalogueRoutes: readonly Route[] = [
  ...readOnly("location", "locations", locations, { sortable: ["id", "name"] }),
  ...readOnly("datacenter", "datacenters", datacenters, { sortable: ["id", "name"] }, { recommendation: 4 }),
  ...readOnly("server_type", "server_types", serverTypes, { sortable: [] }),
  ...readOnly("image", "images", images, {
    sortable: ["id", "name", "created"],
    filters: {
      type: ({ type }, wanted) => type === wanted,
      status: ({ status }, wanted) => status === wanted,
      architecture: ({ architecture }, wanted) => architecture === wanted,
    },
  }),
];

function readOnly<T extends Listed>(
  kind: string,
  path: string,
  all: readonly T[],
  options: ListOptions<T>,
  extra: object = {},
): Route[] {
  return [
    {
      method: "GET",
      path: `/${path}`,
      answer: ({ query }) => {
        const { items, meta } = listPage(all, query, options);
        return ok({ [path]: items, ...extra, meta });
      },
    },
    {
      method: "GET",
      path: `/${path}/{id}`,
      answer: ({ params }) => {
        const found = all.find(({ id }) => id === Number(params.id));
        if (!found) throw notFound(kind, params.id ?? "");
        return ok({ [kind]: found });
      },
    },
  ];
}
