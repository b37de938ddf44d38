// Inputs and outputs of what instances are connected with.
import type { Table } from "../../bridge/bridged";
import { chosen, fixed, integer, needed, off, text, texts, words } from "../../bridge/properties";
import type { Schema } from "../../protocol/inputs";
import { named, region, tagged } from "./shared";

export const eip: Table = {
  inputs: {
    address: fixed(text),
    associateWithPrivateIp: text,
    customerOwnedIpv4Pool: text,
    domain: fixed(chosen({ type: { oneOf: ["vpc", "standard"] } })),
    instance: chosen(text),
    ipamPoolId: fixed(chosen(text)),
    networkBorderGroup: fixed(chosen(text)),
    networkInterface: chosen(text),
    publicIpv4Pool: fixed(chosen(text)),
    region,
    tags: words,
  },
  prepared: tagged,
  outputs: {
    allocationId: text,
    arn: text,
    associationId: text,
    carrierIp: text,
    customerOwnedIp: text,
    privateDns: text,
    privateIp: text,
    ptrRecord: text,
    publicDns: text,
    publicIp: text,
  },
};

export const eipAssociation: Table = {
  inputs: {
    allocationId: fixed(chosen(text)),
    allowReassociation: fixed({ type: "boolean" }),
    instanceId: fixed(chosen(text)),
    networkInterfaceId: fixed(chosen(text)),
    privateIpAddress: fixed(chosen(text)),
    publicIp: fixed(chosen(text)),
    region,
  },
  outputs: {},
};

const list = { type: { list: "string" } } as const;

export const ruleInputs = {
  cidrBlocks: list,
  description: text,
  fromPort: needed(integer),
  ipv6CidrBlocks: list,
  prefixListIds: list,
  protocol: needed(text),
  securityGroups: texts,
  self: off,
  toPort: needed(integer),
} as const satisfies Schema;

const rules = chosen({ type: { list: { object: ruleInputs } }, unordered: true });

export const securityGroup: Table = {
  inputs: {
    description: fixed({ type: "string", default: "Managed by Pulumi" }),
    egress: rules,
    ingress: rules,
    ...named(255),
    region,
    revokeRulesOnDelete: off,
    tags: words,
    vpcId: fixed(chosen(text)),
  },
  prepared: tagged,
  outputs: { arn: text, ownerId: text },
};

export const securityGroupRule: Table = {
  inputs: {
    cidrIpv4: text,
    cidrIpv6: text,
    description: text,
    fromPort: integer,
    ipProtocol: needed(text),
    prefixListId: text,
    referencedSecurityGroupId: text,
    region,
    securityGroupId: needed(fixed(text)),
    tags: words,
    toPort: integer,
  },
  prepared: tagged,
  outputs: { arn: text, securityGroupRuleId: text },
};

export const keyPair: Table = {
  inputs: {
    keyName: chosen(fixed({ type: "string", autoName: true, maxLength: 255 })),
    keyNamePrefix: fixed(chosen(text)),
    publicKey: needed(fixed(text)),
    region,
    tags: words,
  },
  prepared: tagged,
  outputs: { arn: text, fingerprint: text, keyPairId: text, keyType: text },
};
