// RolePolicy: what a role may do, inline; the id is ROLE:NAME.
import type { ResourceType } from "../../protocol/provider";
import type { Properties } from "../../protocol/values";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { unless } from "../api/errors";
import { rolePolicy as table } from "../tables/iam";
import { none } from "./iam";
import { nameOf } from "./naming";
import { mustBeJson, policyState, samePolicy } from "./policy";
import { conflicts, resource } from "./resource";

export function rolePolicy(aws: Aws): ResourceType {
  const put = async (RoleName: string, PolicyName: string, { policy }: Properties) => {
    await (await aws.iam()).putRolePolicy({ RoleName, PolicyName, PolicyDocument: textOf(policy) });
    return `${RoleName}:${PolicyName}`;
  };
  return resource(aws, {
    table,
    what: "IAM Role Policy",
    verify: (inputs) => [...conflicts(inputs, ["namePrefix", "name"]), ...mustBeJson(inputs, "policy")],
    create: (inputs) => put(String(inputs.role), nameOf(inputs), inputs),
    find: async (id, before) => {
      const { role, name } = parse(id);
      const found = await unless(none, (await aws.iam()).getRolePolicy({ RoleName: role, PolicyName: name }));
      const state = { name, namePrefix: before.namePrefix ?? "", role };
      return found && { state: { ...state, policy: policyState(found.PolicyDocument, before.policy) } };
    },
    update: async ({ id, inputs }) => {
      const { role, name } = parse(id);
      await put(role, name, inputs);
    },
    delete: async ({ id }) => {
      const { role, name } = parse(id);
      await unless(none, (await aws.iam()).deleteRolePolicy({ RoleName: role, PolicyName: name }));
    },
    inState: { policy: samePolicy },
  });
}

function parse(id: string): { role: string; name: string } {
  const [, role, name] = /^([^:]+):(.+)$/.exec(id) ?? [];
  if (!role || !name) {
    throw new Error("role_policy id must be of the form <role name>:<policy name>");
  }
  return { role, name };
}
