// What the nodes of a pair tell about themselves, past the network.
import { loadBalancers as nodes } from "../../lab/layout";
import type { LoadBalancerName, Pair } from "../../pair/pair";

export { nodes };

/** Accepted SSH logins of root, as each node counts them. */
export function logins(pair: Pair): Promise<number[]> {
  return Promise.all(
    nodes.map(async (name) => {
      const log = await pair.host(name).must("journalctl --unit ssh --output cat --no-pager");
      return log.split("\n").filter((line) => line.startsWith("Accepted publickey for root")).length;
    }),
  );
}

/** TCP ports that it listens on, but for those that only the node itself can reach. */
export async function listeningPorts(pair: Pair, name: LoadBalancerName): Promise<number[]> {
  const lines = (await pair.host(name).must("ss -Hltn")).trim().split("\n");
  const sockets = lines.map((line) => /^\S+ +\S+ +\S+ +(\S+):(\d+) /.exec(line) ?? []);
  const ports = sockets
    .filter(([, address = ""]) => !/^127\.|^\[::1\]/.test(address))
    .map(([, , port]) => Number(port));
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** A line of the machine's private host key that nothing else contains. */
export async function hostKeyLine(pair: Pair, name: LoadBalancerName): Promise<string> {
  const key = await pair.host(name).must("cat /etc/ssh/ssh_host_ed25519_key");
  return key.split("\n")[2] ?? "";
}
