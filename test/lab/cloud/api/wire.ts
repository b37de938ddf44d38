// How answers get to who asked, and how faults that any API can have look on the wire.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The connection is reset, or nothing comes for so long (30 s unless said otherwise) before it is. */
export interface SilenceFault {
  readonly kind: "reset" | "silence";
  readonly seconds?: number;
}

/** The answer's body is cut off, or cannot be read. Carried out all the same, as the answer is the request's own. */
export interface BodyFault {
  readonly kind: "truncated" | "malformed";
}

/** Connections do not come about: handshakes fail, or nobody listens. No route: that is not known by then. */
export interface ConnectionFault {
  readonly kind: "tls" | "refused";
}

const defaultSilence = 30;

/** Answers as a fault wants it; returns the status that was sent, if any was. */
export async function send(
  response: ServerResponse,
  socket: Socket | undefined,
  reply: Reply,
  fault: { readonly kind: string; readonly seconds?: number } | undefined,
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

const reasons: Readonly<Record<number, string>> = {
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

/** What a gateway says in place of the API behind it. */
export function gatewayReply(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  const title = `${status} ${reasons[status] ?? "Error"}`;
  const page = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "<hr><center>nginx</center>",
    "</body>",
    "</html>",
    "",
  ];
  return { status, headers: { "Content-Type": "text/html", Server: "nginx", ...headers }, body: page.join("\r\n") };
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
