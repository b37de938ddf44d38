// What the arguments of `existing` have to fulfil.
import { isIP, isIPv6, SocketAddress } from "node:net";
import * as checks from "../validation/checks";
import { type Draft, entries, isRecord, UNKNOWN } from "../validation/draft";
import type { Plain } from "../validation/plain";
import { type Problem, problem, show } from "../validation/problem";
import { filledList, shape, unknownProperties } from "../validation/shape";
import { privateKeyProblems } from "../validation/sshKeys";
import type { ExistingNodeArgs, SshArgs, VirtualAddressArgs } from "./existing";
import { bastionProblems, givenHostKey, notAnObject, type Waiver } from "./sshRules";

type Node = Plain<ExistingNodeArgs>;
type VirtualAddress = Plain<VirtualAddressArgs>;
type Ssh = Plain<SshArgs>;

export interface ExistingDraft {
  readonly nodes: Draft<Node[]>;
  readonly virtualAddresses: Draft<VirtualAddress[]>;
  readonly ssh: Draft<Ssh>;
  readonly adopt?: Draft<boolean>;
  readonly uninstallOnDestroy?: Draft<boolean>;
}

type Rule = (draft: ExistingDraft) => Problem[];

const twoNodes: Rule = ({ nodes }) => {
  if (nodes === UNKNOWN) {
    return [problem("platform.nodes", "is an Output. List the two nodes themselves; what is in them can be Outputs.")];
  }
  const count = Array.isArray(nodes) ? nodes.length : 0;
  if (count !== 2) {
    return [
      problem(
        "platform.nodes",
        `has ${count} ${count === 1 ? "node" : "nodes"}. List exactly two; a pair is what makes it redundant.`,
      ),
    ];
  }
  return (nodes as readonly unknown[]).flatMap((node, index) =>
    isRecord(node) ? [] : [problem(`platform.nodes[${index}]`, notAnObject(node, "Give { name, host, hostKey }."))],
  );
};

const nodeShapes: Rule = ({ nodes, ssh }) =>
  entries<Node>("platform.nodes", nodes).flatMap(({ path, value }) => [
    ...unknownProperties(path, value, ["name", "host", "hostKey", "peerAddress"] satisfies (keyof Node)[]),
    ...(value.name === UNKNOWN
      ? [problem(`${path}.name`, "is an Output. Give a plain string; the node's resources are named after it.")]
      : checks.name(`${path}.name`, value.name)),
    ...checks.host(`${path}.host`, value.host),
    ...givenHostKey(path, value.hostKey, waiver(ssh)),
    ...(value.peerAddress === undefined
      ? peerFromHost(path, value.host)
      : checks.address(`${path}.peerAddress`, value.peerAddress)),
  ]);

function peerFromHost(path: string, host: unknown): Problem[] {
  return checks.address("", host).length === 0
    ? []
    : [
        problem(
          `${path}.peerAddress`,
          `is missing, and host ${show(host)} is not an IP address. Give the node's address on the network between the two.`,
        ),
      ];
}

function waiver(ssh: Draft<Ssh>): Waiver {
  const given = isRecord(ssh) && ssh.acceptAnyHostKey;
  // One that an update will tell may be set.
  return { property: "platform.ssh.acceptAnyHostKey", isSet: given === true || given === UNKNOWN };
}

const addressFix = 'Add an address with its prefix length, such as { address: "198.51.100.10/24" }.';
const addressList = filledList(
  shape<VirtualAddress>(
    { address: checks.addressWithPrefix, interface: checks.optional(checks.networkInterface) },
    addressFix,
  ),
  addressFix,
);
const addressShapes: Rule = ({ virtualAddresses }) => addressList("platform.virtualAddresses", virtualAddresses);

const SSH = [
  "privateKey",
  "privateKeyPassphrase",
  "user",
  "port",
  "bastion",
  "acceptAnyHostKey",
] satisfies (keyof Ssh)[];
const sshShape: Rule = ({ ssh }) => {
  if (!isRecord(ssh)) {
    return [problem("platform.ssh", notAnObject(ssh, "Say how the nodes are reached: at least { privateKey }."))];
  }
  const { bastion } = ssh;
  return [
    ...unknownProperties("platform.ssh", ssh, SSH),
    ...privateKeyProblems("platform.ssh.privateKey", ssh.privateKey, ssh.privateKeyPassphrase),
    ...checks.optional(checks.userName)("platform.ssh.user", ssh.user),
    ...checks.optional(checks.port)("platform.ssh.port", ssh.port),
    ...checks.optional(checks.flag)("platform.ssh.acceptAnyHostKey", ssh.acceptAnyHostKey),
    ...bastionProblems("platform.ssh.bastion", bastion, waiver(ssh)),
  ];
};

/** The two nodes are two machines. */
const differentNodes: Rule = ({ nodes }) => {
  const [first, second] = entries<Node>("platform.nodes", nodes);
  if (!first || !second) {
    return [];
  }
  const same = (["name", "host", "peerAddress", "hostKey"] as const).flatMap((key) => {
    const value = second.value[key];
    return typeof value === "string" && identity(value) === identity(first.value[key])
      ? [problem(`${second.path}.${key}`, `${show(value)} is that of ${first.path} too. ${TWO_MACHINES}`)]
      : [];
  });
  return same.length > 0 ? same : peersOf(first, second);
};

const TWO_MACHINES = "Two different machines are needed.";

type NodeEntry = ReturnType<typeof entries<Node>>[0];

/** The addresses that the nodes talk to each other on differ, and are of one kind. */
function peersOf(first: NodeEntry, second: NodeEntry): Problem[] {
  const [one, other] = [first, second].map(({ value }) => value.peerAddress ?? value.host);
  if (typeof one !== "string" || typeof other !== "string" || isIP(one) === 0 || isIP(other) === 0) {
    return [];
  }
  const path = `${second.path}.peerAddress`;
  if (identity(one) === identity(other)) {
    return [problem(path, `${show(other)} is that of ${first.path} too. ${TWO_MACHINES}`)];
  }
  return isIP(one) === isIP(other)
    ? []
    : [problem(path, `${show(other)} cannot talk to ${show(one)}. Give both nodes an IPv4 or both an IPv6 address.`)];
}

/** One spelling of what can be spelled differently: IPv6 addresses, and keys with comments. */
function identity(value: unknown): unknown {
  if (typeof value !== "string") {
    return value;
  }
  if (isIPv6(value) && !value.includes("%")) {
    return new SocketAddress({ address: value, family: "ipv6" }).address;
  }
  return value.split(" ", 2).join(" ");
}

/** A shared address belongs to neither node, and is listed once. */
const addressesAreFree: Rule = ({ nodes, virtualAddresses }) => {
  const own = entries<Node>("platform.nodes", nodes).flatMap(({ path, value }) =>
    (["host", "peerAddress"] as const).map((key) => ({ path: `${path}.${key}`, address: identity(value[key]) })),
  );
  const shared = entries<VirtualAddress>("platform.virtualAddresses", virtualAddresses).map(({ path, value }) => ({
    path: `${path}.address`,
    value: value.address,
    address: typeof value.address === "string" ? identity(value.address.split("/")[0]) : undefined,
  }));
  return shared.flatMap(({ path, value, address }, index) => {
    const taken = [...own, ...shared.slice(0, index)].find(
      (other) => typeof address === "string" && address !== "" && other.address === address,
    );
    return taken ? [problem(path, `${show(value)} is already ${taken.path}. Use an address that no host has.`)] : [];
  });
};

const plainFlags: Rule = (draft) =>
  (["adopt", "uninstallOnDestroy"] as const).flatMap((flag) =>
    draft[flag] === UNKNOWN
      ? [problem(`platform.${flag}`, "is an Output. Give true or false; which commands there are depends on it.")]
      : checks.optional(checks.flag)(`platform.${flag}`, draft[flag]),
  );

const PROPERTIES = [
  "nodes",
  "virtualAddresses",
  "ssh",
  "adopt",
  "uninstallOnDestroy",
] satisfies (keyof ExistingDraft)[];
const nothingElse: Rule = (draft) => unknownProperties("platform", { ...draft }, PROPERTIES);

const rules: readonly Rule[] = [
  nothingElse,
  twoNodes,
  nodeShapes,
  differentNodes,
  addressShapes,
  addressesAreFree,
  sshShape,
  plainFlags,
];

export function existingProblems(draft: ExistingDraft): Problem[] {
  return rules.flatMap((rule) => rule(draft));
}
