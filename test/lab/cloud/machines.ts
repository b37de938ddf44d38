// What a cloud's API needs of the lab: machines that really boot, addresses that are really routed, firewalls that
// really filter. Knows nothing of any cloud's API.

export interface MachineOptions {
  readonly hostname: string;
  /** What cloud-init runs at the first boot, as a user gave it; "" for none. */
  readonly userData: string;
  /** Public keys, in OpenSSH's text form, with which `user` may log in. */
  readonly authorizedKeys: readonly string[];
  /** Who has a login on the image: the image's own user, who has sudo, or root. @default "root" */
  readonly user?: "root" | "admin";
  /** Answered by the metadata service to this machine alone; the keys are paths below /hetzner/v1/metadata/. */
  readonly metadata: Readonly<Record<string, string>>;
  /** With prefix length; without one its second interface stays down. */
  readonly privateAddress?: string;
  /** Beside it on the same interface, with prefix length. */
  readonly secondaryAddresses?: readonly string[];
  /** The place that it is to have. @default the first that is free */
  readonly slot?: string;
}

export interface Machine {
  /** Which of the lab's places for machines it took: "srv1" … */
  readonly slot: string;
  readonly publicIpv4: string;
  readonly publicIpv6: string;
}

/** What may come in; everything that no rule names is dropped. */
export interface FirewallRule {
  /** A name, or the number of any other. */
  readonly protocol: "tcp" | "udp" | "icmp" | "esp" | "gre" | "any" | number;
  /** "80" or "80-90"; tcp and udp only. Without one, every port. */
  readonly port?: string;
  /** Networks, IPv4 and IPv6, with prefix length. */
  readonly sourceIps: readonly string[];
}

export type FirewallScope = "public" | "both";

export interface Machines {
  /** Takes a free slot; resolves when the machine is powered on, not when it has booted. */
  create(options: MachineOptions): Promise<Machine>;
  /** A power cut, and everything of the machine is gone. */
  destroy(slot: string): Promise<void>;
  powerOn(slot: string): Promise<void>;
  /** A power cut; the disk stays. */
  powerOff(slot: string): Promise<void>;
  isRunning(slot: string): boolean;
  /** Of its second interface, with prefix length, and those beside it; at once where it runs. */
  setPrivateAddress(slot: string, address: string | undefined, secondary?: readonly string[]): Promise<void>;
  /**
   * Sends the traffic for an IPv4 address, or an IPv6 network with its prefix length, to a machine, or to nobody.
   * @param as the private address by which the machine knows it, where a cloud translates addresses (IPv4 only)
   */
  route(address: string, slot: string | undefined, as?: string): Promise<void>;
  /** For what comes in on its public link, or on both; established connections pass. Undefined lets everything in. */
  firewall(slot: string, rules: readonly FirewallRule[] | undefined, scope?: FirewallScope): Promise<void>;
}
