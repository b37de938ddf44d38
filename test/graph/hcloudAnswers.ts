// What Hetzner Cloud and its provider would say of what a pair asks them for.
import { hostKey } from "../unit/sampleArgs";

const ids: Readonly<Record<string, string>> = {
  "edge-lb1": "1001",
  "edge-lb2": "1002",
  "edge-network": "2001",
  "edge-firewall": "3001",
  "edge-spread": "4001",
  "edge-main": "5001",
  "edge-six": "5002",
};

/** What Hetzner's API would say. */
export function made(type: string, name: string): Readonly<Record<string, unknown>> {
  const id = ids[name] ? { id: ids[name] } : {};
  const index = name.includes("lb2") ? 2 : 1;
  switch (type) {
    case "hcloud:index/server:Server":
      return { ...id, ipv4Address: `192.0.2.${index}`, networks: [{ networkId: 2001, ip: `10.0.1.${index + 1}` }] };
    case "hcloud:index/floatingIp:FloatingIp":
      return { ...id, ipAddress: name === "edge-six" ? "2001:db8:f::" : "203.0.113.7" };
    case "hcloud:index/getFloatingIp:getFloatingIp":
      return { ipAddress: "203.0.113.99" };
    case "command:local:Command": {
      const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
      return { stdout: `${key}${hostKey(String(index))} ` };
    }
    default:
      return id;
  }
}
