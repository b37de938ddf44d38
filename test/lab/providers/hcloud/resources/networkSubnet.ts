// NetworkSubnet: a part of a network, which the API knows by its range only; the id is NETWORK-RANGE.
import { bridged } from "../../bridge/bridged";
import type { Created, ResourceType } from "../../protocol/provider";
import { given } from "../../protocol/values";
import type { Hetzner } from "../api/client";
import type { Network } from "../api/types";
import { networkSubnet as table } from "../tables";

/** Reads "4711-10.0.1.0/24". */
export function parseSubnetId(id: string): { networkId: number; ipRange: string } {
  const [, network, ipRange] = /^(\d+)-(.+)$/.exec(id) ?? [];
  if (!network || !ipRange) {
    throw new Error(`unexpected subnet id '${id}', expected '$NETWORK_ID-$SUBNET_IP_RANGE'`);
  }
  return { networkId: Number(network), ipRange };
}

export function networkSubnet(hetzner: Hetzner): ResourceType {
  async function read(id: string): Promise<Created | undefined> {
    const { networkId, ipRange } = parseSubnetId(id);
    const answer = await hetzner.find<{ network: Network }>(`/networks/${networkId}`);
    const subnet = answer?.network.subnets.find(({ ip_range }) => ip_range === ipRange);
    return (
      subnet && {
        id,
        state: given({
          id,
          networkId,
          ipRange,
          type: subnet.type,
          networkZone: subnet.network_zone,
          gateway: subnet.gateway,
          vswitchId: subnet.vswitch_id ?? undefined,
        }),
      }
    );
  }

  return bridged(table, {
    create: async ({ networkId, ipRange, type, networkZone, vswitchId }) => {
      await hetzner.act(
        `/networks/${networkId}/actions/add_subnet`,
        given({ type, ip_range: ipRange, network_zone: networkZone, vswitch_id: vswitchId }),
      );
      const now = await read(`${networkId}-${ipRange}`);
      if (!now) {
        throw new Error(`the network has no subnet ${ipRange}: is it a range, such as 10.0.1.0/24?`);
      }
      return now;
    },
    read,
    // Every input replaces it.
    update: async () => {},
    delete: async ({ id }) => {
      if (await read(id)) {
        const { networkId, ipRange } = parseSubnetId(id);
        await hetzner.act(`/networks/${networkId}/actions/delete_subnet`, { ip_range: ipRange });
      }
    },
  });
}
