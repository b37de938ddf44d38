// What RunInstances is asked for.
import type {
  BlockDeviceMapping,
  EC2,
  InstanceMetadataOptionsRequest,
  InstanceNetworkInterfaceSpecification,
  RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { isObject, type Properties, type Value } from "../../protocol/values";
import { listOf, textOf } from "../api/configuration";
import { toTags } from "../api/tags";

export async function launchOf(ec2: EC2, inputs: Properties): Promise<RunInstancesCommandInput> {
  const { disableApiStop, disableApiTermination, ebsOptimized, monitoring, userData } = inputs;
  const { iamInstanceProfile, creditSpecification, tagsAll, volumeTags } = inputs;
  const tags = [
    { ResourceType: "instance" as const, Tags: toTags(tagsAll) },
    { ResourceType: "volume" as const, Tags: toTags(volumeTags) },
  ];
  return {
    MinCount: 1,
    MaxCount: 1,
    ImageId: textOf(inputs.ami),
    InstanceType: textOf(inputs.instanceType) as RunInstancesCommandInput["InstanceType"],
    KeyName: textOf(inputs.keyName),
    ...networkOf(inputs),
    BlockDeviceMappings: await rootDevice(ec2, inputs),
    DisableApiStop: flagOf(disableApiStop),
    DisableApiTermination: flagOf(disableApiTermination) ?? false,
    EbsOptimized: flagOf(ebsOptimized) ?? false,
    Monitoring: { Enabled: flagOf(monitoring) ?? false },
    IamInstanceProfile: iamInstanceProfile ? { Name: String(iamInstanceProfile) } : undefined,
    InstanceInitiatedShutdownBehavior: textOf(
      inputs.instanceInitiatedShutdownBehavior,
    ) as RunInstancesCommandInput["InstanceInitiatedShutdownBehavior"],
    MetadataOptions: metadataOf(inputs.metadataOptions),
    Placement: {
      AvailabilityZone: textOf(inputs.availabilityZone),
      Tenancy: textOf(inputs.tenancy) as "default" | undefined,
    },
    CreditSpecification: isObject(creditSpecification)
      ? { CpuCredits: String(creditSpecification.cpuCredits) }
      : undefined,
    UserData: userData ? encoded(String(userData)) : textOf(inputs.userDataBase64),
    TagSpecifications: tags.filter(({ Tags }) => Tags.length > 0),
  };
}

/** What is base64 already is taken as it is, as the real provider does. */
export function encoded(userData: string): string {
  const isEncoded = userData !== "" && /^[A-Za-z0-9+/]*={0,2}$/.test(userData) && userData.length % 4 === 0;
  return isEncoded ? userData : Buffer.from(userData).toString("base64");
}

export function flagOf(value: Value | undefined): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** Only with a subnet are there an interface of its own and, on it, secondary addresses; else the cloud chooses. */
function networkOf(inputs: Properties): Partial<RunInstancesCommandInput> {
  const groups = listOf(inputs.vpcSecurityGroupIds);
  const Groups = groups.length > 0 ? groups : undefined;
  const { subnetId, privateIp, associatePublicIpAddress, secondaryPrivateIps } = inputs;
  if (!subnetId) {
    return { PrivateIpAddress: textOf(privateIp), SecurityGroupIds: Groups };
  }
  const secondary = listOf(secondaryPrivateIps).map((PrivateIpAddress) => ({ PrivateIpAddress, Primary: false }));
  const primary: InstanceNetworkInterfaceSpecification = {
    DeviceIndex: 0,
    SubnetId: String(subnetId),
    Groups,
    AssociatePublicIpAddress: flagOf(associatePublicIpAddress),
    PrivateIpAddress: textOf(privateIp),
    PrivateIpAddresses: secondary.length > 0 ? secondary : undefined,
  };
  return { NetworkInterfaces: [primary] };
}

export function metadataOf(options: Value | undefined): InstanceMetadataOptionsRequest | undefined {
  if (!isObject(options)) {
    return undefined;
  }
  const { httpEndpoint, httpProtocolIpv6, httpPutResponseHopLimit, httpTokens, instanceMetadataTags } = options;
  if (!httpEndpoint) {
    // The real provider sends the empty text, and EC2 says this of it.
    const reason = "A value of '' is not valid for HttpEndpoint. Specify either 'enabled' or 'disabled' and try again.";
    throw new Error(`api error InvalidParameterValue: ${reason}`);
  }
  const others = {
    HttpProtocolIpv6: textOf(httpProtocolIpv6) as "enabled" | undefined,
    HttpPutResponseHopLimit: typeof httpPutResponseHopLimit === "number" ? httpPutResponseHopLimit : undefined,
    HttpTokens: textOf(httpTokens) as "required" | undefined,
    InstanceMetadataTags: textOf(instanceMetadataTags) as "enabled" | undefined,
  };
  // The others are not allowed where there is no such service.
  return { HttpEndpoint: httpEndpoint as "enabled", ...(httpEndpoint === "enabled" && others) };
}

async function rootDevice(ec2: EC2, { ami, rootBlockDevice }: Properties): Promise<BlockDeviceMapping[] | undefined> {
  if (!isObject(rootBlockDevice)) {
    return undefined;
  }
  const { deleteOnTermination, encrypted, iops, kmsKeyId, throughput, volumeSize, volumeType } = rootBlockDevice;
  const type = textOf(volumeType);
  const fast = ["io1", "io2", "gp3"];
  if (iops && type && !fast.includes(type)) {
    throw new Error(`iops attribute not supported for root_block_device with volume_type ${type}`);
  }
  if (throughput && type && type !== "gp3") {
    throw new Error(`throughput attribute not supported for root_block_device with volume_type ${type}`);
  }
  const Ebs = {
    DeleteOnTermination: flagOf(deleteOnTermination),
    Encrypted: encrypted === true ? true : undefined,
    KmsKeyId: textOf(kmsKeyId),
    VolumeSize: numberOf(volumeSize),
    VolumeType: type as "gp3" | undefined,
    Iops: type ? numberOf(iops) : undefined,
    Throughput: type ? numberOf(throughput) : undefined,
  };
  return [{ DeviceName: await rootDeviceName(ec2, String(ami ?? "")), Ebs }];
}

export function numberOf(value: Value | undefined): number | undefined {
  return typeof value === "number" && value !== 0 ? value : undefined;
}

async function rootDeviceName(ec2: EC2, id: string): Promise<string> {
  const { Images: [image] = [] } = await ec2.describeImages({ ImageIds: [id] });
  const mapped = image?.BlockDeviceMappings ?? [];
  const isMapped = mapped.some(({ DeviceName }) => DeviceName === image?.RootDeviceName);
  const name = isMapped || mapped.length === 0 ? image?.RootDeviceName : mapped[0]?.DeviceName;
  if (!name) {
    throw new Error(`finding Root Device Name for AMI (${id})`);
  }
  return name;
}
