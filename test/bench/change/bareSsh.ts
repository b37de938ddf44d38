// The same steps as the library's, by plain ssh, as a careful person scripts them: one connection to each host, the second
// host once the first one serves.
import type { Lab } from "../../lab/lab";
import { loadBalancers } from "../../lab/layout";
import { type Kind, releasePath, sign, type Wanted } from "./kinds";

export async function changeBySsh(lab: Lab, text: string, kind: Kind, wanted: Wanted): Promise<void> {
  for (const name of loadBalancers) {
    const { code, stderr } = await lab.hosts[name].ssh(steps(kind, wanted), { input: text });
    if (code !== 0) {
      throw new Error(`by ssh on ${name}: exit status ${code}: ${stderr}`);
    }
  }
}

/** What a running HAProxy can be told it is told, as the library does it; nothing there is quicker at that than Python. */
function steps(kind: Kind, wanted: Wanted): string {
  const tell = `import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/haproxy/admin.sock"); \
s.sendall(b"set weight app/web1 ${wanted.weight}\\n"); assert not s.makefile().read().strip()`;
  const location = sign("route", wanted).at(-1);
  const serves = `curl --silent --head http://127.0.0.1${releasePath} | grep --quiet ${location}`;
  return [
    "set -eu",
    "cd /etc/haproxy",
    "cat >haproxy.cfg.new",
    "haproxy -c -q -f haproxy.cfg.new",
    "mv haproxy.cfg.new haproxy.cfg",
    kind === "weight" ? `python3 -c '${tell}'` : "systemctl reload haproxy",
    `timeout 20 sh -c 'until ${serves}; do sleep 0.05; done'`,
  ].join("\n");
}
