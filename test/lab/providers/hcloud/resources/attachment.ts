// How a server gets into a network and out again, whether it says so itself or a ServerNetwork does.
import { given, isObject, type Properties, type Value } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import { isCode } from "../api/errors";
import type { Attachment, Server } from "../api/types";
import { parseSubnetId } from "./networkSubnet";

/** An attachment as programs write it, with the network's id, whichever way it was named. */
export interface Wanted {
  readonly network: number;
  readonly ipRange?: string;
  readonly ip?: string;
  readonly aliasIps?: readonly string[];
}

export function wantedOf({ networkId, subnetId, ip, aliasIps }: Properties): Wanted {
  const subnet = subnetId ? parseSubnetId(String(subnetId)) : undefined;
  const network = subnet?.networkId ?? networkId;
  if (!network) {
    throw new Error("either network_id or subnet_id must be set");
  }
  return {
    network: Number(network),
    ...(subnet && { ipRange: subnet.ipRange }),
    ...(ip ? { ip: String(ip) } : {}),
    ...(Array.isArray(aliasIps) && { aliasIps: aliasIps.map(String) }),
  };
}

export function wantedNetworks(networks: Value | undefined): Wanted[] {
  const wanted = Array.isArray(networks) ? networks.filter(isObject).map(wantedOf) : [];
  const ids = wanted.map(({ network }) => network);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) {
    throw new Error(`server is only allowed to be attached to each network once: ${twice}`);
  }
  return wanted;
}

export async function attach(hetzner: Hetzner, server: string, wanted: Wanted): Promise<void> {
  try {
    await hetzner.act(
      `/servers/${server}/actions/attach_to_network`,
      given({
        network: wanted.network,
        ip: wanted.ip,
        ip_range: wanted.ipRange,
        alias_ips: wanted.aliasIps && [...wanted.aliasIps],
      }),
      // A subnet that is being made at the same time is there a moment later.
      ["no_subnet_available", "service_error"],
    );
  } catch (error) {
    if (!isCode(error, "server_already_attached")) {
      throw new Error(`attach server to network: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Out of a network that is gone it is already. */
export async function detach(hetzner: Hetzner, server: string, network: number): Promise<void> {
  try {
    await hetzner.act(`/servers/${server}/actions/detach_from_network`, { network });
  } catch (error) {
    if (!isCode(error, "not_found")) {
      throw error;
    }
  }
}

export async function changeAliases(hetzner: Hetzner, server: string, wanted: Wanted): Promise<void> {
  await hetzner.act(`/servers/${server}/actions/change_alias_ips`, {
    network: wanted.network,
    alias_ips: [...(wanted.aliasIps ?? [])],
  });
}

/** Brings a server's networks to what its `networks` say: another address is possible only by leaving and joining. */
export async function reattach(hetzner: Hetzner, server: Server, networks: Value | undefined): Promise<void> {
  const id = String(server.id);
  const wanted = wantedNetworks(networks);
  for (const current of server.private_net) {
    const same = wanted.find(({ network }) => network === current.network);
    if (same?.ip === undefined || same.ip !== current.ip) {
      await detach(hetzner, id, current.network);
    } else if (!sameAddresses(same.aliasIps ?? [], current.alias_ips)) {
      await changeAliases(hetzner, id, same);
    }
  }
  const stays = ({ network, ip }: Wanted) =>
    server.private_net.some((current) => current.network === network && current.ip === ip);
  for (const missing of wanted.filter((one) => !stays(one))) {
    await attach(hetzner, id, missing);
  }
}

function sameAddresses(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((address) => b.includes(address));
}

/** What the state says of an attachment. */
export function attachmentState({ network, ip, alias_ips, mac_address }: Attachment): Properties {
  return { networkId: network, ip, aliasIps: [...alias_ips], macAddress: mac_address };
}
