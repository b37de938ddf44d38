// What the double reads of the API's answers.

export interface Action {
  readonly id: number;
  readonly status: "running" | "success" | "error";
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Named {
  readonly id: number;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Protected {
  readonly protection: { readonly delete: boolean };
}

export interface Attachment {
  readonly network: number;
  readonly ip: string;
  readonly alias_ips: readonly string[];
  readonly mac_address: string;
}

export interface PublicAddress {
  readonly id?: number;
  readonly ip: string;
}

export interface Server extends Named {
  readonly status: string;
  readonly server_type: { readonly name: string };
  readonly image: { readonly id: number; readonly name: string | null } | null;
  readonly datacenter: { readonly name: string } | null;
  readonly location: { readonly name: string };
  readonly backup_window: string | null;
  readonly rescue_enabled: boolean;
  readonly iso: { readonly name: string } | null;
  readonly primary_disk_size: number;
  readonly placement_group?: { readonly id: number } | null;
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean };
  readonly private_net: readonly Attachment[];
  readonly public_net: {
    readonly ipv4: PublicAddress | null;
    readonly ipv6: PublicAddress | null;
    readonly firewalls?: readonly { readonly id: number }[];
  };
}

export interface FloatingIp extends Named, Protected {
  readonly type: "ipv4" | "ipv6";
  readonly ip: string;
  readonly description: string;
  readonly server: number | null;
  readonly home_location: { readonly name: string };
}

export interface Subnet {
  readonly type: string;
  readonly ip_range: string;
  readonly network_zone: string;
  readonly gateway: string;
  readonly vswitch_id?: number | null;
}

export interface Network extends Named, Protected {
  readonly ip_range: string;
  readonly expose_routes_to_vswitch: boolean;
  readonly subnets: readonly Subnet[];
}

export interface Rule {
  readonly direction: string;
  readonly protocol: string;
  readonly port?: string | null;
  readonly source_ips?: readonly string[];
  readonly destination_ips?: readonly string[];
  readonly description?: string | null;
}

export interface AppliedTo {
  readonly type: "server" | "label_selector";
  readonly server?: { readonly id: number };
  readonly label_selector?: { readonly selector: string };
}

export interface Firewall extends Named {
  readonly rules: readonly Rule[];
  readonly applied_to: readonly AppliedTo[];
}

export interface PlacementGroup extends Named {
  readonly type: string;
  readonly servers: readonly number[];
}

export interface SshKey extends Named {
  readonly public_key: string;
  readonly fingerprint: string;
}

export interface Image {
  readonly id: number;
  readonly name: string | null;
  readonly type: string;
  readonly status: string;
  readonly description: string;
  readonly created: string;
  readonly os_flavor: string;
  readonly os_version: string | null;
  readonly rapid_deploy?: boolean;
  readonly architecture: string;
  readonly deprecated: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ServerType {
  readonly name: string;
  readonly architecture: string;
}
