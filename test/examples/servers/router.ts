// The router of the example `custom-platform`: sends an address to the machine that its API is told. It keeps its routes
// where the lab's outside is: in the namespaces of the operator, in which it runs, and of the client.
// usage: router.ts LAB ADDRESS PORT TOKEN MACHINE=GATEWAY...; prints "listening" when it does
import { execFileSync } from "node:child_process";
import http from "node:http";
import { namespaceName } from "../../lab/layout";

const [lab = "", address = "", port = "", token = "", ...machines] = process.argv.slice(2);
const gateways = new Map(machines.map((machine) => machine.split("=") as [string, string]));
const routes = new Map<string, string>();

function send(to: string, destination: string): void {
  const gateway = gateways.get(destination);
  if (!gateway) throw new Error(`no machine is called ${destination}`);
  for (const node of ["operator", "client"] as const) {
    execFileSync("ip", ["-n", namespaceName(lab, node), "route", "replace", to, "via", gateway]);
  }
  routes.set(to, destination);
}

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const route = /^\/routes\/([0-9.]+)$/.exec(request.url ?? "")?.[1];
    if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end();
    if (!route) return response.writeHead(404).end();
    try {
      if (request.method === "PUT") send(route, JSON.parse(Buffer.concat(chunks).toString()).to);
    } catch (error) {
      return response.writeHead(400).end(String(error));
    }
    return response.end(`${JSON.stringify({ to: routes.get(route) })}\n`);
  });
});
server.listen(Number(port), address, () => process.stdout.write("listening\n"));
