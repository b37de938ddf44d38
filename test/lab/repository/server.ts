// Serves the package repository's directory to the lab's hosts. Runs as a process in the operator namespace.
// usage: server.ts DIRECTORY ADDRESS PORT; prints "listening" when it does
import fs from "node:fs";
import http from "node:http";
import path from "node:path";

const [directory = "", address = "", port = ""] = process.argv.slice(2);
// Names as they are on disk; apt asks for "keepalived_1%253a…" when the file is called "keepalived_1%3a…".
const names = new Set(fs.readdirSync(directory));

const server = http.createServer((request, response) => {
  const name = path.basename(decodeURIComponent(request.url ?? ""));
  if (!names.has(name)) {
    response.writeHead(404).end();
    return;
  }
  const file = path.join(directory, name);
  response.writeHead(200, { "Content-Length": fs.statSync(file).size });
  fs.createReadStream(file).pipe(response);
});
server.listen(Number(port), address, () => process.stdout.write("listening\n"));
