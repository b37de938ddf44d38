// The state of a Hetzner Cloud project: everything that was made in it. Knows nothing of HTTP.
import type { Machines } from "../cloud/machines";
import { Actions, type Delays, type ResourceReference } from "./actions";
import { Collection } from "./collection";
import { Ground } from "./ground";
import type { Firewall } from "./resources/firewalls";
import type { FloatingIp } from "./resources/floatingIps";
import type { Network } from "./resources/networks";
import type { PlacementGroup } from "./resources/placementGroups";
import type { Server } from "./resources/serverState";
import type { SshKey } from "./resources/sshKeys";

/** Beyond 32 bits, as Hetzner's are by now: who keeps them in less is found out. */
const firstId = 10_000_000_001;

export class Project {
  readonly servers = new Collection<Server>("server");
  readonly floatingIps = new Collection<FloatingIp>("floating_ip");
  readonly networks = new Collection<Network>("network");
  readonly firewalls = new Collection<Firewall>("firewall");
  readonly placementGroups = new Collection<PlacementGroup>("placement_group");
  readonly sshKeys = new Collection<SshKey>("ssh_key");
  /** How many floating IPs of either type were given so far. */
  readonly addressesGiven = { ipv4: 0, ipv6: 0 };
  readonly actions: Actions;
  readonly ground: Ground;
  private lastId = firstId - 1;

  constructor(machines: Machines, delays: Delays = {}) {
    this.actions = new Actions(() => this.nextId(), delays);
    this.ground = new Ground(machines, this);
  }

  /** Never the same twice, whatever it is for. */
  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  /** What every new resource has. */
  identity() {
    return { id: this.nextId(), created: new Date().toISOString() };
  }
}

export const reference = (type: string, { id }: { readonly id: number }): ResourceReference => ({ id, type });
