// The origin's process: servers that say what arrived. Reads its settings as a line of JSON, prints "listening", and ends
// with its standard input.
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createH2c,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { createServer as createTcp, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { type Counts, type Echo, type OriginState, originPorts, type ProxyHeader, type Settings } from "./messages";
import { agentServer, lineServer, messageServer, nameServer, protocolServer, protocols } from "./protocols";
import { readProxyHeader } from "./proxyProtocol";
import { acceptWebSocket } from "./webSocket";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

let state: OriginState = {
  status: 200,
  health: "ok",
  failingChecks: 0,
  agent: "ready",
  fluent: true,
  holding: false,
  addresses: [],
};
const nothing: Counts = { requests: 0, urls: [], together: 0, messages: [], checks: {} };
let counts = nothing;
let underWay = 0;
const proxyHeaders = new WeakMap<object, ProxyHeader>();

createInterface(process.stdin)
  .once("line", (line) => listen(JSON.parse(line) as Settings))
  .once("close", () => process.exit());

async function listen({ name, certificate, authorities }: Settings): Promise<void> {
  const current = () => state;
  const answer = (request: Request, response: Response) => serve(name, request, response);
  const plain = createHttp(answer).on("upgrade", (request, socket) => acceptWebSocket(request, socket, name));
  const proxied = createTcp((socket) => {
    socket.on("error", () => {});
    readProxyHeader(socket, (header) => {
      if (header) proxyHeaders.set(socket, header);
      plain.emit("connection", socket);
    });
  });
  const secret = { cert: certificate, key: certificate, ca: authorities, requestCert: true, rejectUnauthorized: false };
  const servers = {
    http: plain,
    h2c: createH2c(answer),
    proxied,
    https: createSecureServer({ ...secret, allowHTTP1: true }, answer),
    line: lineServer(name),
    agent: agentServer(current),
    control: createHttp(control),
    ...Object.fromEntries(
      Object.entries(protocols).map(([protocol, spoken]) => [protocol, protocolServer(spoken, current)]),
    ),
  };
  await Promise.all([
    ...Object.entries(servers).map(
      ([port, server]) => new Promise<void>((done) => server.listen(originPorts[port as keyof typeof servers], done)),
    ),
    new Promise<void>((done) => nameServer(current).bind(originPorts.dns, done)),
    new Promise<void>((done) => messageServer(note).bind(originPorts.syslog, done)),
  ]);
  process.stdout.write("listening\n");
}

async function serve(name: string, request: Request, response: Response): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://origin");
  if (pathname === "/healthz") {
    response.end(`${state.health} by ${request.method}`);
    return;
  }
  if (pathname === "/watched") {
    answerCheck(request, response);
    return;
  }
  underWay++;
  counts = {
    ...counts,
    requests: counts.requests + 1,
    urls: [...counts.urls, request.url ?? ""],
    together: Math.max(counts.together, underWay),
  };
  response.setHeader("content-type", "application/json");
  for (const [header, value] of searchParams.entries()) {
    // "?answer.cache-control=max-age=1" makes an answer with that header.
    if (header.startsWith("answer.")) response.setHeader(header.slice("answer.".length), value);
  }
  await delay(Number(searchParams.get("delay") ?? 0));
  while (pathname === "/held" && state.holding) await delay(20);
  underWay--;
  if (request.headers["content-type"] === "application/grpc") {
    await answerCall(request as Http2ServerRequest, response as Http2ServerResponse);
    return;
  }
  response.statusCode = state.status;
  const drip = Number(searchParams.get("drip") ?? 0);
  if (drip > 0) {
    await dripInto(response as ServerResponse, drip);
    return;
  }
  response.end(JSON.stringify(echoOf(name, request)));
}

function answerCheck({ socket }: Request, response: Response): void {
  const from = socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  const before = counts.checks[from] ?? [];
  counts = { ...counts, checks: { ...counts.checks, [from]: [...before, performance.now()] } };
  response.statusCode = before.length < state.failingChecks ? 500 : 200;
  response.end();
}

/** An answer that takes so many seconds: in each of them a line with its number. */
async function dripInto(response: ServerResponse, seconds: number): Promise<void> {
  const begun = performance.now();
  for (let line = 1; line <= seconds && !response.destroyed; line++) {
    response.write(`${line}\n`);
    await delay(Math.max(0, begun + line * 1000 - performance.now()));
  }
  response.end();
}

function note(message: string): void {
  counts = { ...counts, messages: [...counts.messages, message] };
}

/** What gRPC needs of the way between: a body in both directions, and a status that comes after it. */
async function answerCall(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "application/grpc" });
  for await (const message of request) response.write(message);
  response.addTrailers({ "grpc-status": "0", "grpc-message": "fine" });
  response.end();
}

function echoOf(server: string, request: Request): Echo {
  const socket = ("stream" in request ? request.stream.session?.socket : request.socket) as Socket & Partial<TLSSocket>;
  const client = socket.authorized ? socket.getPeerCertificate?.().subject?.CN : undefined;
  return {
    server,
    method: request.method ?? "",
    url: request.url ?? "",
    httpVersion: request.httpVersion,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    peerPort: socket.remotePort ?? 0,
    tls: socket.encrypted ? { serverName: socket.servername ?? null, client: client as string | undefined } : undefined,
    proxy: proxyHeaders.get(socket),
  };
}

/** Takes changes of the state, and says what was counted until then; counts from zero afterwards, but for checks. */
async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request) body += chunk;
  const changes = JSON.parse(body || "{}") as Partial<OriginState>;
  state = { ...state, ...changes };
  response.end(JSON.stringify(counts));
  const checks = changes.failingChecks === undefined ? counts.checks : {};
  counts = { ...nothing, together: underWay, checks };
}
