// SecurityGroupIngressRule and SecurityGroupEgressRule: one rule of a group, with one source, as a resource of its own.
import type { EC2, IpPermission, SecurityGroupRule, SecurityGroupRuleRequest } from "@aws-sdk/client-ec2";
import type { Failure } from "../../protocol/inputs";
import type { ResourceType } from "../../protocol/provider";
import type { Properties, Value } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { unless } from "../api/errors";
import { securityGroupRule as table } from "../tables/ec2";
import { isGiven, resource } from "./resource";
import { protocolOf } from "./securityGroupRules";
import { regionOf, retag, retagging } from "./tagging";

type Direction = "Ingress" | "Egress";

const sources = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"] as const;
const gone = ["InvalidGroup.NotFound", "InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"];

export function securityGroupRule(aws: Aws, direction: Direction): ResourceType {
  return resource(aws, {
    table,
    what: `VPC Security Group ${direction} Rule`,
    verify,
    // A rule cannot become one of another kind of source.
    replaces: (name, inputs, state) =>
      (sources as readonly string[]).includes(name) && isGiven(inputs[name]) !== isGiven(state[name]),
    create: async (inputs) => {
      const ec2 = await aws.ec2(regionOf(inputs));
      const request = { GroupId: textOf(inputs.securityGroupId), IpPermissions: [toPermission(inputs)] };
      const { SecurityGroupRules: [made] = [] } = await (direction === "Ingress"
        ? ec2.authorizeSecurityGroupIngress(request)
        : ec2.authorizeSecurityGroupEgress(request));
      return made?.SecurityGroupRuleId ?? "";
    },
    finish: (id, inputs) => retag(aws, regionOf(inputs), id, {}, inputs.tagsAll),
    find: async (id, before) => {
      const region = textOf(before.region) ?? aws.region;
      const found = await findRule(await aws.ec2(region), id);
      return (
        found && {
          tags: found.Tags,
          state: ruleState(found, before, aws.arn("ec2", `security-group-rule/${id}`, region)),
        }
      );
    },
    update: async ({ id, inputs, changed }) => {
      if ([...changed].some((name) => name !== "tags" && name !== "tagsAll")) {
        const ec2 = await aws.ec2(regionOf(inputs));
        await ec2.modifySecurityGroupRules({
          GroupId: textOf(inputs.securityGroupId),
          SecurityGroupRules: [{ SecurityGroupRuleId: id, SecurityGroupRule: toRequest(inputs) }],
        });
      }
    },
    retag: retagging(aws),
    delete: async ({ id, state }) => {
      const ec2 = await aws.ec2(textOf(state.region));
      const request = { GroupId: textOf(state.securityGroupId), SecurityGroupRuleIds: [id] };
      await unless(
        gone,
        direction === "Ingress"
          ? ec2.revokeSecurityGroupIngress(request)
          : (ec2.revokeSecurityGroupEgress(request) as Promise<unknown>),
      );
    },
    inState: { ipProtocol: protocolOf },
  });
}

async function findRule(ec2: EC2, id: string): Promise<SecurityGroupRule | undefined> {
  return (await unless(gone, ec2.describeSecurityGroupRules({ SecurityGroupRuleIds: [id] })))?.SecurityGroupRules?.[0];
}

function ruleState(found: SecurityGroupRule, before: Properties, arn: string): Record<string, Value | undefined> {
  // EC2 has -1 for ports that a rule does not have.
  const port = (actual: number | undefined, given: Value | undefined) =>
    actual === undefined || (actual === -1 && given === undefined) ? undefined : actual;
  return {
    arn,
    cidrIpv4: found.CidrIpv4,
    cidrIpv6: found.CidrIpv6,
    description: found.Description,
    fromPort: port(found.FromPort, before.fromPort),
    ipProtocol: protocolOf(found.IpProtocol),
    prefixListId: found.PrefixListId,
    referencedSecurityGroupId: found.ReferencedGroupInfo?.GroupId,
    securityGroupId: found.GroupId,
    securityGroupRuleId: found.SecurityGroupRuleId,
    toPort: port(found.ToPort, before.toPort),
  };
}

const portOf = (value: Value | undefined) => (typeof value === "number" ? value : undefined);

function toPermission(inputs: Properties): IpPermission {
  const Description = textOf(inputs.description);
  const [ipv4, ipv6, prefixes, group] = sources.map((name) => textOf(inputs[name]));
  return {
    IpProtocol: protocolOf(inputs.ipProtocol),
    FromPort: portOf(inputs.fromPort),
    ToPort: portOf(inputs.toPort),
    ...(ipv4 && { IpRanges: [{ CidrIp: ipv4, Description }] }),
    ...(ipv6 && { Ipv6Ranges: [{ CidrIpv6: ipv6, Description }] }),
    ...(prefixes && { PrefixListIds: [{ PrefixListId: prefixes, Description }] }),
    ...(group && { UserIdGroupPairs: [{ GroupId: group.split("/").at(-1), Description }] }),
  };
}

function toRequest(inputs: Properties): SecurityGroupRuleRequest {
  return {
    CidrIpv4: textOf(inputs.cidrIpv4),
    CidrIpv6: textOf(inputs.cidrIpv6),
    Description: textOf(inputs.description),
    FromPort: portOf(inputs.fromPort),
    IpProtocol: protocolOf(inputs.ipProtocol),
    PrefixListId: textOf(inputs.prefixListId),
    ReferencedGroupId: textOf(inputs.referencedSecurityGroupId),
    ToPort: portOf(inputs.toPort),
  };
}

function verify(inputs: Properties): Failure[] {
  const given = sources.filter((name) => isGiven(inputs[name]));
  if (given.length === 1) {
    return [];
  }
  return [{ property: given[0] ?? sources[0], reason: `exactly one of ${sources.join(", ")} must be given` }];
}
