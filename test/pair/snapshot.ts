// What a host is like, to be compared with what it was like before: its files, users and tables, and what runs.
import type { Host } from "../lab/host";

/** What changes by itself, and with any user or package that comes and goes. */
const volatile = ["/etc/*-", "/etc/ld.so.cache", "/var/lib/apt/*", "/var/lib/dpkg/*", "/var/lib/systemd/*"];
const places = "/etc /opt /root /usr/local /var/backups /var/lib";
const find = `find ${places} ${volatile.map((path) => `! -path '${path}'`).join(" ")}`;

const commands = [
  `${find} -printf '%p %y %m %u:%g %l\\n' | sort`,
  `${find} -type f -exec md5sum {} + | sort -k 2`,
  "getent passwd",
  "getent group",
  "ls -d /run/ha-* 2>/dev/null || true",
  "systemctl list-unit-files --plain --no-legend --state=enabled,linked | sort",
  "systemctl is-active haproxy keepalived || true",
  "nft list tables 2>/dev/null || true",
];

/** A line a thing. */
export async function snapshot(host: Host): Promise<string[]> {
  return (await host.must(commands.join("\n"), { timeoutMs: 120_000 })).split("\n");
}
