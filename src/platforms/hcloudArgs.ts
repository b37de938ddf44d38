// What a user says about a pair on Hetzner Cloud.
import type { Input } from "@pulumi/pulumi";
import type { BastionArgs } from "./sshArgs";

/** What is sent to a server once, when it is made; Hetzner's API cannot change it later. */
export const ServerCreationInput = { image: "image", sshKeys: "sshKeys", userData: "userData" } as const;
export type ServerCreationInput = (typeof ServerCreationInput)[keyof typeof ServerCreationInput];

/** What a floating IP is: one IPv4 address, or an IPv6 network of which the pair has one address. */
export const FloatingIpType = { ipv4: "ipv4", ipv6: "ipv6" } as const;
export type FloatingIpType = (typeof FloatingIpType)[keyof typeof FloatingIpType];

/** Arguments of {@link hcloud}. */
export interface HcloudArgs {
  /** Where the servers and the floating IPs are made, such as "fsn1". @default none: needed where one of them is made */
  location?: Input<string>;
  /**
   * Such as "cx23". Another one replaces both servers, which in place would lose their power at the same time.
   * @default none: needed without `servers`
   */
  serverType?: Input<string>;
  /** Debian or Ubuntu. @default "debian-12" */
  image?: Input<string>;
  /**
   * API token with which the nodes move the floating IPs; becomes a Pulumi secret. Hetzner's tokens are good for a whole
   * project, and this one has to be read and write: give the pair a project of its own.
   */
  failoverToken: Input<string>;
  /** How both servers are reached. */
  ssh: HcloudSshArgs;
  /**
   * Networks that clients may come from, as far as the firewall that is made here is concerned.
   * @default everywhere: ["0.0.0.0/0", "::/0"]
   */
  allowClientsFrom?: Input<Input<string>[]>;
  /**
   * The addresses that the pair shares, in the order of the output `addresses`.
   * @default one IPv4 address: [{ name: "main" }]
   */
  floatingIps?: HcloudFloatingIpArgs[];
  /** The private network between the nodes, and to the servers behind them. @default one is made */
  network?: HcloudNetworkArgs;
  /**
   * Ids of firewalls that exist; none is made then. They have to let the frontends' ports and SSH through.
   * @default one is made that lets only these through
   */
  firewallIds?: Input<Input<number>[]>;
  /** Names of the two nodes, in `ha-lb status` and of their resources. @default ["lb1", "lb2"] */
  nodeNames?: string[];
  /** Two servers that exist, instead of new ones. They stay as they are but for what runs on them. @default none */
  servers?: HcloudServerArgs[];
  /** Labels of everything that is made. @default none */
  labels?: Input<Record<string, Input<string>>>;
  /**
   * Guards servers, floating IPs and the network against deletion, also by Pulumi: to be `false` before servers are
   * replaced, and before `pulumi destroy`.
   * @default false
   */
  deleteProtection?: Input<boolean>;
  /**
   * Changes that replace servers: new ones serve before the old ones are deleted. By default a new image, key or user data
   * is for servers that are made from then on. Another `serverType` always replaces.
   * @default none
   */
  replaceServersOn?: ServerCreationInput[];
}

/** How the nodes are reached, as root. */
export interface HcloudSshArgs {
  /** Private key in OpenSSH or PEM format; becomes a Pulumi secret. Its public half is put on the servers. */
  privateKey: Input<string>;
  /** Passphrase of the private key. @default none */
  privateKeyPassphrase?: Input<string>;
  /**
   * Networks from which SSH is let in: where `pulumi up` runs, or the bastion.
   * @default none: needed where a firewall is made
   */
  allowFrom?: Input<Input<string>[]>;
  /**
   * Names or ids of SSH keys that the project has already, the one of `privateKey` among them: Hetzner refuses a second
   * copy of a key. None is made then.
   * @default one is made
   */
  existingKeys?: Input<Input<string>[]>;
  /** A host to connect through. @default none */
  bastion?: BastionArgs;
}

/** An address that the pair shares. Which server it is assigned to is for the nodes to say, and never for Pulumi. */
export interface HcloudFloatingIpArgs {
  /** Name of its resource, and in `ha-lb status`. */
  name: string;
  /** @default "ipv4" */
  type?: Input<FloatingIpType>;
  /** Id of one that exists. @default one is made */
  id?: Input<string>;
}

/** The private network. Hetzner's are IPv4 only. */
export interface HcloudNetworkArgs {
  /** Id of one that exists and has a subnet. @default one is made */
  id?: Input<number>;
  /** Range of a network that is made. @default "10.0.0.0/16" */
  ipRange?: Input<string>;
  /** The part of it that the servers get addresses in. @default "10.0.1.0/24" */
  subnetIpRange?: Input<string>;
  /** Such as "eu-central". @default the one of `location` */
  zone?: Input<string>;
}

/** A server that exists, with Debian or Ubuntu, in a private network. */
export interface HcloudServerArgs {
  /** Its number in Hetzner's API. */
  id: Input<string>;
  /** Its own public address, for SSH. */
  publicAddress: Input<string>;
  /** Its address in the private network. */
  privateAddress: Input<string>;
  /** The server's public host key, such as "ecdsa-sha2-nistp256 AAAA…" (see `ssh-keyscan -t ecdsa HOST`). */
  hostKey: Input<string>;
}
