// Role: who may take it on, and the policies of all kinds that it has by now.
import type { IAM, Role } from "@aws-sdk/client-iam";
import type { ResourceType } from "../../protocol/provider";
import type { Properties } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { listOf, textOf } from "../api/configuration";
import { unless } from "../api/errors";
import { toTags } from "../api/tags";
import { role as table } from "../tables/iam";
import { changeTags, none, timeOf } from "./iam";
import { nameOf } from "./naming";
import { mustBeJson, policyState, samePolicy } from "./policy";
import { conflicts, objectsOf, resource } from "./resource";

export function role(aws: Aws): ResourceType {
  return resource(aws, {
    table,
    what: "IAM Role",
    verify: (inputs) => [...conflicts(inputs, ["namePrefix", "name"]), ...mustBeJson(inputs, "assumeRolePolicy")],
    create: async (inputs) => {
      const { Role } = await (await aws.iam()).createRole({
        AssumeRolePolicyDocument: textOf(inputs.assumeRolePolicy),
        Description: textOf(inputs.description),
        MaxSessionDuration: Number(inputs.maxSessionDuration),
        Path: textOf(inputs.path),
        PermissionsBoundary: textOf(inputs.permissionsBoundary),
        RoleName: nameOf(inputs),
        Tags: toTags(inputs.tagsAll),
      });
      return Role?.RoleName ?? "";
    },
    find: async (id, before) => {
      const iam = await aws.iam();
      const found = (await unless(none, iam.getRole({ RoleName: id })))?.Role;
      return found && { tags: found.Tags, state: { ...roleState(found, before), ...(await policiesOf(iam, id)) } };
    },
    update: async ({ id, inputs, changed }) => {
      const iam = await aws.iam();
      if (changed.has("assumeRolePolicy")) {
        await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: textOf(inputs.assumeRolePolicy) });
      }
      if (changed.has("description")) {
        await iam.updateRoleDescription({ RoleName: id, Description: String(inputs.description ?? "") });
      }
      if (changed.has("maxSessionDuration")) {
        await iam.updateRole({ RoleName: id, MaxSessionDuration: Number(inputs.maxSessionDuration) });
      }
      if (changed.has("permissionsBoundary")) {
        await (inputs.permissionsBoundary
          ? iam.putRolePermissionsBoundary({ RoleName: id, PermissionsBoundary: String(inputs.permissionsBoundary) })
          : iam.deleteRolePermissionsBoundary({ RoleName: id }));
      }
    },
    retag: async (change) => {
      const [iam, RoleName] = [await aws.iam(), change.id];
      await changeTags(
        change,
        (Tags) => iam.tagRole({ RoleName, Tags }),
        (TagKeys) => iam.untagRole({ RoleName, TagKeys }),
      );
    },
    delete: async ({ id, state }) => {
      await unless(none, deleteRole(await aws.iam(), id, state));
    },
    inState: { assumeRolePolicy: samePolicy },
  });
}

export function roleState(found: Role, before: Properties): Properties {
  return {
    arn: found.Arn ?? "",
    assumeRolePolicy: policyState(found.AssumeRolePolicyDocument, before.assumeRolePolicy),
    createDate: timeOf(found.CreateDate),
    description: found.Description ?? "",
    forceDetachPolicies: before.forceDetachPolicies ?? false,
    maxSessionDuration: found.MaxSessionDuration ?? 3600,
    name: found.RoleName ?? "",
    namePrefix: before.namePrefix ?? "",
    path: found.Path ?? "/",
    permissionsBoundary: found.PermissionsBoundary?.PermissionsBoundaryArn ?? "",
    uniqueId: found.RoleId ?? "",
  };
}

/** Whoever attached them: a RolePolicy shows here as well, from the next refresh on. */
async function policiesOf(iam: IAM, RoleName: string): Promise<Properties> {
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
  const inline = PolicyNames.map(async (PolicyName) => {
    const { PolicyDocument } = await iam.getRolePolicy({ RoleName, PolicyName });
    return { name: PolicyName, policy: policyState(PolicyDocument, undefined) };
  });
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
  return {
    inlinePolicies: await Promise.all(inline),
    managedPolicyArns: AttachedPolicies.map(({ PolicyArn = "" }) => PolicyArn),
  };
}

/** Policies are taken off only where the state has them, or the program asks for it; else IAM refuses. */
async function deleteRole(iam: IAM, RoleName: string, state: Properties): Promise<void> {
  const { InstanceProfiles = [] } = await iam.listInstanceProfilesForRole({ RoleName });
  for (const { InstanceProfileName } of InstanceProfiles) {
    await unless(none, iam.removeRoleFromInstanceProfile({ RoleName, InstanceProfileName }));
  }
  if (state.forceDetachPolicies || listOf(state.managedPolicyArns).length > 0) {
    const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName });
    for (const { PolicyArn } of AttachedPolicies) {
      await unless(none, iam.detachRolePolicy({ RoleName, PolicyArn }));
    }
  }
  if (state.forceDetachPolicies || objectsOf(state.inlinePolicies).length > 0) {
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
    for (const PolicyName of PolicyNames) {
      await unless(none, iam.deleteRolePolicy({ RoleName, PolicyName }));
    }
  }
  await iam.deleteRole({ RoleName });
}
