// What somebody on the network gets from a port.
import type { Namespace } from "../lab/namespace";

/** "silent": no answer at all, as behind a firewall. */
export type Reach = "open" | "refused" | "silent";

/** Longer than an answer takes where others keep the machine busy. */
const seconds = 5;

export async function reach(from: Namespace, address: string, port: number): Promise<Reach> {
  const { code } = await from.run("timeout", [String(seconds), "bash", "-c", `exec 3<>/dev/tcp/${address}/${port}`]);
  if (code === 124) return "silent";
  return code === 0 ? "open" : "refused";
}

/** Those of the ports that are open, all asked at a time. */
export async function openPorts(from: Namespace, address: string, ports: readonly number[]): Promise<number[]> {
  const answers = await Promise.all(ports.map((port) => reach(from, address, port)));
  return ports.filter((_, index) => answers[index] === "open");
}
