// Data sources: existing things found by id, by name, by what they are known by, or by labels.
import type { Schema } from "../protocol/inputs";
import type { FunctionType } from "../protocol/provider";
import { given, type Properties } from "../protocol/values";
import type { Hetzner } from "./api/client";
import type { Firewall, FloatingIp, Image, Network, Server, SshKey } from "./api/types";
import { attachmentState } from "./resources/attachment";
import { firewallState } from "./resources/firewall";
import { addressOf, floatingIpState } from "./resources/floatingIp";
import { networkState } from "./resources/network";
import { serverState } from "./resources/server";

interface DataSource<Api> {
  readonly what: string;
  readonly path: string;
  /** The key of one in an answer; its list has an s. */
  readonly key: string;
  /** Further ways to name one, beside its id, its name and its labels. */
  readonly inputs?: Schema;
  /** The query that the further inputs stand for. */
  query?(inputs: Properties): Readonly<Record<string, string>>;
  /** What no query of the API can ask for. */
  matches?(found: Api, inputs: Properties): boolean;
  outputs(found: Api): Properties;
}

const known = {
  id: { type: "integer" },
  name: { type: "string" },
  withSelector: { type: "string" },
} as const satisfies Schema;

/** The old name of `withSelector`, which some still have. */
const selector = { selector: { type: "string" } } as const satisfies Schema;

/** Which of several is meant. */
const recency = { mostRecent: { type: "boolean" } } as const satisfies Schema;

function dataSource<Api extends { readonly id: number }>(hetzner: Hetzner, kind: DataSource<Api>): FunctionType {
  async function candidates(inputs: Properties): Promise<Api[]> {
    const { id, name, withSelector } = inputs;
    if (id) {
      const answer = await hetzner.find<Record<string, Api>>(`${kind.path}/${id}`);
      return answer?.[kind.key] ? [answer[kind.key] as Api] : [];
    }
    const labels = withSelector || inputs.selector;
    return await hetzner.list<Api>(kind.path, `${kind.key}s`, {
      ...(name ? { name: String(name) } : {}),
      ...(labels ? { label_selector: String(labels) } : {}),
      ...kind.query?.(inputs),
    });
  }

  return {
    inputs: { ...known, ...kind.inputs },
    invoke: async (inputs) => {
      const found = (await candidates(inputs)).filter((one) => kind.matches?.(one, inputs) ?? true);
      const [first] = inputs.mostRecent ? found.sort(byAge) : found;
      if (!first) {
        throw new Error(`no ${kind.what} found with ${JSON.stringify(inputs)}`);
      }
      if (found.length > 1 && !inputs.mostRecent) {
        throw new Error(`more than one ${kind.what} found for ${JSON.stringify(inputs)}`);
      }
      return given({ ...inputs, ...kind.outputs(first), id: first.id });
    },
  };
}

/** The API gives ids in ascending order. */
function byAge(a: { readonly id: number }, b: { readonly id: number }): number {
  return b.id - a.id;
}

export function functions(hetzner: Hetzner): Readonly<Record<string, FunctionType>> {
  return {
    "hcloud:index/getServer:getServer": dataSource<Server>(hetzner, {
      what: "Server",
      path: "/servers",
      key: "server",
      inputs: { ...selector, placementGroupId: { type: "integer" }, withStatuses: { type: { list: "string" } } },
      matches: ({ status }, { withStatuses }) => !Array.isArray(withStatuses) || withStatuses.includes(status),
      outputs: (found) => ({
        ...serverState(found, {}),
        iso: found.iso?.name ?? "",
        rescue: "",
        networks: found.private_net.map((attachment) => ({ ...attachmentState(attachment), subnetId: "" })),
      }),
    }),
    "hcloud:index/getNetwork:getNetwork": dataSource<Network>(hetzner, {
      what: "Network",
      path: "/networks",
      key: "network",
      inputs: { ...recency, ipRange: { type: "string" }, labels: { type: { map: "string" } } },
      outputs: networkState,
    }),
    "hcloud:index/getFirewall:getFirewall": dataSource<Firewall>(hetzner, {
      what: "Firewall",
      path: "/firewalls",
      key: "firewall",
      inputs: recency,
      outputs: firewallState,
    }),
    "hcloud:index/getFloatingIp:getFloatingIp": dataSource<FloatingIp>(hetzner, {
      what: "Floating IP",
      path: "/floating_ips",
      key: "floating_ip",
      inputs: { ...selector, ipAddress: { type: "string" } },
      matches: (found, { ipAddress }) => !ipAddress || addressOf(found).ipAddress === ipAddress,
      outputs: floatingIpState,
    }),
    "hcloud:index/getImage:getImage": dataSource<Image>(hetzner, {
      what: "Image",
      path: "/images",
      key: "image",
      inputs: {
        ...selector,
        ...recency,
        includeDeprecated: { type: "boolean" },
        withArchitecture: { type: "string" },
        withStatuses: { type: { list: "string" } },
      },
      query: ({ withArchitecture, includeDeprecated }) => ({
        architecture: String(withArchitecture || "x86"),
        ...(includeDeprecated ? { include_deprecated: "true" } : {}),
      }),
      matches: ({ status }, { withStatuses }) => !Array.isArray(withStatuses) || withStatuses.includes(status),
      outputs: (found) => ({
        name: found.name ?? "",
        type: found.type,
        description: found.description,
        created: found.created,
        osFlavor: found.os_flavor,
        osVersion: found.os_version ?? "",
        rapidDeploy: found.rapid_deploy ?? false,
        architecture: found.architecture,
        deprecated: found.deprecated ?? "",
        labels: found.labels,
      }),
    }),
    "hcloud:index/getSshKey:getSshKey": dataSource<SshKey>(hetzner, {
      what: "SSH key",
      path: "/ssh_keys",
      key: "ssh_key",
      inputs: { ...selector, fingerprint: { type: "string" } },
      query: ({ fingerprint }): Record<string, string> => (fingerprint ? { fingerprint: String(fingerprint) } : {}),
      outputs: ({ name, fingerprint, public_key, labels }) => ({ name, fingerprint, publicKey: public_key, labels }),
    }),
  };
}
