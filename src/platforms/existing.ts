// Two hosts that the user already has. Keepalived itself holds the addresses on their network interfaces.
import * as pulumi from "@pulumi/pulumi";
import type { Platform, SshConnection } from "../platform";
import { type ExistingDraft, existingProblems } from "./existingRules";
import { type BastionArgs, bastionEndpoint } from "./sshArgs";

export type { BastionArgs } from "./sshArgs";

/** An address that the pair shares. */
export interface VirtualAddressArgs {
  /** Address with prefix length, IPv4 or IPv6, such as "198.51.100.10/24". */
  address: pulumi.Input<string>;
  /**
   * Network interface that holds it.
   * @default the one that has an address of the same network
   */
  interface?: pulumi.Input<string>;
}

/** How the nodes are reached. */
export interface SshArgs {
  /** Private key in OpenSSH or PEM format; becomes a Pulumi secret. */
  privateKey: pulumi.Input<string>;
  /** Passphrase of the private key. @default none */
  privateKeyPassphrase?: pulumi.Input<string>;
  /** root, or a user that can use `sudo` without a password. @default "root" */
  user?: pulumi.Input<string>;
  /** @default 22 */
  port?: pulumi.Input<number>;
  /** A host to connect through. @default none */
  bastion?: BastionArgs;
  /**
   * Connect to nodes and bastions that have no `hostKey`, whoever answers. Whoever can answer in their place then
   * gets root's commands and every secret of the configuration.
   * @default false
   */
  acceptAnyHostKey?: pulumi.Input<boolean>;
}

/** One of the two hosts. */
export interface ExistingNodeArgs {
  /** Name in `ha-lb status`, in logs, and of this node's resources. */
  name: string;
  /** IP address or DNS name for SSH. */
  host: pulumi.Input<string>;
  /**
   * The host's public key, such as "ecdsa-sha2-nistp256 AAAA…": a line of `ssh-keyscan`, without the host in front. Of
   * several, the ECDSA one: Go's SSH client asks for it first, then for RSA, then for ed25519.
   */
  hostKey?: pulumi.Input<string>;
  /**
   * The node's own IP address on the network between the two; VRRP adverts and status go there.
   * @default `host`, which then has to be an IP address
   */
  peerAddress?: pulumi.Input<string>;
}

/** Arguments of {@link existing}. */
export interface ExistingArgs {
  /** Exactly two hosts with Debian or Ubuntu. */
  nodes: ExistingNodeArgs[];
  /** At least one. */
  virtualAddresses: pulumi.Input<pulumi.Input<VirtualAddressArgs>[]>;
  /** How both hosts are reached. */
  ssh: SshArgs;
  /**
   * Take over the HAProxy and Keepalived that serve these addresses on these hosts already, made by hand or by another
   * tool: with one gap of some seconds, while the node that serves changes over in place. Their configuration is copied to
   * /var/backups/ha-load-balancer (docs/migrating.md). Without it, both hosts are checked and refuse such a
   * configuration before anything is changed. Has no effect on nodes that this pair runs on already.
   * @default false
   */
  adopt?: boolean;
  /**
   * `pulumi destroy` takes everything off both hosts again but packages and logs, as `ha-lb uninstall --force` does, the
   * second node first. It then needs both hosts (docs/existing.md). Only what this component brought last goes: hosts
   * that another one, or the same by another name, has by now go on serving.
   * @default false: `pulumi destroy` needs no host, and leaves both serving
   */
  uninstallOnDestroy?: boolean;
}

/** Runs the pair on two hosts that exist and can be reached by SSH. */
export function existing(args: ExistingArgs): Platform {
  const nodes = Array.isArray(args?.nodes) ? args.nodes : [];
  return {
    name: "existing",
    nodeNames: nodes.map((node) => node?.name).filter((name) => typeof name === "string"),
    args: { ...args },
    adopt: args?.adopt,
    uninstallOnDestroy: args?.uninstallOnDestroy,
    problems: (draft) => existingProblems(draft as unknown as ExistingDraft),
    shared: () => ({ addresses: pulumi.output(args.virtualAddresses).apply(sharedAddresses) }),
    node: (_context, _shared, index) => {
      const node = args.nodes[index] as ExistingNodeArgs;
      return {
        id: pulumi.interpolate`${node.host} ${node.hostKey ?? ""}`,
        ssh: sshConnection(args.ssh, node),
        peerAddress: node.peerAddress ?? node.host,
        publicAddress: node.host,
      };
    },
  };
}

/** Takes whatever an Output brings: what is wrong with it is for validation to say, and not for a TypeError. */
function sharedAddresses(list: readonly pulumi.UnwrappedObject<VirtualAddressArgs>[]) {
  return (Array.isArray(list) ? list : []).map((shared: pulumi.UnwrappedObject<VirtualAddressArgs> | null) => {
    const [ip = "", prefixLength] = (typeof shared?.address === "string" ? shared.address : "").split("/");
    return {
      name: ip,
      id: ip,
      address: ip,
      held: { prefixLength: Number(prefixLength), interface: shared?.interface },
    };
  });
}

function sshConnection({ bastion, ...login }: SshArgs, { host, hostKey }: ExistingNodeArgs): SshConnection {
  const { user, port, privateKey, privateKeyPassphrase } = login;
  return {
    host,
    port,
    user,
    privateKey,
    privateKeyPassphrase,
    hostKey,
    dialErrorLimit: 4,
    bastion: bastionEndpoint(bastion, login),
  };
}
