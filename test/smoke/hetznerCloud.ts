// What the smoke test asks of Hetzner's API: who holds an address, and the power buttons.
import type { SmokeCloud } from "./cloud";

export class HetznerCloud implements SmokeCloud {
  readonly user = "root";

  constructor(
    private readonly token: string,
    private readonly endpoint = process.env.HCLOUD_ENDPOINT || "https://api.hetzner.cloud/v1",
  ) {}

  /** Public address of the server that a floating IP is assigned to. */
  async holderOf(address: string): Promise<string | undefined> {
    const { floating_ips } = await this.ask<{ floating_ips: { ip: string; server: number | null }[] }>(
      "GET",
      "/floating_ips",
    );
    const server = floating_ips.find(({ ip }) => ip === address)?.server;
    const servers = await this.servers();
    return servers.find(({ id }) => id === server)?.public_net.ipv4.ip;
  }

  async power(publicAddress: string, action: "poweron" | "poweroff"): Promise<void> {
    const server = (await this.servers()).find(({ public_net }) => public_net.ipv4.ip === publicAddress);
    if (!server) throw new Error(`there is no server at ${publicAddress}`);
    await this.ask("POST", `/servers/${server.id}/actions/${action}`);
  }

  private async servers(): Promise<{ id: number; public_net: { ipv4: { ip: string } } }[]> {
    const { servers } = await this.ask<{ servers: { id: number; public_net: { ipv4: { ip: string } } }[] }>(
      "GET",
      "/servers?label_selector=purpose%3Dsmoke-test",
    );
    return servers;
  }

  private async ask<T>(method: string, path: string): Promise<T> {
    const response = await fetch(`${this.endpoint}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.token}` },
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`Hetzner's API: ${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
