// The extension point: what a cloud, or a pair of hosts, has to provide.
// The component knows platforms only through this file.
import type { CustomResourceOptions, Input, Inputs, Output, Resource } from "@pulumi/pulumi";
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

/** How a node is reached. */
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
  held?: Input<HeldAddress>;
}

/** An address that Keepalived itself holds. */
export interface HeldAddress {
  /** How much of the address is its network: 24, say. */
  prefixLength: Input<number>;
  /** Network interface that it goes on. @default the one that has an address of the same network */
  interface?: Input<string>;
}

/** What both nodes share: networks, firewalls, addresses. Never the assignment of an address to a node. */
export interface Shared {
  /** In the order of the component's output `addresses`; the first one is its `address`. */
  readonly addresses: Input<Input<SharedAddress>[]>;
}

/** One machine of the pair. */
export interface PlatformNode {
  /** Changes when the machine is another one, so that a replacement is configured. */
  readonly id: Input<string>;
  /** How it is reached. */
  readonly ssh: SshConnection;
  /** Address on the network between the two nodes; VRRP adverts and status go there. */
  readonly peerAddress: Input<string>;
  /** Address under which the node itself is reached from outside. */
  readonly publicAddress: Input<string>;
  /** What the mover gets on this node alone, as environment variables. @default nothing */
  readonly moverEnv?: Readonly<Record<string, Input<string>>>;
  /**
   * Where the cloud translates the shared addresses: what packets for each of them, in their order, are addressed to
   * when they reach this node.
   * @default the shared addresses themselves
   */
  readonly localAddresses?: Input<Input<string>[]>;
  /** The machine, where Pulumi manages it. */
  readonly resource?: Resource;
}

/**
 * How a cloud is asked who holds an address, and told to give it to another machine. A static script does both:
 *
 * - `mover owner ADDRESS` prints the `id` of the machine that holds it, or nothing when none does;
 * - `mover claim ADDRESS` makes it this machine, by one call, and returns once the cloud says that it is done.
 *
 * Exit status: 0 done, 75 try again, 77 denied. After a failure the last line on standard error is `CODE message`, such
 * as `429 too many requests`. The environment has HA_LB_NODE_ID, HA_LB_PEER_ID, HA_LB_ADDRESS_ID, HA_LB_LOCAL_ADDRESS
 * (what packets for the address are addressed to on this node), HA_LB_SECRETS (a directory with a file per secret, which
 * only root can read), HA_LB_RUN (a directory for root alone, to keep something between two calls while the
 * agent is there), and what stands in `env` and `moverEnv`.
 */
export interface Mover {
  /** Text of the script, its first line (`#!`) included. */
  readonly script: string;
  /** Debian packages that it needs, such as "curl". */
  readonly packages: readonly string[];
  /** What it gets on both nodes, as environment variables. @default nothing */
  readonly env?: Readonly<Record<string, Input<string>>>;
  /** Files of HA_LB_SECRETS by their names; they become Pulumi secrets. @default none */
  readonly secrets?: Readonly<Record<string, Input<string>>>;
  /** Addresses that only root's processes may talk to on a node: the cloud's metadata service. @default none */
  readonly rootOnlyAddresses?: readonly string[];
}

/** What a platform is told about the pair that it is to make. */
export interface PlatformContext {
  /** Name of the component, to begin the names of resources with. */
  readonly name: string;
  /** Options that every resource of the platform gets: its parent above all. */
  readonly options: CustomResourceOptions;
  /** TCP ports of the frontends, for a firewall. */
  readonly ports: Output<readonly number[]>;
  /** TCP ports that the nodes need of each other, and nobody else of them; beside VRRP, which is IP protocol 112. */
  readonly peerPorts: Output<readonly number[]>;
  /** Who reads metrics from the nodes, and where. */
  readonly monitoring: Output<Watchers>;
}

/** Who reads metrics from the nodes. */
export interface Watchers {
  /** The TCP port at which they are. */
  readonly port: number;
  /** Networks that they come from; none where the user named none. */
  readonly allow: readonly string[];
}

/** A plain object that says where the pair runs. */
export interface Platform {
  /** What it is called, such as "aws". */
  readonly name: string;
  /** Names of the two nodes: keys of their resources, and what `failover.preferredNode` refers to. */
  readonly nodeNames: readonly string[];
  /** The platform's own arguments, for validation. */
  readonly args: Inputs;
  /**
   * A load balancer that was made by hand may serve on these machines, and is to be taken over.
   * @default false: the nodes refuse that, and name what they found
   */
  readonly adopt?: boolean;
  /**
   * The machines outlive the pair, and a `destroy` is to take off what it put on them.
   * @default false: it leaves them as they are
   */
  readonly uninstallOnDestroy?: boolean;
  /** Moves the addresses, where Keepalived itself cannot hold them. @default none */
  readonly mover?: Mover;
  /** What is wrong with these arguments, as far as they are known. */
  problems(args: Draft<Record<string, unknown>>): Problem[];
  /** Makes what both nodes share; called once, before `node`. */
  shared(context: PlatformContext): Shared;
  /** Makes one of the two nodes. */
  node(context: PlatformContext, shared: Shared, index: 0 | 1): PlatformNode;
}
