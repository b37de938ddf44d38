// SecurityGroup: with the rules that the program lists. A group that lists none has those that others gave it.
import type { EC2, IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { Failure } from "../../protocol/inputs";
import type { ResourceType } from "../../protocol/provider";
import { hasUnknown, type Properties, type Value } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { isCode, saidBy, saying, unless } from "../api/errors";
import { securityGroup as table } from "../tables/ec2";
import { nameOf } from "./naming";
import { conflicts, objectsOf, resource } from "./resource";
import { protocolOf, rulesChange, rulesState } from "./securityGroupRules";
import { regionOf, retagging, tagsOf } from "./tagging";
import { sleep } from "./waiting";

export function securityGroup(aws: Aws): ResourceType {
  return resource(aws, {
    table,
    what: "Security Group",
    verify,
    create: async (inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      const { GroupId = "" } = await ec2.createSecurityGroup({
        GroupName: nameOf(inputs),
        Description: String(inputs.description),
        VpcId: textOf(inputs.vpcId),
        ...tagsOf("security-group", inputs.tagsAll),
      });
      return GroupId;
    },
    finish: async (id, inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      await revokeDefaults(ec2, id);
      await setRules(ec2, id, inputs, new Set(["ingress", "egress"]));
    },
    find: async (id, before) => {
      const region = textOf(before.region) ?? aws.region;
      const group = await findGroup(await aws.ec2(region), id);
      const { OwnerId: ownerId = "", GroupName: name = "", Description: description = "" } = group ?? {};
      return (
        group && {
          tags: group.Tags,
          state: {
            arn: aws.arn("ec2", `security-group/${id}`, region),
            description,
            egress: rulesState(id, before.egress, group.IpPermissionsEgress ?? []),
            ingress: rulesState(id, before.ingress, group.IpPermissions ?? []),
            name,
            namePrefix: before.namePrefix ?? "",
            ownerId,
            revokeRulesOnDelete: before.revokeRulesOnDelete ?? false,
            vpcId: group.VpcId ?? "",
          },
        }
      );
    },
    update: async ({ id, inputs, changed }) => setRules(await aws.ec2(regionOf(inputs)), id, inputs, changed),
    retag: retagging(aws),
    delete: async ({ id, state }) => {
      const ec2 = await aws.ec2(textOf(state.region));
      if (state.revokeRulesOnDelete) {
        await setRules(ec2, id, { ingress: [], egress: [] }, new Set(["ingress", "egress"]));
      }
      await deleteUnused(ec2, id);
    },
    inState: { ingress: normalRules, egress: normalRules },
  });
}

export async function findGroup(ec2: EC2, id: string): Promise<SecurityGroup | undefined> {
  const none = ["InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"];
  return (await unless(none, ec2.describeSecurityGroups({ GroupIds: [id] })))?.SecurityGroups?.[0];
}

/** EC2 lets everything out of a new group; the provider takes that away, and whoever wants it says so. */
async function revokeDefaults(ec2: EC2, GroupId: string): Promise<void> {
  const everything: IpPermission[] = [
    { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
  ];
  for (const permission of everything) {
    try {
      await ec2.revokeSecurityGroupEgress({ GroupId, IpPermissions: [permission] });
    } catch (error) {
      if (!isCode(error, "InvalidPermission.NotFound") && !saidBy(error, /remote-ipv6-range/)) {
        throw error;
      }
    }
  }
}

async function setRules(ec2: EC2, GroupId: string, inputs: Properties, changed: ReadonlySet<string>): Promise<void> {
  const group = await findGroup(ec2, GroupId);
  const { IpPermissions: ingress = [], IpPermissionsEgress: egress = [] } = group ?? {};
  if (changed.has("ingress") && inputs.ingress) {
    const { add, remove } = rulesChange(GroupId, inputs.ingress, ingress);
    const revoked = remove.length > 0 && ec2.revokeSecurityGroupIngress({ GroupId, IpPermissions: remove });
    await saying("revoking ingress rules", Promise.resolve(revoked));
    const granted = add.length > 0 && ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions: add });
    await saying("authorizing ingress rules", Promise.resolve(granted));
  }
  if (changed.has("egress") && inputs.egress) {
    const { add, remove } = rulesChange(GroupId, inputs.egress, egress);
    const revoked = remove.length > 0 && ec2.revokeSecurityGroupEgress({ GroupId, IpPermissions: remove });
    await saying("revoking egress rules", Promise.resolve(revoked));
    const granted = add.length > 0 && ec2.authorizeSecurityGroupEgress({ GroupId, IpPermissions: add });
    await saying("authorizing egress rules", Promise.resolve(granted));
  }
}

/** What uses the group may take a while to be gone; the real provider waits for a quarter of an hour. */
async function deleteUnused(ec2: EC2, GroupId: string): Promise<void> {
  const inUse = ["DependencyViolation", "InvalidGroup.InUse"];
  for (const deadline = Date.now() + 15 * 60_000; ; await sleep(1_000)) {
    try {
      await unless(["InvalidGroup.NotFound"], ec2.deleteSecurityGroup({ GroupId }));
      return;
    } catch (error) {
      if (!isCode(error, ...inUse) || Date.now() > deadline) {
        throw error;
      }
    }
  }
}

function verify(inputs: Properties): Failure[] {
  const failures = conflicts(inputs, ["namePrefix", "name"]);
  if (String(inputs.name ?? "").startsWith("sg-")) {
    failures.push({ property: "name", reason: "cannot begin with sg-" });
  }
  for (const direction of ["ingress", "egress"]) {
    for (const [index, rule] of objectsOf(inputs[direction]).entries()) {
      const at = `${direction}[${index}]`;
      if (!hasUnknown(rule) && protocolOf(rule.protocol) === "-1" && (rule.fromPort !== 0 || rule.toPort !== 0)) {
        failures.push({ property: `${at}.fromPort`, reason: 'and toPort must both be 0 with protocol "-1"' });
      }
    }
  }
  return failures;
}

function normalRules(rules: Value): Value {
  return hasUnknown(rules) ? rules : objectsOf(rules).map((rule) => ({ ...rule, protocol: protocolOf(rule.protocol) }));
}
