// Takes everything of this library off a host, as the guide says, and the packages with it.
import type { Host } from "../lab/host";
import type { MachineName } from "../lab/layout";

export async function takeOff(host: Host<MachineName>): Promise<void> {
  await host.must("ha-lb uninstall --force && apt-get -q purge --yes haproxy keepalived", { timeoutMs: 120_000 });
}

/** What a host still has of this library: files, units and links, users and groups, addresses that were shared. */
export async function leftOn(host: Host<MachineName>, addresses: readonly string[]): Promise<string[]> {
  const commands = [
    "find /etc /run /usr/local /var/lib /var/backups -iname '*ha-lb*' -o -iname '*ha-load-balancer*'",
    "systemctl list-units --all --plain --no-legend 'ha-lb*'",
    "getent passwd",
    "getent group",
    "nft list tables 2>/dev/null || true",
    "ip -oneline address",
  ];
  const said = await host.must(commands.join("\n"));
  const mine = ["ha-lb", "ha-load-balancer", "ha_load_balancer", ...addresses];
  return said.split("\n").filter((line) => mine.some((mark) => line.includes(mark)));
}
