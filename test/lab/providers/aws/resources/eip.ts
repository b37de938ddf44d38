// Eip: an Elastic IP, and what it is associated with where the program says so.
import type { Address, EC2 } from "@aws-sdk/client-ec2";
import type { ResourceType } from "../../protocol/provider";
import type { Properties } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { saying, unless } from "../api/errors";
import { eip as table } from "../tables/ec2";
import { resource, type State } from "./resource";
import { regionOf, retagging, tagsOf } from "./tagging";

export function eip(aws: Aws): ResourceType {
  return resource(aws, {
    table,
    what: "EC2 EIP",
    create: async (inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      const { AllocationId = "" } = await ec2.allocateAddress({
        Address: textOf(inputs.address),
        CustomerOwnedIpv4Pool: textOf(inputs.customerOwnedIpv4Pool),
        Domain: textOf(inputs.domain) as "vpc" | undefined,
        IpamPoolId: textOf(inputs.ipamPoolId),
        NetworkBorderGroup: textOf(inputs.networkBorderGroup),
        PublicIpv4Pool: textOf(inputs.publicIpv4Pool),
        ...tagsOf("elastic-ip", inputs.tagsAll),
      });
      return AllocationId;
    },
    finish: async (id, inputs) => associate(await aws.ec2(regionOf(inputs)), id, inputs),
    find: async (id, before) => {
      const region = textOf(before.region) ?? aws.region;
      const ec2 = await aws.ec2(region);
      const address = await findAddress(ec2, id);
      return address && { state: await eipState(aws, region, address, before), tags: address.Tags };
    },
    update: async ({ id, state, inputs, changed }) => {
      const moves = ["associateWithPrivateIp", "instance", "networkInterface"];
      if (!moves.some((name) => changed.has(name))) {
        return;
      }
      const ec2 = await aws.ec2(regionOf(inputs));
      await disassociate(ec2, textOf(state.associationId));
      // What is left out stays what it was.
      const { instance = state.instance, networkInterface = state.networkInterface } = inputs;
      const target = changed.has("instance") ? { instance: inputs.instance } : { instance, networkInterface };
      await associate(ec2, id, { ...inputs, ...(target as Properties) });
    },
    retag: retagging(aws),
    delete: async ({ id, state }) => {
      const ec2 = await aws.ec2(textOf(state.region));
      await disassociate(ec2, textOf(state.associationId));
      await unless(
        ["InvalidAllocationID.NotFound"],
        ec2.releaseAddress({ AllocationId: id, NetworkBorderGroup: textOf(state.networkBorderGroup) }),
      );
    },
  });
}

export async function findAddress(ec2: EC2, id: string): Promise<Address | undefined> {
  const found = await unless(
    ["InvalidAllocationID.NotFound", "InvalidAddress.NotFound"],
    ec2.describeAddresses({ AllocationIds: [id] }),
  );
  return found?.Addresses?.[0];
}

async function associate(ec2: EC2, id: string, { instance, networkInterface, associateWithPrivateIp }: Properties) {
  if (!instance && !networkInterface) {
    return;
  }
  const association = ec2.associateAddress({
    AllocationId: id,
    InstanceId: textOf(instance),
    NetworkInterfaceId: textOf(networkInterface),
    PrivateIpAddress: textOf(associateWithPrivateIp),
  });
  await saying(`associating EC2 EIP (${id})`, association);
}

/** By the association that the state knows, which may be another one by now. */
async function disassociate(ec2: EC2, id: string | undefined): Promise<void> {
  if (id) {
    const done = unless(["InvalidAssociationID.NotFound"], ec2.disassociateAddress({ AssociationId: id }));
    await saying(`disassociating EC2 EIP (${id})`, done);
  }
}

export async function eipState(aws: Aws, region: string, found: Address, before: Properties): Promise<State> {
  const id = found.AllocationId ?? "";
  const { PrivateIpAddress: privateIp = "", PublicIp: publicIp = "" } = found;
  const dashed = (address: string) => address.replaceAll(".", "-");
  return {
    address: before.address,
    allocationId: id,
    arn: aws.arn("ec2", `elastic-ip/${id}`, region),
    associateWithPrivateIp: before.associateWithPrivateIp,
    associationId: found.AssociationId ?? "",
    carrierIp: found.CarrierIp ?? "",
    customerOwnedIp: found.CustomerOwnedIp ?? "",
    customerOwnedIpv4Pool: found.CustomerOwnedIpv4Pool ?? "",
    domain: found.Domain ?? "vpc",
    instance: found.InstanceId ?? "",
    ipamPoolId: "",
    networkBorderGroup: found.NetworkBorderGroup ?? region,
    networkInterface: found.NetworkInterfaceId ?? "",
    // As it was told last, also when nothing is associated any more.
    privateDns: privateIp ? `ip-${dashed(privateIp)}.${region}.compute.internal` : (before.privateDns ?? ""),
    privateIp,
    ptrRecord: await pointerOf(aws, region, id),
    publicDns: `ec2-${dashed(publicIp)}.${region}.compute.amazonaws.com`,
    publicIp,
    publicIpv4Pool: found.PublicIpv4Pool ?? "amazon",
  };
}

async function pointerOf(aws: Aws, region: string, id: string): Promise<string> {
  const ec2 = await aws.ec2(region);
  const found = await unless(
    ["InvalidAction", "InvalidAllocationID.NotFound"],
    ec2.describeAddressesAttribute({ AllocationIds: [id], Attribute: "domain-name" }),
  );
  return found?.Addresses?.[0]?.PtrRecord?.replace(/\.$/, "") ?? "";
}
