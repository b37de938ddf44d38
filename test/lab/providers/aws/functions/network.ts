// getVpc, getSubnet, getSubnets, getSecurityGroup and getElasticIp: what is there already.
import type { Subnet, Vpc } from "@aws-sdk/client-ec2";
import { flag, text } from "../../bridge/properties";
import type { FunctionType } from "../../protocol/provider";
import type { Properties } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { unless } from "../api/errors";
import { eipState } from "../resources/eip";
import { common, filtersOf, lookup } from "./lookup";

/** Looking by id is no filter: EC2 says so when there is none. */
function idsOf({ id }: Properties): string[] | undefined {
  return id ? [String(id)] : undefined;
}

export function getVpc(aws: Aws): FunctionType {
  return lookup(aws, {
    what: "EC2 VPC",
    inputs: { cidrBlock: text, default: flag, dhcpOptionsId: text, id: text, state: text },
    filters: { cidrBlock: "cidr", default: "isDefault", dhcpOptionsId: "dhcp-options-id", state: "state" },
    find: async (ec2, Filters, inputs) => {
      const found = unless(["InvalidVpcID.NotFound"], ec2.describeVpcs({ VpcIds: idsOf(inputs), Filters }));
      return (await found)?.Vpcs;
    },
    outputs: async (_, vpc, { region, ec2 }) => {
      const VpcId = vpc.VpcId ?? "";
      const main = [
        { Name: "association.main", Values: ["true"] },
        { Name: "vpc-id", Values: [VpcId] },
      ];
      const [hostnames, support, { RouteTables: [table] = [] }] = await Promise.all([
        ec2.describeVpcAttribute({ VpcId, Attribute: "enableDnsHostnames" }),
        ec2.describeVpcAttribute({ VpcId, Attribute: "enableDnsSupport" }),
        ec2.describeRouteTables({ Filters: main }),
      ]);
      return {
        ...vpcState(vpc, region),
        enableDnsHostnames: hostnames.EnableDnsHostnames?.Value ?? false,
        enableDnsSupport: support.EnableDnsSupport?.Value ?? false,
        enableNetworkAddressUsageMetrics: false,
        mainRouteTableId: table?.RouteTableId ?? "",
      };
    },
  });
}

function vpcState(vpc: Vpc, region: string): Properties {
  const { VpcId: id = "", OwnerId: ownerId = "" } = vpc;
  const ipv6 = (vpc.Ipv6CidrBlockAssociationSet ?? []).filter((one) => one.Ipv6CidrBlockState?.State === "associated");
  return {
    arn: `arn:aws:ec2:${region}:${ownerId}:vpc/${id}`,
    cidrBlock: vpc.CidrBlock ?? "",
    cidrBlockAssociations: (vpc.CidrBlockAssociationSet ?? []).map((one) => ({
      associationId: one.AssociationId ?? "",
      cidrBlock: one.CidrBlock ?? "",
      state: one.CidrBlockState?.State ?? "",
    })),
    default: vpc.IsDefault ?? false,
    dhcpOptionsId: vpc.DhcpOptionsId ?? "",
    id,
    instanceTenancy: vpc.InstanceTenancy ?? "default",
    ipv6AssociationId: ipv6[0]?.AssociationId ?? "",
    ipv6CidrBlock: ipv6[0]?.Ipv6CidrBlock ?? "",
    ipv6CidrBlockAssociations: ipv6.map((one) => ({
      associationId: one.AssociationId ?? "",
      ipSource: one.IpSource ?? "",
      ipv6AddressAttribute: one.Ipv6AddressAttribute ?? "",
      ipv6CidrBlock: one.Ipv6CidrBlock ?? "",
      ipv6Pool: one.Ipv6Pool ?? "",
      networkBorderGroup: one.NetworkBorderGroup ?? "",
      state: one.Ipv6CidrBlockState?.State ?? "",
    })),
    ownerId,
    state: vpc.State ?? "",
  };
}

export function getSubnet(aws: Aws): FunctionType {
  return lookup(aws, {
    what: "EC2 Subnet",
    inputs: {
      availabilityZone: text,
      availabilityZoneId: text,
      cidrBlock: text,
      defaultForAz: flag,
      id: text,
      ipv6CidrBlock: text,
      state: text,
      vpcId: text,
    },
    filters: {
      availabilityZone: "availabilityZone",
      availabilityZoneId: "availabilityZoneId",
      cidrBlock: "cidrBlock",
      defaultForAz: "defaultForAz",
      ipv6CidrBlock: "ipv6-cidr-block-association.ipv6-cidr-block",
      state: "state",
      vpcId: "vpc-id",
    },
    find: async (ec2, Filters, inputs) => {
      const found = unless(["InvalidSubnetID.NotFound"], ec2.describeSubnets({ SubnetIds: idsOf(inputs), Filters }));
      return (await found)?.Subnets;
    },
    outputs: (_, subnet, { region }) => subnetState(subnet, region),
  });
}

function subnetState(subnet: Subnet, region: string): Properties {
  const { SubnetId: id = "", OwnerId: ownerId = "", PrivateDnsNameOptionsOnLaunch: dns } = subnet;
  const ipv6 = subnet.Ipv6CidrBlockAssociationSet?.find((one) => one.Ipv6CidrBlockState?.State === "associated");
  return {
    arn: subnet.SubnetArn ?? `arn:aws:ec2:${region}:${ownerId}:subnet/${id}`,
    assignIpv6AddressOnCreation: subnet.AssignIpv6AddressOnCreation ?? false,
    availabilityZone: subnet.AvailabilityZone ?? "",
    availabilityZoneId: subnet.AvailabilityZoneId ?? "",
    availableIpAddressCount: subnet.AvailableIpAddressCount ?? 0,
    cidrBlock: subnet.CidrBlock ?? "",
    customerOwnedIpv4Pool: subnet.CustomerOwnedIpv4Pool ?? "",
    defaultForAz: subnet.DefaultForAz ?? false,
    enableDns64: subnet.EnableDns64 ?? false,
    enableLniAtDeviceIndex: subnet.EnableLniAtDeviceIndex ?? 0,
    enableResourceNameDnsARecordOnLaunch: dns?.EnableResourceNameDnsARecord ?? false,
    enableResourceNameDnsAaaaRecordOnLaunch: dns?.EnableResourceNameDnsAAAARecord ?? false,
    id,
    ipv6CidrBlock: ipv6?.Ipv6CidrBlock ?? "",
    ipv6CidrBlockAssociationId: ipv6?.AssociationId ?? "",
    ipv6Native: subnet.Ipv6Native ?? false,
    mapCustomerOwnedIpOnLaunch: subnet.MapCustomerOwnedIpOnLaunch ?? false,
    mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch ?? false,
    outpostArn: subnet.OutpostArn ?? "",
    ownerId,
    privateDnsHostnameTypeOnLaunch: dns?.HostnameType ?? "",
    state: subnet.State ?? "",
    vpcId: subnet.VpcId ?? "",
  };
}

/** The one that finds any number, none as well. */
export function getSubnets(aws: Aws): FunctionType {
  return {
    inputs: common,
    invoke: async (inputs) => {
      const region = textOf(inputs.region) ?? aws.region;
      const { Subnets = [] } = await (await aws.ec2(region)).describeSubnets({ Filters: filtersOf(inputs) });
      const ids = Subnets.map(({ SubnetId = "" }) => SubnetId);
      return { ...inputs, id: region, ids, region, tags: inputs.tags ?? {} };
    },
  };
}

export function getSecurityGroup(aws: Aws): FunctionType {
  return lookup(aws, {
    what: "EC2 Security Group",
    inputs: { id: text, name: text, vpcId: text },
    filters: { name: "group-name", vpcId: "vpc-id" },
    find: async (ec2, Filters, inputs) => {
      const request = ec2.describeSecurityGroups({ GroupIds: idsOf(inputs), Filters });
      return (await unless(["InvalidGroup.NotFound"], request))?.SecurityGroups;
    },
    outputs: (_, group, { region }) => ({
      arn: `arn:aws:ec2:${region}:${group.OwnerId}:security-group/${group.GroupId}`,
      description: group.Description ?? "",
      id: group.GroupId ?? "",
      name: group.GroupName ?? "",
      vpcId: group.VpcId ?? "",
    }),
  });
}

export function getElasticIp(aws: Aws): FunctionType {
  return lookup(aws, {
    what: "EC2 EIP",
    inputs: { id: text, publicIp: text },
    filters: {},
    find: async (ec2, Filters, inputs) => {
      const publicIp = textOf(inputs.publicIp);
      const request = { AllocationIds: idsOf(inputs), PublicIps: publicIp ? [publicIp] : undefined, Filters };
      const none = ["InvalidAllocationID.NotFound", "InvalidAddress.NotFound"];
      return (await unless(none, ec2.describeAddresses(request)))?.Addresses;
    },
    outputs: async (_, found, { region }) => {
      const { address, associateWithPrivateIp, instance, networkInterface, ...state } = await eipState(
        aws,
        region,
        found,
        {},
      );
      const { allocationId, ...others } = state;
      return {
        ...others,
        id: allocationId,
        instanceId: instance,
        networkInterfaceId: networkInterface,
        networkInterfaceOwnerId: found.NetworkInterfaceOwnerId ?? "",
      };
    },
  });
}
