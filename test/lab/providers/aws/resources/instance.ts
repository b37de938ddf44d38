// Instance: running, with its addresses, before it counts as created; gone once it is terminated.
import { isIP } from "node:net";
import type { EC2, Instance } from "@aws-sdk/client-ec2";
import type { Failure } from "../../protocol/inputs";
import type { ResourceType } from "../../protocol/provider";
import { isUnknown, type Properties, type Value } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { listOf, textOf } from "../api/configuration";
import { saidBy, saying, unless } from "../api/errors";
import { instance as table } from "../tables/instance";
import { changeInstance } from "./instanceChanges";
import { launchOf } from "./instanceLaunch";
import { instanceState } from "./instanceState";
import { conflicts, isGiven, resource } from "./resource";
import { regionOf, retag, retagging } from "./tagging";
import { sleep, until } from "./waiting";

export function instance(aws: Aws): ResourceType {
  return resource(aws, {
    table,
    what: "EC2 Instance",
    verify,
    // Other user data means another machine only where the program says so, another size only when it is another kind
    // of processor.
    replaces: (name, inputs, state) =>
      (["userData", "userDataBase64"].includes(name) && inputs.userDataReplaceOnChange === true) ||
      (name === "instanceType" && isArm(inputs.instanceType) !== isArm(state.instanceType)),
    create: async (inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      const launch = await launchOf(ec2, inputs);
      const { Instances: [made] = [] } = await onceProfileIsKnown(() => ec2.runInstances(launch));
      return made?.InstanceId ?? "";
    },
    finish: async (id, inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      const running = { wanted: "running", pending: ["pending", ""], seconds: 600 };
      await until(`waiting for EC2 Instance (${id}) create`, running, () => stateOf(ec2, id));
      if (inputs.sourceDestCheck === false) {
        await ec2.modifyInstanceAttribute({ InstanceId: id, SourceDestCheck: { Value: false } });
      }
      await tagRootVolume(aws, ec2, id, inputs);
    },
    find: async (id, before) => {
      const ec2 = await aws.ec2(textOf(before.region));
      const found = await findInstance(ec2, id);
      return found && { tags: found.Tags, state: await instanceState(aws, ec2, found, before) };
    },
    update: async (change) => {
      const ec2 = await aws.ec2(regionOf(change.inputs));
      await changeInstance(aws, ec2, change);
    },
    retag: retagging(aws),
    delete: async ({ id, state }) => {
      const ec2 = await aws.ec2(textOf(state.region));
      await terminate(ec2, id, state);
    },
  });
}

/** The real provider asks EC2; after the number of its generation, the family of an ARM type has a "g". */
function isArm(type: Value | undefined): boolean {
  return /^(a1|[a-z]+\d+g(?!\d)[a-z]*)\./.test(String(type));
}

/** Nothing once it is terminated, though the API tells of it for another hour. */
export async function findInstance(ec2: EC2, id: string): Promise<Instance | undefined> {
  const found = await unless(["InvalidInstanceID.NotFound"], ec2.describeInstances({ InstanceIds: [id] }));
  const instance = found?.Reservations?.[0]?.Instances?.[0];
  return instance?.State?.Name === "terminated" ? undefined : instance;
}

async function stateOf(ec2: EC2, id: string): Promise<string> {
  const found = await unless(["InvalidInstanceID.NotFound"], ec2.describeInstances({ InstanceIds: [id] }));
  return found?.Reservations?.[0]?.Instances?.[0]?.State?.Name ?? "";
}

/** A new instance profile takes some seconds until EC2 knows it. */
async function onceProfileIsKnown<T>(run: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + 120_000; ; await sleep(1_000)) {
    try {
      return await run();
    } catch (error) {
      if (!saidBy(error, /Invalid IAM Instance Profile|has no associated IAM Roles/) || Date.now() > deadline) {
        throw error;
      }
    }
  }
}

/** The tags of the configuration belong on the volume as well, unless the program tags volumes. */
async function tagRootVolume(aws: Aws, ec2: EC2, id: string, inputs: Properties): Promise<void> {
  const found = inputs.rootBlockDevice && !inputs.volumeTags ? await findInstance(ec2, id) : undefined;
  const root = found?.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === found.RootDeviceName);
  const volume = root?.Ebs?.VolumeId;
  if (volume) {
    const { tags } = inputs.rootBlockDevice as Properties;
    await retag(aws, regionOf(inputs), volume, {}, aws.tags.all(tags));
  }
}

async function terminate(ec2: EC2, InstanceId: string, state: Properties): Promise<void> {
  const none = ["InvalidInstanceID.NotFound"];
  if (state.forceDestroy) {
    await unless(none, ec2.modifyInstanceAttribute({ InstanceId, DisableApiTermination: { Value: false } }));
    await unless(none, ec2.modifyInstanceAttribute({ InstanceId, DisableApiStop: { Value: false } }));
  }
  const terminating = await unless(none, ec2.terminateInstances({ InstanceIds: [InstanceId] }));
  if (!terminating) {
    return;
  }
  const pending = ["pending", "running", "shutting-down", "stopping", "stopped"];
  const gone = async () => (await stateOf(ec2, InstanceId)) || "terminated";
  const target = { wanted: "terminated", pending, seconds: 1200 };
  await saying("waiting for delete", until(`EC2 Instance (${InstanceId})`, target, gone));
}

function verify(inputs: Properties): Failure[] {
  const failures = conflicts(inputs, ["userData", "userDataBase64"], ["ipv6Addresses", "ipv6AddressCount"]);
  for (const property of ["ami", "instanceType"].filter((name) => !isGiven(inputs[name]))) {
    failures.push({ property, reason: "one of it and launchTemplate must be given" });
  }
  const { volumeTags, rootBlockDevice, metadataOptions, userData } = inputs;
  if (volumeTags && partOf(rootBlockDevice, "tags")) {
    failures.push({ property: "rootBlockDevice.tags", reason: "conflicts with volumeTags" });
  }
  const hops = partOf(metadataOptions, "httpPutResponseHopLimit");
  if (typeof hops === "number" && (hops < 1 || hops > 64)) {
    failures.push({ property: "metadataOptions.httpPutResponseHopLimit", reason: "must be in the range (1 - 64)" });
  }
  if (Buffer.byteLength(String(userData ?? "")) > 16384) {
    failures.push({ property: "userData", reason: "must be at most 16384 bytes long" });
  }
  for (const address of [String(inputs.privateIp ?? ""), ...listOf(inputs.secondaryPrivateIps)]) {
    if (address && !isUnknown(address) && isIP(address) !== 4) {
      failures.push({ property: "secondaryPrivateIps", reason: `expected a valid IPv4 address, got: ${address}` });
    }
  }
  return failures;
}

function partOf(value: Value | undefined, name: string): Value | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value[name] : undefined;
}
