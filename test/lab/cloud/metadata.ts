// The cloud's metadata service: tells each machine, known by the address that it asks from, who it is. Runs as a process
// in the operator namespace.
// usage: metadata.ts LAB; prints "listening" when it does
import http from "node:http";
import { links, metadataService, stateDirOf, withoutPrefix } from "../layout";
import { type MachineRecord, occupiedSlots, readMachine } from "./machineRecord";

const [lab = ""] = process.argv.slice(2);
const stateDir = stateDirOf(lab);

function machineAt(address: string): MachineRecord | undefined {
  const slot = occupiedSlots(stateDir).find((name) =>
    links[name].some((link) => link.addresses.map(withoutPrefix).includes(address)),
  );
  return slot && readMachine(stateDir, slot);
}

function answer(path: string, { metadata, userData }: MachineRecord): string | undefined {
  if (path === "/hetzner/v1/userdata") return userData;
  // YAML, of which JSON's strings are a part.
  if (path === "/hetzner/v1/metadata") return Object.entries(metadata).map(yamlLine).join("");
  const [, key = ""] = /^\/hetzner\/v1\/metadata\/(.+)$/.exec(path) ?? [];
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}

const yamlLine = ([key, value]: [string, string]) => `${key}: ${JSON.stringify(value)}\n`;

const server = http.createServer(({ url = "/", socket }, response) => {
  const machine = machineAt(socket.remoteAddress ?? "");
  const text = machine && answer(url.replace(/\/$/, ""), machine);
  response.writeHead(text === undefined ? 404 : 200, { "Content-Type": "text/plain; charset=utf-8" }).end(text);
});
server.listen(metadataService.port, metadataService.address, () => process.stdout.write("listening\n"));
