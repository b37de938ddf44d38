// The extension point: what a cloud, or a pair of hosts, has to provide.
// The component knows platforms only through this file.
import type { CustomResourceOptions, Input, Inputs, Resource } from "@pulumi/pulumi";
import type { Draft } from "./validation/draft";
import type { Problem } from "./validation/problem";

/** A bastion, or a node: where an SSH connection goes to and how both ends prove who they are. */
export interface SshEndpoint {
  /** IP address or DNS name. */
  host: Input<string>;
  /** @default 22 */
  port?: Input<number>;
  /** A user that is root or can use `sudo` without a password. @default "root" */
  user?: Input<string>;
  /** Private key in OpenSSH or PEM format. */
  privateKey: Input<string>;
  /** Passphrase of the private key. @default none */
  privateKeyPassphrase?: Input<string>;
  /** The host's public key, such as "ecdsa-sha2-nistp256 AAAA…". Undefined only where the user asked to accept any. */
  hostKey?: Input<string>;
}

export interface SshConnection extends SshEndpoint {
  /** A host to connect through. @default none */
  bastion?: SshEndpoint;
  /** Failed attempts to connect after which it is given up, 10 s each at most: more for a machine that boots. */
  dialErrorLimit: number;
}

/** An address that the pair shares. */
export interface SharedAddress {
  /** Stable name, used as a key in resource names. */
  name: Input<string>;
  /** The address alone, such as "198.51.100.10". */
  address: Input<string>;
  /** What the platform calls it: an id of the cloud, or the address again. */
  id: Input<string>;
  /**
   * Set where Keepalived itself holds the address: its prefix length, and the network interface it goes on.
   * @default none: a mover moves it
   */
  held?: Input<{ prefixLength: Input<number>; interface?: Input<string> }>;
}

/** What both nodes share: networks, firewalls, addresses. Never the assignment of an address to a node. */
export interface Shared {
  readonly addresses: Input<Input<SharedAddress>[]>;
}

/** One machine of the pair. */
export interface PlatformNode {
  /** Changes when the machine is another one, so that a replacement is configured. */
  readonly id: Input<string>;
  readonly ssh: SshConnection;
  /** Address on the network between the two nodes; VRRP adverts and status go there. */
  readonly peerAddress: Input<string>;
  /** Address under which the node itself is reached from outside. */
  readonly publicAddress: Input<string>;
  /** The machine, where Pulumi manages it. */
  readonly resource?: Resource;
}

export interface PlatformContext {
  /** Name of the component, to begin the names of resources with. */
  readonly name: string;
  /** Options that every resource of the platform gets: its parent above all. */
  readonly options: CustomResourceOptions;
}

/** A plain object that says where the pair runs. */
export interface Platform {
  readonly name: string;
  /** Names of the two nodes: keys of their resources, and what `failover.preferredNode` refers to. */
  readonly nodeNames: readonly string[];
  /** The platform's own arguments, for validation. */
  readonly args: Inputs;
  /** What is wrong with these arguments, as far as they are known. */
  problems(args: Draft<Record<string, unknown>>): Problem[];
  shared(context: PlatformContext): Shared;
  node(context: PlatformContext, shared: Shared, index: 0 | 1): PlatformNode;
}
