// What the arguments of `hcloud` have to fulfil.
import { isIPv4 } from "node:net";
import * as checks from "../validation/checks";
import { type Draft, entries, isRecord, known, UNKNOWN } from "../validation/draft";
import type { Plain } from "../validation/plain";
import { type Problem, problem } from "../validation/problem";
import { filledList, shape, table, unknownProperties } from "../validation/shape";
import { hostKeyProblems, privateKeyProblems } from "../validation/sshKeys";
import {
  FloatingIpType,
  type HcloudArgs,
  type HcloudFloatingIpArgs,
  type HcloudNetworkArgs,
  type HcloudServerArgs,
  type HcloudSshArgs,
  ServerCreationInput,
} from "./hcloudArgs";
import {
  exactlyTwo,
  inVain,
  networksFix,
  operatorsProblems,
  plainList,
  plainName,
  plainObject,
  plainWords,
  repeated,
} from "./pairRules";
import { bastionProblems, notAnObject } from "./sshRules";

export const defaultNodeNames = ["lb1", "lb2"] as const;

const { check, isText, optional } = checks;

type Args = Plain<HcloudArgs>;
type Server = Plain<HcloudServerArgs>;
type FloatingIp = Plain<HcloudFloatingIpArgs>;
export type HcloudDraft = { readonly [Key in keyof Args]: Draft<Args[Key]> };

type Rule = (draft: HcloudDraft) => Problem[];

/** Hetzner's tokens are of one form; text that is not would only fail at the first failover. Never shown. */
const token: checks.Check = (path, value) => {
  if (value === UNKNOWN || (isText(value) && /^[A-Za-z0-9]{64}$/.test(value))) {
    return [];
  }
  const complaint = value === undefined ? "is missing." : "is not an API token (its text is not shown).";
  return [problem(path, `${complaint} Give the 64 letters and digits of a read and write token, as a secret.`)];
};

const word = (example: string) =>
  check(
    (value) => isText(value) && /^[a-z0-9][a-z0-9.-]{0,62}$/.test(value),
    "is not one of Hetzner's names.",
    `Use one such as "${example}".`,
  );

const id = check(
  (value) => isText(value) && /^[1-9][0-9]{0,17}$/.test(value),
  "is not an id.",
  'Use its number in Hetzner\'s API, as text, such as "4711".',
);
const idNumber = check((value) => Number.isSafeInteger(value) && Number(value) > 0, "is not an id.", "Use a number.");

const ipv4Range = check(
  (value) => isText(value) && value.includes("/") && isIPv4(value.split("/")[0] ?? "") && !checks.network("", value)[0],
  "is not an IPv4 range.",
  'Use one such as "10.0.0.0/16"; private networks of Hetzner are IPv4 only.',
);

const networkShape = shape<Plain<HcloudNetworkArgs>>({
  id: optional(idNumber),
  ipRange: optional(ipv4Range),
  subnetIpRange: optional(ipv4Range),
  zone: optional(word("eu-central")),
});

const floatingIpShape = shape<FloatingIp>({
  name: plainName,
  type: optional(checks.oneOf(FloatingIpType)),
  id: optional(id),
});

const serverShape = shape<Server>({
  id,
  publicAddress: checks.host,
  privateAddress: checks.address,
  hostKey: hostKeyProblems,
});

const label = check(
  (value) => isText(value) && /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(value),
  "is not usable in a label.",
  "Use letters and digits, with . _ - between them, 63 at most.",
);
const labelKey = check(
  (value) => isText(value) && isLabelKey(...value.split("/")),
  "is not the key of a label.",
  'Use one such as "team" or "example.com/team".',
);

/** A name that may be a label's value, after a DNS name of its owner's, if any. */
function isLabelKey(...parts: readonly string[]): boolean {
  const [name = "", owner = "example.com", ...others] = parts.toReversed();
  return name !== "" && label("", name).length === 0 && checks.hostName("", owner).length === 0 && others.length === 0;
}

const sshShape: Rule = ({ ssh, servers, firewallIds }) => {
  if (!isRecord(ssh)) {
    return [problem("platform.ssh", notAnObject(ssh, "Give { privateKey, allowFrom }."))];
  }
  const { privateKey, privateKeyPassphrase, allowFrom, existingKeys, bastion } = ssh;
  return [
    ...unknownProperties("platform.ssh", ssh, SSH),
    ...privateKeyProblems("platform.ssh.privateKey", privateKey, privateKeyPassphrase),
    ...operatorsProblems(allowFrom, { "servers that exist": servers, "firewalls that exist": firewallIds }),
    ...optional(filledList(checks.text(255), "Name a key."))("platform.ssh.existingKeys", existingKeys),
    ...bastionProblems("platform.ssh.bastion", bastion),
  ];
};
const SSH = [
  "privateKey",
  "privateKeyPassphrase",
  "allowFrom",
  "existingKeys",
  "bastion",
] satisfies (keyof HcloudSshArgs)[];

const properties: { readonly [Key in keyof Required<Args>]: checks.Check } = {
  location: optional(word("fsn1")),
  serverType: optional(word("cx23")),
  image: optional(word("debian-12")),
  failoverToken: token,
  ssh: () => [],
  allowClientsFrom: optional(filledList(checks.network, networksFix)),
  floatingIps: optional(
    plainList(plainObject(floatingIpShape, '{ name: "main" }'), 'Give at least one, such as { name: "main" }.'),
  ),
  network: optional(plainObject(networkShape, "{ id: network.id }")),
  firewallIds: optional(filledList(idNumber, "Give the id of one.")),
  nodeNames: optional(plainList(plainName, 'Give two, such as ["lb1", "lb2"].')),
  servers: optional(plainList(serverShape, "Give two.")),
  labels: optional(table(labelKey, label)),
  deleteProtection: optional(checks.flag),
  replaceServersOn: optional(plainWords(ServerCreationInput)),
};

const shapes: Rule = (draft) => [
  ...unknownProperties("platform", { ...draft }, Object.keys(properties)),
  ...Object.entries(properties).flatMap(([key, one]) => one(`platform.${key}`, draft[key as keyof Args])),
];

const pairs: Rule = ({ nodeNames, servers }) => [
  ...exactlyTwo("platform.nodeNames", nodeNames),
  ...exactlyTwo("platform.servers", servers),
];

const different: Rule = ({ nodeNames, servers, floatingIps }) => [
  ...repeated("platform.nodeNames", Array.isArray(nodeNames) ? nodeNames : [], "", "Two nodes have two names."),
  ...(["id", "publicAddress", "privateAddress", "hostKey"] as const).flatMap((key) =>
    repeated(
      "platform.servers",
      entries<Server>("", servers).map(({ value }) => value[key]),
      `.${key}`,
      "Two different machines are needed.",
    ),
  ),
  ...(["name", "id"] as const).flatMap((key) =>
    repeated(
      "platform.floatingIps",
      entries<FloatingIp>("", floatingIps).map(({ value }) => value[key]),
      `.${key}`,
      "Give each a different one.",
    ),
  ),
];

const OF_NEW_SERVERS = [
  "serverType",
  "image",
  "allowClientsFrom",
  "network",
  "firewallIds",
  "replaceServersOn",
] as const satisfies readonly (keyof Args)[];

/** What would be left out without a word. */
const nothingInVain: Rule = (draft) => {
  const { servers, location, network, firewallIds, allowClientsFrom, ssh } = draft;
  const ranges = isRecord(network) && known(network.id) ? (["ipRange", "subnetIpRange", "zone"] as const) : [];
  const inNetwork = ranges
    .filter((key) => isRecord(network) && known(network[key]))
    .map((key) => inVain(`network.${key}`, "a network that exists"));
  if (servers !== undefined) {
    const ofServers = [
      ...OF_NEW_SERVERS.filter((key) => draft[key] !== undefined),
      ...(isRecord(ssh) && ssh.existingKeys !== undefined ? ["ssh.existingKeys"] : []),
    ];
    return [
      ...ofServers.map((path) => inVain(path, "servers that exist")),
      ...inNetwork,
      ...(location !== undefined && nothingIsMade(draft) ? [inVain("location", "what exists")] : []),
    ];
  }
  const behindFirewalls = known(allowClientsFrom) && known(firewallIds);
  return [...inNetwork, ...(behindFirewalls ? [inVain("allowClientsFrom", "firewalls that exist")] : [])];
};

/** What is made needs a place, and a server a type. */
const whatIsMade: Rule = (draft) => [
  ...(draft.location === undefined && !nothingIsMade(draft) ? word("fsn1")("platform.location", undefined) : []),
  ...(draft.serverType === undefined && draft.servers === undefined
    ? word("cx23")("platform.serverType", undefined)
    : []),
];

function nothingIsMade({ servers, floatingIps }: HcloudDraft): boolean {
  const given = entries<FloatingIp>("", floatingIps);
  return servers !== undefined && given.length > 0 && given.every(({ value }) => value.id !== undefined);
}

const rules: readonly Rule[] = [whatIsMade, shapes, sshShape, pairs, different, nothingInVain];

export function hcloudProblems(draft: HcloudDraft): Problem[] {
  return rules.flatMap((rule) => rule(draft));
}
