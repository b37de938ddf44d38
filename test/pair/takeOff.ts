// Takes everything of this library off a host, by the very commands that the guide gives.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../lab/host";
import type { MachineName } from "../lab/layout";

const guide = join(__dirname, "../../docs/operations.md");

export async function takeOff(host: Host<MachineName>, inCloud = false): Promise<void> {
  const [, part = ""] = /## Taking it off a host\n([\s\S]*?)\n## /.exec(readFileSync(guide, "utf8")) ?? [];
  const [everywhere, before] = [...part.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands]) => commands);
  if (!everywhere || !before) {
    throw new Error(`${guide} has no commands for taking it off a host`);
  }
  await host.must(["set -e", ...(inCloud ? [before] : []), everywhere].join("\n"));
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
