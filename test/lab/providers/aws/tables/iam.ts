// Inputs and outputs of what may act, and how. IAM knows no regions.
import type { Table } from "../../bridge/bridged";
import { chosen, fixed, missing, needed, off, text, words } from "../../bridge/properties";
import { named, tagged } from "./shared";

const path = fixed({ type: "string", default: "/" });
const policy = needed({ type: "document" });

export const role: Table = {
  inputs: {
    assumeRolePolicy: policy,
    description: text,
    forceDetachPolicies: off,
    // Both are deprecated, and show what others attached.
    inlinePolicies: chosen(missing({ type: { list: { object: { name: text, policy: text } } }, unordered: true })),
    managedPolicyArns: chosen(missing({ type: { list: "string" }, unordered: true })),
    maxSessionDuration: { type: "integer", default: 3600 },
    ...named(64),
    path,
    permissionsBoundary: text,
    tags: words,
  },
  prepared: tagged,
  outputs: { arn: text, createDate: text, uniqueId: text },
};

export const rolePolicy: Table = {
  inputs: { ...named(128), policy, role: needed(fixed(text)) },
  outputs: {},
};

export const instanceProfile: Table = {
  inputs: { ...named(128), path, role: text, tags: words },
  prepared: tagged,
  outputs: { arn: text, createDate: text, uniqueId: text },
};
