// What the API tells of an instance, in the words of the provider. It takes a call for each thing that is no part of the
// description of the instance.
import type { EC2, Instance, InstanceNetworkInterface, Volume } from "@aws-sdk/client-ec2";
import { given, isObject, type Properties, type Value } from "../../protocol/values";
import type { Aws } from "../api/aws";
import type { State } from "./resource";

export async function instanceState(aws: Aws, ec2: EC2, found: Instance, before: Properties): Promise<State> {
  const id = found.InstanceId ?? "";
  const region = String(before.region ?? aws.region);
  const [attributes, volume, isInDefaultVpc] = await Promise.all([
    attributesOf(ec2, id, before),
    rootVolume(ec2, found),
    isDefault(ec2, found.VpcId),
  ]);
  return {
    ...programsOwn(before),
    ...networkState(found, isInDefaultVpc),
    ...attributes,
    ami: found.ImageId ?? "",
    arn: aws.arn("ec2", `instance/${id}`, region),
    availabilityZone: found.Placement?.AvailabilityZone ?? "",
    ebsOptimized: found.EbsOptimized ?? false,
    iamInstanceProfile: found.IamInstanceProfile?.Arn?.split("/").at(-1) ?? "",
    instanceLifecycle: found.InstanceLifecycle ?? "",
    instanceState: found.State?.Name ?? "",
    instanceType: found.InstanceType ?? "",
    keyName: found.KeyName ?? "",
    metadataOptions: metadataState(found),
    monitoring: ["enabled", "pending"].includes(found.Monitoring?.State ?? ""),
    outpostArn: found.OutpostArn ?? "",
    passwordData: "",
    rootBlockDevice: volume && rootState(aws, found, volume, before),
    spotInstanceRequestId: found.SpotInstanceRequestId ?? "",
    tenancy: found.Placement?.Tenancy ?? "default",
    volumeTags:
      before.volumeTags && volume ? aws.tags.state(volume.Tags, { tags: before.volumeTags }).tagsAll : undefined,
  };
}

/** The API does not know of these. */
function programsOwn(before: Properties): Properties {
  const names = ["creditSpecification", "forceDestroy", "getPasswordData", "userDataReplaceOnChange"] as const;
  return given(Object.fromEntries(names.map((name) => [name, before[name]])));
}

function networkState(found: Instance, isInDefaultVpc: boolean): State {
  const primary = found.NetworkInterfaces?.find(({ Attachment }) => Attachment?.DeviceIndex === 0);
  // The groups of an instance are those of its primary interface.
  const groups = found.SecurityGroups?.length ? found.SecurityGroups : (primary?.Groups ?? []);
  return {
    associatePublicIpAddress: primary ? primary.Association !== undefined : Boolean(found.PublicIpAddress),
    ipv6AddressCount: primary?.Ipv6Addresses?.length ?? 0,
    ipv6Addresses: (primary?.Ipv6Addresses ?? []).map(({ Ipv6Address = "" }) => Ipv6Address),
    primaryNetworkInterfaceId: primary?.NetworkInterfaceId ?? "",
    privateDns: found.PrivateDnsName ?? "",
    privateIp: found.PrivateIpAddress ?? "",
    publicDns: found.PublicDnsName ?? "",
    publicIp: found.PublicIpAddress ?? "",
    secondaryPrivateIps: secondaryOf(primary),
    // Names count in a default network only.
    securityGroups: isInDefaultVpc ? groups.map(({ GroupName = "" }) => GroupName) : [],
    sourceDestCheck: found.SourceDestCheck ?? primary?.SourceDestCheck ?? true,
    subnetId: primary?.SubnetId ?? found.SubnetId ?? "",
    vpcSecurityGroupIds: groups.map(({ GroupId = "" }) => GroupId),
  };
}

function secondaryOf(primary: InstanceNetworkInterface | undefined): string[] {
  return (primary?.PrivateIpAddresses ?? [])
    .filter(({ Primary }) => !Primary)
    .map(({ PrivateIpAddress = "" }) => PrivateIpAddress);
}

function metadataState({ MetadataOptions: options }: Instance): Properties {
  return {
    httpEndpoint: options?.HttpEndpoint ?? "enabled",
    httpProtocolIpv6: options?.HttpProtocolIpv6 ?? "disabled",
    httpPutResponseHopLimit: Number(options?.HttpPutResponseHopLimit ?? 1),
    httpTokens: options?.HttpTokens ?? "optional",
    instanceMetadataTags: options?.InstanceMetadataTags ?? "disabled",
  };
}

async function attributesOf(ec2: EC2, InstanceId: string, before: Properties): Promise<State> {
  const read = (
    Attribute: "disableApiStop" | "disableApiTermination" | "instanceInitiatedShutdownBehavior" | "userData",
  ) => ec2.describeInstanceAttribute({ InstanceId, Attribute });
  const [stop, termination, shutdown, userData] = await Promise.all([
    read("disableApiStop"),
    read("disableApiTermination"),
    read("instanceInitiatedShutdownBehavior"),
    read("userData"),
  ]);
  return {
    disableApiStop: stop.DisableApiStop?.Value ?? false,
    disableApiTermination: termination.DisableApiTermination?.Value ?? false,
    instanceInitiatedShutdownBehavior: shutdown.InstanceInitiatedShutdownBehavior?.Value ?? "stop",
    ...userDataState(userData.UserData?.Value, before),
  };
}

/** In the clear, or encoded where the program gave it so. */
function userDataState(value: string | undefined, before: Properties): State {
  if (before.userDataBase64) {
    return { userDataBase64: value ?? "" };
  }
  const text = Buffer.from(value ?? "", "base64").toString();
  return { userData: value === before.userData ? value : text || undefined, userDataBase64: "" };
}

async function isDefault(ec2: EC2, vpc: string | undefined): Promise<boolean> {
  const { Vpcs: [found] = [] } = vpc ? await ec2.describeVpcs({ VpcIds: [vpc] }) : {};
  return found?.IsDefault ?? false;
}

async function rootVolume(ec2: EC2, found: Instance): Promise<Volume | undefined> {
  const root = found.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === found.RootDeviceName);
  const volume = root?.Ebs?.VolumeId;
  return volume ? (await ec2.describeVolumes({ VolumeIds: [volume] })).Volumes?.[0] : undefined;
}

function rootState(aws: Aws, found: Instance, volume: Volume, before: Properties): Properties {
  const root = found.BlockDeviceMappings?.find(({ Ebs }) => Ebs?.VolumeId === volume.VolumeId);
  const old = isObject(before.rootBlockDevice) ? before.rootBlockDevice : {};
  const tags: Record<string, Value> = before.volumeTags ? {} : aws.tags.state(volume.Tags, old);
  return {
    deleteOnTermination: root?.Ebs?.DeleteOnTermination ?? true,
    deviceName: root?.DeviceName ?? "",
    encrypted: volume.Encrypted ?? false,
    iops: volume.Iops ?? 0,
    kmsKeyId: volume.KmsKeyId ?? "",
    throughput: volume.Throughput ?? 0,
    volumeId: volume.VolumeId ?? "",
    volumeSize: volume.Size ?? 0,
    volumeType: volume.VolumeType ?? "",
    ...tags,
  };
}
