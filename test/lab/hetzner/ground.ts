// Keeps the lab's machines in step with the project: routes of floating IPs, and firewalls. What is right is asked from
// the project each time, so that changes that overtake each other end well.
import { now } from "../clock";
import type { Move } from "../cloud/api/move";
import type { FirewallRule, Machines } from "../cloud/machines";
import { Turns } from "../cloud/turns";
import type { Project } from "./project";
import { inboundRules } from "./resources/firewalls";
import type { FloatingIp } from "./resources/floatingIps";
import { privateAddress, type Server } from "./resources/serverState";

export class Ground {
  readonly moves: Move[] = [];
  private readonly routes = new Map<string, Pick<Server, "name" | "slot">>();
  private readonly rules = new Map<string, string>();
  private readonly turns = new Turns();

  constructor(
    readonly machines: Machines,
    private readonly project: Project,
  ) {}

  /** Sends the traffic for a floating IP where the project says that it belongs. */
  reroute(floatingIp: FloatingIp): Promise<void> {
    const { ip } = floatingIp;
    return this.turns.take(ip, async () => {
      const before = this.routes.get(ip);
      const isKept = this.project.floatingIps.find(floatingIp.id) !== undefined;
      const server = isKept ? this.project.servers.find(floatingIp.server) : undefined;
      if (server?.slot === before?.slot) return;
      await this.machines.route(ip, server?.slot);
      if (server) this.routes.set(ip, { name: server.name, slot: server.slot });
      else this.routes.delete(ip);
      this.moves.push({
        at: now(),
        time: Date.now() / 1000,
        address: ip,
        from: before?.name ?? null,
        to: server?.name ?? null,
      });
    });
  }

  async setPrivateAddress(server: Server): Promise<void> {
    const { slot } = server;
    if (slot === undefined) return;
    await this.turns.take(slot, () => this.machines.setPrivateAddress(slot, privateAddress(this.project, server)));
  }

  /** Lets in to every machine what its firewalls say. */
  async enforceFirewalls(): Promise<void> {
    await Promise.all(this.project.servers.all().map((server) => this.enforce(server)));
  }

  /** Forgets what is known of a machine that is gone: the next one in its place begins without a firewall. */
  forget(slot: string): void {
    this.rules.delete(slot);
  }

  private enforce({ id, slot }: Server): Promise<void> {
    if (slot === undefined) return Promise.resolve();
    return this.turns.take(slot, async () => {
      const server = this.project.servers.find(id);
      if (!server) return;
      const rules = inboundRules(this.project, server);
      const text = asText(rules);
      if (text === (this.rules.get(slot) ?? asText(undefined))) return;
      await this.machines.firewall(slot, rules);
      this.rules.set(slot, text);
    });
  }
}

const asText = (rules: readonly FirewallRule[] | undefined) => JSON.stringify(rules ?? null);
