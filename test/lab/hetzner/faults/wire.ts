// How faults look to who asks: statuses, bodies and sockets.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { errorBody } from "../errors";
import type { Fault, StatusFault } from "./faults";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = { "Content-Type": "application/json; charset=utf-8" };
const defaultSilence = 30;

const codes: Readonly<Record<StatusFault["status"], readonly [code: string, message: string]>> = {
  400: ["json_error", "invalid JSON"],
  401: ["unauthorized", "unable to authenticate"],
  403: ["forbidden", "insufficient permissions for this request"],
  404: ["not_found", "entity not found"],
  409: ["conflict", "the resource has changed during the request, please retry"],
  412: ["resource_unavailable", "the requested resource is currently unavailable"],
  422: ["invalid_input", "invalid input"],
  423: ["locked", "the item you are trying to access is locked"],
  429: ["rate_limit_exceeded", "limit of 3600 requests per hour reached"],
  500: ["server_error", "error within the API backend"],
  502: ["bad_gateway", "could not reach the API backend"],
  503: ["unavailable", "a service or product is currently not available"],
  504: ["timeout", "the request could not be answered in time"],
};

const reasons: Readonly<Record<number, string>> = {
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

export function statusReply(fault: StatusFault, limit: Readonly<Record<string, string>>): Reply {
  const { status, html, headers = {} } = fault;
  const [code, message] = codes[status];
  if (html) {
    return { status, headers: { "Content-Type": "text/html", Server: "nginx", ...headers }, body: page(status) };
  }
  const exhausted: Record<string, string> = status === 429 ? { "RateLimit-Remaining": "0" } : {};
  const body = JSON.stringify(errorBody(fault.code ?? code, fault.message ?? message));
  return { status, headers: { ...json, ...limit, ...exhausted, ...headers }, body };
}

function page(status: number): string {
  const title = `${status} ${reasons[status] ?? "Error"}`;
  return [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "<hr><center>nginx</center>",
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
}

export const jsonReply = (status: number, body: unknown, headers: Readonly<Record<string, string>>): Reply => ({
  status,
  headers: { ...(body !== undefined && json), ...headers },
  body: body === undefined ? "" : JSON.stringify(body),
});

/** Answers as a fault wants it; returns the status that was sent, if any was. */
export async function send(
  response: ServerResponse,
  socket: Socket | undefined,
  reply: Reply,
  fault: Fault | undefined,
): Promise<number | null> {
  switch (fault?.kind) {
    case "silence":
      await delay((fault.seconds ?? defaultSilence) * 1000, undefined, { ref: false });
      socket?.resetAndDestroy();
      return null;
    case "reset":
      socket?.resetAndDestroy();
      return null;
    case "truncated":
      await cutOff(response, socket, reply);
      return reply.status;
    case "malformed":
      write(response, { ...reply, body: `{"error": <${reply.body.slice(1, 20)}` });
      return reply.status;
    default:
      write(response, reply);
      return reply.status;
  }
}

function write(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = status === 204 ? {} : { "Content-Length": Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length }).end(body);
}

/** Half of the body, of the length that its head says; then the connection ends. */
async function cutOff(response: ServerResponse, socket: Socket | undefined, { status, headers, body }: Reply) {
  response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
  await new Promise((written) => response.write(body.slice(0, body.length / 2), written));
  socket?.end();
}

/** A fatal handshake_failure, as a TLS 1.2 record (RFC 5246 §7.2). */
export function refuseHandshake(socket: Socket): void {
  socket.on("error", () => {});
  socket.once("data", () => socket.end(Buffer.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])));
}
