// Takes everything of this library off a host, as the guide says, and the packages with it.
import type { Host } from "../lab/host";
import type { MachineName } from "../lab/layout";

export async function takeOff(host: Host<MachineName>): Promise<void> {
  await host.must("ha-lb uninstall --force && apt-get -q purge --yes haproxy keepalived", { timeoutMs: 120_000 });
}

/** What a host still has of this library: files, units and links, addresses that were shared. */
export async function leftOn(host: Host<MachineName>, addresses: readonly string[]): Promise<string[]> {
  const files = "find /etc /run /usr/local /var/lib -iname '*ha-lb*' -o -iname '*ha-load-balancer*'";
  const said = await host.must(
    `${files}; systemctl list-units --all --plain --no-legend 'ha-lb*'; nft list tables 2>/dev/null || true; ip -oneline address`,
  );
  const mine = ["ha-lb", "ha-load-balancer", "ha_load_balancer", ...addresses];
  return said.split("\n").filter((line) => mine.some((mark) => line.includes(mark)));
}
