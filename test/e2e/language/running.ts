// What runs on the nodes of a pair, asked of HAProxy and systemd there.
import { loadBalancers } from "../../lab/layout";
import type { LoadBalancerName, Pair } from "../../pair/pair";

/** The process of each node that takes new connections. */
export function processes(pair: Pair): Promise<string[]> {
  return Promise.all(
    loadBalancers.map(async (name) => /^Pid: (\d+)$/m.exec(await tell(pair, name, "show info"))?.[1] ?? "none"),
  );
}

/** Keepalived on each node: its process, and how often that was reloaded. */
export function keepalivedLives(pair: Pair): Promise<string[]> {
  const reloads = "journalctl --quiet --unit keepalived --output cat --no-pager --grep '^Reload' | wc -l";
  const process = "systemctl show --property MainPID keepalived";
  return Promise.all(loadBalancers.map((name) => pair.host(name).must(`${process}; ${reloads}`)));
}

/** Address, port, number, weight and administrative state of each server; not its health, which a new process does not know. */
export async function serversOn(pair: Pair, name: LoadBalancerName): Promise<string[]> {
  const lines = (await tell(pair, name, "show servers state")).split("\n");
  return lines
    .filter((line) => /^\d+ (app|other) /.test(line))
    .map((line) => {
      const [, backend, id, server, address, , administrative, userWeight, initialWeight, ...rest] = line.split(" ");
      return [backend, id, server, address, administrative, userWeight, initialWeight, rest[9]].join(" ");
    });
}

export async function busyServers(pair: Pair, name: LoadBalancerName): Promise<string[]> {
  const [header = "", ...lines] = (await tell(pair, name, "show stat")).split("\n");
  const current = header.split(",").indexOf("scur");
  return lines
    .map((line) => line.split(","))
    .filter((columns) => columns[0] === "app" && Number(columns[current]) > 0)
    .map((columns) => columns[1] ?? "");
}

/** What HAProxy of a node answers to a command at run time. */
export function tell(pair: Pair, name: LoadBalancerName, command: string): Promise<string> {
  const script = `import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy/admin.sock"); \
    s.sendall(b"${command}\\n"); print(s.makefile().read())`;
  return pair.host(name).must(`python3 -c '${script}'`);
}
