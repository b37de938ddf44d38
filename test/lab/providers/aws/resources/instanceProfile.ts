// InstanceProfile: how an instance comes by its role.
import type { ResourceType } from "../../protocol/provider";
import type { Aws } from "../api/aws";
import { textOf } from "../api/configuration";
import { unless } from "../api/errors";
import { toTags } from "../api/tags";
import { instanceProfile as table } from "../tables/iam";
import { changeTags, none, timeOf } from "./iam";
import { nameOf } from "./naming";
import { conflicts, resource } from "./resource";

export function instanceProfile(aws: Aws): ResourceType {
  const add = async (InstanceProfileName: string, RoleName: string | undefined) =>
    RoleName && (await (await aws.iam()).addRoleToInstanceProfile({ InstanceProfileName, RoleName }));
  const remove = async (InstanceProfileName: string, RoleName: string | undefined) =>
    RoleName &&
    (await unless(none, (await aws.iam()).removeRoleFromInstanceProfile({ InstanceProfileName, RoleName })));
  return resource(aws, {
    table,
    what: "IAM Instance Profile",
    verify: (inputs) => conflicts(inputs, ["namePrefix", "name"]),
    create: async (inputs) => {
      const { InstanceProfile } = await (await aws.iam()).createInstanceProfile({
        InstanceProfileName: nameOf(inputs),
        Path: textOf(inputs.path),
        Tags: toTags(inputs.tagsAll),
      });
      return InstanceProfile?.InstanceProfileName ?? "";
    },
    finish: async (id, { role }) => void (await add(id, textOf(role))),
    find: async (id, before) => {
      const answer = await unless(none, (await aws.iam()).getInstanceProfile({ InstanceProfileName: id }));
      const found = answer?.InstanceProfile;
      return (
        found && {
          tags: found.Tags,
          state: {
            arn: found.Arn ?? "",
            createDate: timeOf(found.CreateDate),
            name: found.InstanceProfileName ?? id,
            namePrefix: before.namePrefix ?? "",
            path: found.Path ?? "/",
            role: found.Roles?.[0]?.RoleName ?? "",
            uniqueId: found.InstanceProfileId ?? "",
          },
        }
      );
    },
    update: async ({ id, state, inputs, changed }) => {
      if (changed.has("role")) {
        await remove(id, textOf(state.role));
        await add(id, textOf(inputs.role));
      }
    },
    retag: async (change) => {
      const [iam, InstanceProfileName] = [await aws.iam(), change.id];
      await changeTags(
        change,
        (Tags) => iam.tagInstanceProfile({ InstanceProfileName, Tags }),
        (TagKeys) => iam.untagInstanceProfile({ InstanceProfileName, TagKeys }),
      );
    },
    delete: async ({ id, state }) => {
      await remove(id, textOf(state.role));
      await unless(none, (await aws.iam()).deleteInstanceProfile({ InstanceProfileName: id }));
    },
  });
}
