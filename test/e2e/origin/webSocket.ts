// A WebSocket that says back what it hears (RFC 6455): one short text message at a time is all that a test needs.
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 1;

export function acceptWebSocket(request: IncomingMessage, socket: Duplex, name: string): void {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${GUID}`).digest("base64");
  const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
  socket.write(`${[...head, `Sec-WebSocket-Accept: ${accept}`].join("\r\n")}\r\n\r\n`);
  socket.on("error", () => {});
  socket.on("data", (frame: Buffer) => {
    if (((frame[0] ?? 0) & 0x0f) !== TEXT) {
      socket.end();
      return;
    }
    const answer = Buffer.from(`${name} heard ${unmasked(frame)}`);
    socket.write(Buffer.concat([Buffer.from([0x80 | TEXT, answer.length]), answer]));
  });
}

/** Clients mask what they say. A length below 126 stands in one byte. */
function unmasked(frame: Buffer): string {
  const length = (frame[1] ?? 0) & 0x7f;
  const mask = frame.subarray(2, 6);
  return Buffer.from(frame.subarray(6, 6 + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0))).toString();
}
