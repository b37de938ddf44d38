// What the arguments of `existing` have to fulfil.
import type { UnwrappedObject } from "@pulumi/pulumi";
import * as checks from "../validation/checks";
import { type Draft, entries, isRecord, known, UNKNOWN } from "../validation/draft";
import { type Problem, problem, show } from "../validation/problem";
import { hostKeyProblems, privateKeyProblems } from "../validation/sshKeys";
import type { BastionArgs, ExistingNodeArgs, SshArgs, VirtualAddressArgs } from "./existing";

type Node = UnwrappedObject<ExistingNodeArgs>;
type VirtualAddress = UnwrappedObject<VirtualAddressArgs>;
type Ssh = Omit<UnwrappedObject<SshArgs>, "bastion"> & { bastion?: UnwrappedObject<BastionArgs> };

export interface ExistingDraft {
  readonly nodes: Draft<Node[]>;
  readonly virtualAddresses: Draft<VirtualAddress[]>;
  readonly ssh: Draft<Ssh>;
}

type Rule = (draft: ExistingDraft) => Problem[];

const twoNodes: Rule = ({ nodes }) => {
  const count = Array.isArray(nodes) ? nodes.length : 0;
  return count === 2
    ? []
    : [
        problem(
          "platform.nodes",
          `has ${count} ${count === 1 ? "node" : "nodes"}. List exactly two; a pair is what makes it redundant.`,
        ),
      ];
};

const nodeShapes: Rule = ({ nodes, ssh }) =>
  entries<Node>("platform.nodes", nodes).flatMap(({ path, value }) => [
    ...checks.name(`${path}.name`, value.name),
    ...checks.host(`${path}.host`, value.host),
    ...nodeHostKey(path, value.hostKey, ssh),
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

function nodeHostKey(path: string, hostKey: unknown, ssh: Draft<Ssh>): Problem[] {
  if (hostKey !== undefined) {
    return hostKeyProblems(`${path}.hostKey`, hostKey);
  }
  const anyIsFine = isRecord(ssh) && (ssh.acceptAnyHostKey === true || ssh.acceptAnyHostKey === UNKNOWN);
  return anyIsFine
    ? []
    : [
        problem(
          `${path}.hostKey`,
          'is missing. Give the host\'s public key, such as "ssh-ed25519 AAAA…" (see `ssh-keyscan`), or set platform.ssh.acceptAnyHostKey to true.',
        ),
      ];
}

const addressShapes: Rule = ({ virtualAddresses }) => [
  ...checks.filledList('Add an address with its prefix length, such as { address: "198.51.100.10/24" }.')(
    "platform.virtualAddresses",
    virtualAddresses,
  ),
  ...entries<VirtualAddress>("platform.virtualAddresses", virtualAddresses).flatMap(({ path, value }) => [
    ...checks.addressWithPrefix(`${path}.address`, value.address),
    ...checks.optional(checks.networkInterface)(`${path}.interface`, value.interface),
  ]),
];

const sshShape: Rule = ({ ssh }) => {
  if (!isRecord(ssh)) {
    return ssh === UNKNOWN
      ? []
      : [problem("platform.ssh", "is missing. Say how the nodes are reached: at least { privateKey }.")];
  }
  const { bastion } = ssh;
  return [
    ...privateKeyProblems("platform.ssh.privateKey", ssh.privateKey, ssh.privateKeyPassphrase),
    ...checks.optional(checks.userName)("platform.ssh.user", ssh.user),
    ...checks.optional(checks.port)("platform.ssh.port", ssh.port),
    ...checks.optional(checks.flag)("platform.ssh.acceptAnyHostKey", ssh.acceptAnyHostKey),
    ...(known(bastion) && isRecord(bastion)
      ? bastionShape(bastion as Exclude<Draft<UnwrappedObject<BastionArgs>>, symbol>, ssh)
      : []),
  ];
};

function bastionShape(bastion: Exclude<Draft<UnwrappedObject<BastionArgs>>, symbol>, ssh: Draft<Ssh>): Problem[] {
  const path = "platform.ssh.bastion";
  return [
    ...checks.host(`${path}.host`, bastion.host),
    ...checks.optional(checks.port)(`${path}.port`, bastion.port),
    ...checks.optional(checks.userName)(`${path}.user`, bastion.user),
    ...(known(bastion.privateKey)
      ? privateKeyProblems(`${path}.privateKey`, bastion.privateKey, bastion.privateKeyPassphrase)
      : []),
    ...nodeHostKey(path, bastion.hostKey, ssh),
  ];
}

/** The two nodes are two machines. */
const differentNodes: Rule = ({ nodes }) => {
  const [first, second] = entries<Node>("platform.nodes", nodes);
  if (!first || !second) {
    return [];
  }
  return (["name", "host", "peerAddress", "hostKey"] as const).flatMap((key) =>
    known(second.value[key]) && second.value[key] === first.value[key]
      ? [
          problem(
            `${second.path}.${key}`,
            `${show(second.value[key])} is that of ${first.path} too. Two different machines are needed.`,
          ),
        ]
      : [],
  );
};

/** A shared address belongs to neither node, and is listed once. */
const addressesAreFree: Rule = ({ nodes, virtualAddresses }) => {
  const own = entries<Node>("platform.nodes", nodes).flatMap(({ path, value }) =>
    (["host", "peerAddress"] as const).map((key) => ({ path: `${path}.${key}`, address: value[key] })),
  );
  const shared = entries<VirtualAddress>("platform.virtualAddresses", virtualAddresses).map(({ path, value }) => ({
    path: `${path}.address`,
    value: value.address,
    address: typeof value.address === "string" ? value.address.split("/")[0] : undefined,
  }));
  return shared.flatMap(({ path, value, address }, index) => {
    const taken = [...own, ...shared.slice(0, index)].find(
      (other) => address !== undefined && other.address === address,
    );
    return taken ? [problem(path, `${show(value)} is already ${taken.path}. Use an address that no host has.`)] : [];
  });
};

const rules: readonly Rule[] = [twoNodes, nodeShapes, differentNodes, addressShapes, addressesAreFree, sshShape];

export function existingProblems(draft: ExistingDraft): Problem[] {
  return rules.flatMap((rule) => rule(draft));
}
