// The door of an authority that lets no order in: it says that there were too many, and when to come back. All else it
// hands on to the authority behind it.
// usage: limits.ts ADDRESS PORT PORT-BEHIND PEM RETRY-AFTER-SECONDS
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";

const [host = "", port = "", portBehind = "", file = "", seconds = ""] = process.argv.slice(2);
const pem = readFileSync(file);

createServer({ key: pem, cert: pem }, (asked, answer) => {
  const { url: path = "", method, headers } = asked;
  if (path === "/order-plz") {
    console.log(`${method} ${path} is one too many`);
    answer.writeHead(429, { "retry-after": seconds, "content-type": "application/problem+json" });
    answer.end(JSON.stringify({ type: "urn:ietf:params:acme:error:rateLimited", detail: "too many new orders" }));
    return;
  }
  // Pebble makes its addresses of the name that it is asked by, and its certificate is the one that is shown here.
  const onward = request({ host, port: portBehind, path, method, headers, rejectUnauthorized: false }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(answer);
  });
  onward.on("error", () => answer.destroy());
  asked.pipe(onward);
}).listen(Number(port), host);
