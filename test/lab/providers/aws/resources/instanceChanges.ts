// What can be changed of an instance that exists. Another size or other user data take it down for a moment.
import type { EC2, ModifyInstanceAttributeCommandInput } from "@aws-sdk/client-ec2";
import type { Change } from "../../protocol/provider";
import { isObject, type Properties } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { listOf, textOf } from "../api/configuration";
import { saying } from "../api/errors";
import { encoded, flagOf, metadataOf, numberOf } from "./instanceLaunch";
import { regionOf, retag } from "./tagging";
import { until } from "./waiting";

export async function changeInstance(aws: Aws, ec2: EC2, { id, state, inputs, changed }: Change): Promise<void> {
  const modify = (what: Omit<ModifyInstanceAttributeCommandInput, "InstanceId">) =>
    ec2.modifyInstanceAttribute({ InstanceId: id, ...what });
  const changes: Record<string, () => Promise<unknown>> = {
    iamInstanceProfile: () => changeProfile(ec2, id, textOf(inputs.iamInstanceProfile)),
    sourceDestCheck: () => modify({ SourceDestCheck: { Value: flagOf(inputs.sourceDestCheck) } }),
    secondaryPrivateIps: () => changeAddresses(ec2, state, inputs),
    vpcSecurityGroupIds: () => changeGroups(ec2, state, inputs),
    instanceType: () => whileStopped(ec2, id, () => modify({ InstanceType: { Value: textOf(inputs.instanceType) } })),
    userData: () => whileStopped(ec2, id, () => modify({ UserData: { Value: decoded(inputs) } })),
    userDataBase64: () => whileStopped(ec2, id, () => modify({ UserData: { Value: decoded(inputs) } })),
    disableApiStop: () => modify({ DisableApiStop: { Value: flagOf(inputs.disableApiStop) } }),
    disableApiTermination: () => modify({ DisableApiTermination: { Value: flagOf(inputs.disableApiTermination) } }),
    instanceInitiatedShutdownBehavior: () =>
      modify({ InstanceInitiatedShutdownBehavior: { Value: textOf(inputs.instanceInitiatedShutdownBehavior) } }),
    monitoring: () =>
      inputs.monitoring ? ec2.monitorInstances({ InstanceIds: [id] }) : ec2.unmonitorInstances({ InstanceIds: [id] }),
    metadataOptions: () =>
      ec2.modifyInstanceMetadataOptions({ InstanceId: id, ...metadataOf(merged(state, inputs, "metadataOptions")) }),
    rootBlockDevice: () => changeVolume(aws, ec2, id, state, inputs),
    volumeTags: () => retag(aws, regionOf(inputs), volumeOf(state), state.volumeTags ?? {}, inputs.volumeTags ?? {}),
    creditSpecification: async () => {
      throw new Error(
        "the lab's double of this provider does not change creditSpecification of an instance that exists",
      );
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    if (changed.has(name)) {
      await saying(`changing ${name}`, change());
    }
  }
}

function decoded(inputs: Properties): Buffer {
  return Buffer.from(encoded(String(inputs.userData ?? inputs.userDataBase64 ?? "")), "base64");
}

/** Parts that the program leaves out stay as they are. */
function merged(state: Properties, inputs: Properties, name: string): Properties {
  const [before, wanted] = [state[name], inputs[name]];
  return { ...(isObject(before) ? before : {}), ...(isObject(wanted) ? wanted : {}) };
}

function volumeOf({ rootBlockDevice }: Properties): string {
  return isObject(rootBlockDevice) ? String(rootBlockDevice.volumeId) : "";
}

async function whileStopped(ec2: EC2, id: string, change: () => Promise<unknown>): Promise<void> {
  const current = async () => {
    const { Reservations: [found] = [] } = await ec2.describeInstances({ InstanceIds: [id] });
    return found?.Instances?.[0]?.State?.Name ?? "";
  };
  await ec2.stopInstances({ InstanceIds: [id] });
  const stopping = ["pending", "running", "shutting-down", "stopping"];
  await until("waiting for stop", { wanted: "stopped", pending: stopping, seconds: 600 }, current);
  await change();
  await ec2.startInstances({ InstanceIds: [id] });
  await until("waiting for start", { wanted: "running", pending: ["pending", "stopped"], seconds: 600 }, current);
}

async function changeAddresses(ec2: EC2, state: Properties, inputs: Properties): Promise<void> {
  const NetworkInterfaceId = textOf(state.primaryNetworkInterfaceId);
  const [old, wanted] = [listOf(state.secondaryPrivateIps), listOf(inputs.secondaryPrivateIps)];
  const [gone, added] = [old.filter((ip) => !wanted.includes(ip)), wanted.filter((ip) => !old.includes(ip))];
  if (gone.length > 0) {
    await ec2.unassignPrivateIpAddresses({ NetworkInterfaceId, PrivateIpAddresses: gone });
  }
  if (added.length > 0) {
    await ec2.assignPrivateIpAddresses({ NetworkInterfaceId, PrivateIpAddresses: added });
  }
}

async function changeGroups(ec2: EC2, state: Properties, inputs: Properties): Promise<void> {
  const Groups = listOf(inputs.vpcSecurityGroupIds);
  if (Groups.length === 0) {
    throw new Error("VPC-based instances require at least one security group to be attached.");
  }
  await ec2.modifyNetworkInterfaceAttribute({ NetworkInterfaceId: textOf(state.primaryNetworkInterfaceId), Groups });
}

async function changeProfile(ec2: EC2, id: string, profile: string | undefined): Promise<void> {
  const { IamInstanceProfileAssociations: [association] = [] } = await ec2.describeIamInstanceProfileAssociations({
    Filters: [{ Name: "instance-id", Values: [id] }],
  });
  const AssociationId = association?.AssociationId;
  if (!profile) {
    await (AssociationId && ec2.disassociateIamInstanceProfile({ AssociationId }));
    return;
  }
  const IamInstanceProfile = { Name: profile };
  await (AssociationId
    ? ec2.replaceIamInstanceProfileAssociation({ AssociationId, IamInstanceProfile })
    : ec2.associateIamInstanceProfile({ InstanceId: id, IamInstanceProfile }));
}

async function changeVolume(aws: Aws, ec2: EC2, id: string, state: Properties, inputs: Properties): Promise<void> {
  const [before, wanted] = [merged(state, {}, "rootBlockDevice"), merged({}, inputs, "rootBlockDevice")];
  const differs = (name: string) => wanted[name] !== undefined && wanted[name] !== before[name];
  const VolumeId = String(before.volumeId);
  if (["volumeSize", "volumeType", "iops", "throughput"].some(differs)) {
    await ec2.modifyVolume({
      VolumeId,
      Size: numberOf(wanted.volumeSize),
      VolumeType: textOf(wanted.volumeType) as "gp3" | undefined,
      Iops: numberOf(wanted.iops),
      Throughput: numberOf(wanted.throughput),
    });
  }
  if (differs("deleteOnTermination")) {
    const Ebs = { DeleteOnTermination: flagOf(wanted.deleteOnTermination) };
    const BlockDeviceMappings = [{ DeviceName: String(before.deviceName), Ebs }];
    await ec2.modifyInstanceAttribute({ InstanceId: id, BlockDeviceMappings });
  }
  const tags = aws.tags.all(wanted.tags);
  await retag(aws, regionOf(inputs), VolumeId, before.tagsAll ?? {}, tags);
}
