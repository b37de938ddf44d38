// What an account has before a pair comes to it, made by an operator past Pulumi.
import { askAws, elementOf, elementsOf } from "../../lab/aws/ask";
import type { Lab } from "../../lab/lab";
import { awsApi, type SlotName } from "../../lab/layout";
import { ec2 } from "../../pair/platforms/aws";

/** Public parameters of AWS that say nothing here: the lab boots its own Debian, whichever image it is. */
const image = "ami-0deb000000000012a";
const names = { key: "laptop", group: "office", role: "movers", profile: "movers" } as const;

/** Ids, or names where AWS goes by names. */
export interface Parts {
  readonly subnetIds: readonly string[];
  readonly vpcId: string;
  readonly securityGroupId: string;
  readonly keyPair: string;
  readonly instanceProfile: string;
  readonly allocationId: string;
  readonly address: string;
}

export async function makeParts(lab: Lab): Promise<Parts> {
  const subnets = await askAws(lab, { Action: "DescribeSubnets" });
  const vpcId = elementOf(subnets, "vpcId");
  const [first = "", second = ""] = elementsOf(subnets, "subnetId");
  const allocated = await askAws(lab, { Action: "AllocateAddress", Domain: "vpc" });
  const [allocationId, address] = [elementOf(allocated, "allocationId"), elementOf(allocated, "publicIp")];
  const PublicKeyMaterial = Buffer.from(lab.sshKey.publicKey).toString("base64");
  await askAws(lab, { Action: "ImportKeyPair", KeyName: names.key, PublicKeyMaterial });
  await makeProfile(lab, allocationId);
  const securityGroupId = await makeGroup(lab, vpcId);
  return {
    subnetIds: [first, second],
    vpcId,
    securityGroupId,
    keyPair: names.key,
    instanceProfile: names.profile,
    allocationId,
    address,
  };
}

/** All of them; nothing may use them any more. */
export async function removeParts(lab: Lab, { securityGroupId, allocationId }: Parts): Promise<void> {
  await askAws(lab, { Action: "ReleaseAddress", AllocationId: allocationId });
  await askAws(lab, { Action: "DeleteSecurityGroup", GroupId: securityGroupId });
  await askAws(lab, { Action: "DeleteKeyPair", KeyName: names.key });
  const iam = (parameters: Readonly<Record<string, string>>) => askAws(lab, parameters, "iam");
  const roled = { RoleName: names.role, InstanceProfileName: names.profile };
  await iam({ Action: "RemoveRoleFromInstanceProfile", ...roled });
  await iam({ Action: "DeleteInstanceProfile", InstanceProfileName: names.profile });
  await iam({ Action: "DeleteRolePolicy", RoleName: names.role, PolicyName: names.role });
  await iam({ Action: "DeleteRole", RoleName: names.role });
}

/** As docs/aws.md has it for those who bring their own: of interfaces that do not exist yet. */
async function makeProfile(lab: Lab, allocationId: string): Promise<void> {
  const iam = (parameters: Readonly<Record<string, string>>) => askAws(lab, parameters, "iam");
  const trusted = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
  const arn = (resource: string) => `arn:aws:ec2:${awsApi.region}:123456789012:${resource}`;
  const moves = [arn(`elastic-ip/${allocationId}`), arn("network-interface/*")];
  const allowed = policy(
    { Effect: "Allow", Action: "ec2:AssociateAddress", Resource: moves },
    { Effect: "Allow", Action: "ec2:DescribeAddresses", Resource: "*" },
  );
  await iam({ Action: "CreateRole", RoleName: names.role, AssumeRolePolicyDocument: policy(trusted) });
  await iam({
    Action: "PutRolePolicy",
    RoleName: names.role,
    PolicyName: names.role,
    PolicyDocument: allowed,
  });
  await iam({ Action: "CreateInstanceProfile", InstanceProfileName: names.profile });
  await iam({ Action: "AddRoleToInstanceProfile", RoleName: names.role, InstanceProfileName: names.profile });
}

const policy = (...statements: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

async function makeGroup(lab: Lab, VpcId: string): Promise<string> {
  const made = { Action: "CreateSecurityGroup", GroupName: names.group, GroupDescription: names.group, VpcId };
  const GroupId = elementOf(await askAws(lab, made), "groupId");
  const among = { "Groups.1.GroupId": GroupId };
  await askAws(lab, {
    Action: "AuthorizeSecurityGroupIngress",
    GroupId,
    ...permission(1, "tcp", [80, 80], { "IpRanges.1.CidrIp": "0.0.0.0/0" }),
    ...permission(2, "tcp", [22, 22], { "IpRanges.1.CidrIp": "198.51.100.2/32" }),
    ...permission(3, "tcp", [8405, 8406], among),
    ...permission(4, "112", [-1, -1], among),
  });
  return GroupId;
}

function permission(at: number, protocol: string, [FromPort, ToPort]: readonly [number, number], source: object) {
  const fields = Object.entries({ IpProtocol: protocol, FromPort, ToPort, ...source });
  return Object.fromEntries(fields.map(([name, value]) => [`IpPermissions.${at}.${name}`, String(value)]));
}

/** An instance as a user would make it, without user data, and with the host key that it comes up with. */
export async function makeInstance(lab: Lab, parts: Parts, subnetId: string) {
  const nic = {
    DeviceIndex: "0",
    AssociatePublicIpAddress: "true",
    SecondaryPrivateIpAddressCount: "1",
    SubnetId: subnetId,
    "SecurityGroupId.1": parts.securityGroupId,
  };
  const answer = await askAws(lab, {
    Action: "RunInstances",
    ImageId: image,
    InstanceType: "t3.small",
    MinCount: "1",
    MaxCount: "1",
    KeyName: parts.keyPair,
    "IamInstanceProfile.Name": parts.instanceProfile,
    ...Object.fromEntries(Object.entries(nic).map(([key, text]) => [`NetworkInterface.1.${key}`, text])),
  });
  const id = elementOf(answer, "instanceId");
  const state = (await ec2(lab).state()).instances.find((instance) => instance.id === id);
  const machine = lab.machine(state?.slot as SlotName);
  await machine.waitUntilUp();
  const [privateAddress = "", ...secondaryAddresses] = state?.privateIps ?? [];
  return {
    id,
    networkInterfaceId: elementOf(answer, "networkInterfaceId"),
    publicAddress: state?.publicIpv4 ?? "",
    privateAddress,
    secondaryAddresses,
    hostKey: (await machine.must("cat /etc/ssh/ssh_host_ecdsa_key.pub")).split(" ", 2).join(" "),
  };
}

export async function terminate(lab: Lab, ids: readonly string[]): Promise<void> {
  const fields = ids.map((id, index) => [`InstanceId.${index + 1}`, id]);
  await askAws(lab, { Action: "TerminateInstances", ...Object.fromEntries(fields) });
}
