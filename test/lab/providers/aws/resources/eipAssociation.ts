// EipAssociation: where an address points, managed. An association that another one took the place of is gone, and the
// next update makes it anew: it takes the address back.
import type { ResourceType } from "../../protocol/provider";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { unless } from "../api/errors";
import { eipAssociation as table } from "../tables/ec2";
import { resource } from "./resource";
import { regionOf } from "./tagging";

export function eipAssociation(aws: Aws): ResourceType {
  return resource(aws, {
    table,
    what: "EC2 EIP Association",
    create: async (inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      const { AssociationId = "" } = await ec2.associateAddress({
        AllocationId: textOf(inputs.allocationId),
        AllowReassociation: inputs.allowReassociation === undefined ? undefined : inputs.allowReassociation === true,
        InstanceId: textOf(inputs.instanceId),
        NetworkInterfaceId: textOf(inputs.networkInterfaceId),
        PrivateIpAddress: textOf(inputs.privateIpAddress),
        PublicIp: textOf(inputs.publicIp),
      });
      return AssociationId;
    },
    find: async (id, { region, allowReassociation }) => {
      const ec2 = await aws.ec2(textOf(region));
      const byId = { Filters: [{ Name: "association-id", Values: [id] }] };
      const address = (await ec2.describeAddresses(byId)).Addresses?.[0];
      return (
        address && {
          state: {
            allocationId: address.AllocationId ?? "",
            allowReassociation,
            instanceId: address.InstanceId ?? "",
            networkInterfaceId: address.NetworkInterfaceId ?? "",
            privateIpAddress: address.PrivateIpAddress ?? "",
            publicIp: address.PublicIp ?? "",
          },
        }
      );
    },
    delete: async ({ id, state }) => {
      const ec2 = await aws.ec2(textOf(state.region));
      await unless(["InvalidAssociationID.NotFound"], ec2.disassociateAddress({ AssociationId: id }));
    },
  });
}
