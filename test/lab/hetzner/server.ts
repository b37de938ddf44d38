// The HTTPS server: connections, requests, and the faults that hit them. What is answered is the API's to say.
import type { IncomingMessage, ServerResponse } from "node:http";
import https from "node:https";
import { now } from "../clock";
import { bodyOf, Connections, type Endpoint, guarded, sourceOf } from "../cloud/api/connections";
import { type Reply, send } from "../cloud/api/wire";
import type { Api, ApiRequest } from "./api";
import type { Faults, Injection } from "./faults/faults";
import { statusReply } from "./faults/wire";
import type { RateLimit } from "./rateLimit";
import type { RequestRecord } from "./requestLog";
import type { Tokens } from "./tokens";

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
  readonly connections: Connections;

  constructor(private readonly options: ServerOptions) {
    const { certificate, key, endpoints, faults } = options;
    const server = https.createServer(
      { cert: certificate, key },
      guarded((request, response) => this.handle(request, response)),
    );
    this.connections = new Connections(server, endpoints, faults);
  }

  private async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    const injection = this.options.faults.forRequest(request);
    const record = this.record(request, incoming, injection);
    const reply = await this.replyTo(request, injection);
    const socket = this.connections.socketOf(incoming);
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
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "https://api");
  return {
    method: incoming.method ?? "GET",
    path: pathname.startsWith(`${version}/`) ? pathname.slice(version.length) : "/",
    query: searchParams,
    authorization: incoming.headers.authorization,
    body: (await bodyOf(incoming)).toString(),
    source: sourceOf(incoming.socket),
  };
}
