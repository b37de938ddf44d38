// Serves package repositories to the lab's hosts, each under a host name of its own: the distribution's, and those of
// HAProxy's vendors with their ways of keeping others out. Runs as a process in the operator namespace.
// usage: server.ts DIRECTORY ADDRESS PORT; prints "listening" when it does
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { repository, vendors } from "../layout";

const [directory = "", address = "", port = ""] = process.argv.slice(2);

/** The file that is asked for, or the status that refuses it. */
type Site = (asked: string, authorization: string | undefined) => string | number;

const community: Site = (asked) => path.join("community", asked);
const login = `Basic ${Buffer.from(`${vendors.mirror.user}:${vendors.mirror.password}`).toString("base64")}`;
/** Behind the key come the release of the host and its architecture. */
const forSubscribers = new RegExp(
  `^${new URL(vendors.enterprise.url(vendors.enterprise.key)).pathname}debian-[a-z]+/[a-z0-9]+/(.+)$`,
);

const sites: Readonly<Record<string, Site>> = {
  [repository.host]: (asked) => path.join("repository", path.basename(asked)),
  [vendors.community.host]: community,
  [vendors.mirror.host]: (asked, authorization) => (authorization === login ? community(asked, authorization) : 401),
  [vendors.enterprise.host]: (asked) => {
    const [, behind] = forSubscribers.exec(asked) ?? [];
    return behind ? path.join("enterprise", behind) : 403;
  },
};

const server = http.createServer(({ url = "/", headers }, response) => {
  const site = sites[headers.host?.split(":")[0] ?? ""];
  // Within the directory, whatever is asked; apt asks for "keepalived_1%253a…" when the file is "keepalived_1%3a…".
  const asked = path.posix.normalize(decodeURIComponent(url));
  const found = site?.(asked, headers.authorization) ?? 404;
  const file = typeof found === "string" ? path.join(directory, found) : "";
  if (typeof found === "number" || !fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    response.writeHead(typeof found === "number" ? found : 404).end();
    return;
  }
  response.writeHead(200, { "Content-Length": fs.statSync(file).size });
  fs.createReadStream(file).pipe(response);
});
server.listen(Number(port), address, () => process.stdout.write("listening\n"));
