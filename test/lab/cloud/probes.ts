// What tests ask of a cloud's machines: who answers where, and what gets through.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { type Lab, type SlotName, until } from "../lab";
import { Namespace } from "../namespace";

/** Addresses that any machine may get. */
export const floating = { ipv4: "203.0.113.101", network6: "2001:db8:f1::/64", ipv6: "2001:db8:f1::1" } as const;
export class Probes {
  readonly client: Namespace;

  constructor(private readonly lab: Lab) {
    this.client = new Namespace(lab.name, "client");
  }

  async pings(from: SlotName, address: string): Promise<boolean> {
    return (await this.lab.machine(from).run(`ping -c 1 -W 1 ${address}`)).code === 0;
  }

  /** A server on ports 80 and 81 that says its host's name, with the floating addresses. */
  async serve(slot: SlotName): Promise<void> {
    const host = this.lab.machine(slot);
    await host.must(`ip address add ${floating.ipv4}/32 dev lo; ip address add ${floating.ipv6}/128 dev lo`);
    await host.must("cat >/root/serve.py", { input: server });
    for (const port of [80, 81])
      await host.must(`systemd-run --quiet --unit=serve-${port} python3 /root/serve.py ${port}`);
    for (const port of [80, 81])
      await until(`${slot} to serve`, async () => (await host.run(`curl -s localhost:${port}`)).code === 0, 10_000);
  }

  /** What answers; "" when nobody does. */
  async get(authority: string, from = this.client): Promise<string> {
    return (await from.run("curl", ["--silent", "--max-time", "1", `http://${authority}/`])).stdout;
  }

  async openConnection(address: string) {
    const lines = `exec 3<>/dev/tcp/${address}/80; echo open; read go; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3`;
    const child = this.client.spawn("bash", ["-c", lines], { stdio: ["pipe", "pipe", "inherit"] });
    const output = linesOf(child)[Symbol.asyncIterator]();
    assert.equal((await output.next()).value, "open");
    return {
      async ask() {
        child.stdin?.write("go\n");
        return (await output.next()).value;
      },
    };
  }

  /** Whether a datagram gets from one to the other on the private network; nothing has to come back. */
  async arrives(from: SlotName, to: SlotName): Promise<boolean> {
    const { privateAddress } = this.lab.machine(to);
    const receive = `import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 9)); s.settimeout(1); s.recv(9)`;
    const received = this.lab.machine(to).run(`python3 -c '${receive}'`);
    const neighbour = await this.lab.machine(to).must("cat /sys/class/net/eth1/address");
    await this.lab
      .machine(from)
      .must(`ip neigh replace ${privateAddress} lladdr ${neighbour.trim()} dev eth1 nud permanent`);
    const send = `for i in 1 2 3 4 5; do echo x >/dev/udp/${privateAddress}/9; sleep 0.2; done`;
    await this.lab.machine(from).run(`bash -c '${send}'`);
    return (await received).code === 0;
  }
}

export function linesOf({ stdout }: ChildProcess): Interface {
  assert.ok(stdout);
  return createInterface(stdout);
}

const server = `
import http.server, socket, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(socket.gethostname().encode())
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
Server(("::", int(sys.argv[1])), Handler).serve_forever()
`;
