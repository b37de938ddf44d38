// The HTTPS server: connections, requests, and the faults that hit them. What is answered is the API's to say.

import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import { createServer, type Server as Listener, type Socket } from "node:net";
import { now } from "../clock";
import type { Api, ApiRequest } from "./api";
import type { Faults, Injection } from "./faults/faults";
import { type Reply, refuseHandshake, send, statusReply } from "./faults/wire";
import type { RateLimit } from "./rateLimit";
import type { RequestRecord } from "./requestLog";
import type { Tokens } from "./tokens";

export interface Endpoint {
  readonly address: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

export interface ServerOptions {
  readonly endpoints: readonly Endpoint[];
  /** PEM, with the key or beside it. */
  readonly certificate: string;
  readonly key: string;
  readonly api: Api;
  readonly faults: Faults;
  readonly tokens: Tokens;
  readonly rateLimit: RateLimit;
}

const version = "/v1";

export class HetznerServer {
  requests: RequestRecord[] = [];
  /** Where it listens, with the ports that it got. */
  endpoints: readonly Endpoint[] = [];
  private readonly https: https.Server;
  private listeners: Listener[] = [];
  /** By their remote ends: TLS hides them behind sockets of its own. */
  private readonly sockets = new Map<string, Socket>();

  constructor(private readonly options: ServerOptions) {
    const { certificate, key } = options;
    this.https = https.createServer({ cert: certificate, key }, (request, response) => {
      this.handle(request, response).catch((error) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
        response.destroy();
      });
    });
    // As gateways have it: Node.js closes so soon that a client may be about to ask again.
    this.https.keepAliveTimeout = 75_000;
    this.endpoints = options.endpoints;
  }

  async listen(): Promise<void> {
    const listeners = await Promise.all(this.endpoints.map((endpoint) => this.listenAt(endpoint)));
    this.listeners = listeners.map(({ listener }) => listener);
    this.endpoints = listeners.map(({ endpoint }) => endpoint);
  }

  async close(): Promise<void> {
    const closed = this.listeners.map((listener) => new Promise((done) => listener.close(done)));
    this.listeners = [];
    this.dropConnections();
    await Promise.all(closed);
  }

  /** After a change of what is to go wrong with connections: those that are open would not notice. */
  async faultsChanged(): Promise<void> {
    const { isRefused } = this.options.faults;
    if (isRefused && this.listeners.length > 0) await this.close();
    if (!isRefused && this.listeners.length === 0) await this.listen();
  }

  /** Ends connections from an address, or all. */
  dropConnections(source?: string): void {
    for (const socket of this.sockets.values()) {
      if (source === undefined || addressOf(socket) === source) socket.destroy();
    }
  }

  private async listenAt({ address, port }: Endpoint): Promise<{ listener: Listener; endpoint: Endpoint }> {
    const listener = createServer((socket) => this.connected(socket));
    await new Promise<void>((done, failed) => listener.once("error", failed).listen(port, address, done));
    const bound = listener.address();
    return { listener, endpoint: { address, port: typeof bound === "object" && bound ? bound.port : port } };
  }

  private connected(socket: Socket): void {
    if (this.options.faults.breaksHandshake(addressOf(socket))) {
      refuseHandshake(socket);
      return;
    }
    const end = endOf(socket);
    this.sockets.set(end, socket);
    socket.once("close", () => this.sockets.delete(end));
    this.https.emit("connection", socket);
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const injection = this.options.faults.forRequest(request);
    const record = this.record(request, incoming, injection);
    const reply = await this.replyTo(request, injection);
    const socket = this.sockets.get(endOf(incoming.socket));
    record.status = await send(response, socket, reply, injection?.fault);
    record.answeredAt = now();
  }

  private async replyTo(request: ApiRequest, injection: Injection | undefined): Promise<Reply> {
    const { api, rateLimit } = this.options;
    const { fault, carriedOut = false } = injection ?? {};
    if (fault?.kind === "action-error") {
      const { code = "action_failed", message = "Action failed" } = fault;
      return api.answer(request, { code, message });
    }
    const isLost = fault?.kind === "status" || fault?.kind === "reset" || fault?.kind === "silence";
    const own = isLost && !carriedOut ? undefined : await api.answer(request);
    if (fault?.kind === "status") return statusReply(fault, rateLimit.headers());
    return own ?? { status: 0, headers: {}, body: "" };
  }

  private record(request: ApiRequest, { headers }: IncomingMessage, injection: Injection | undefined): RequestRecord {
    const { method, path, query, source, authorization } = request;
    const record: RequestRecord = {
      at: now(),
      answeredAt: null,
      time: Date.now() / 1000,
      method,
      path,
      query: query.toString(),
      source,
      token: this.options.tokens.nameOf(authorization) ?? null,
      userAgent: headers["user-agent"] ?? null,
      status: null,
      fault: injection?.fault.kind ?? null,
    };
    this.requests.push(record);
    return record;
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "https://api");
  return {
    method: incoming.method ?? "GET",
    path: pathname.startsWith(`${version}/`) ? pathname.slice(version.length) : "/",
    query: searchParams,
    authorization: incoming.headers.authorization,
    body: Buffer.concat(chunks).toString(),
    source: addressOf(incoming.socket),
  };
}

const endOf = ({ remoteAddress, remotePort }: Pick<Socket, "remoteAddress" | "remotePort">) =>
  `${remoteAddress} ${remotePort}`;

const addressOf = ({ remoteAddress = "" }: Pick<Socket, "remoteAddress">) => remoteAddress.replace(/^::ffff:/, "");
