// The PROXY protocol as a server reads it (haproxy.org, proxy-protocol.txt): takes the header off a new connection.
import type { Socket } from "node:net";
import type { ProxyHeader } from "./messages";

const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
/** Command PROXY over TCP and IPv4; the checks of HAProxy's own say LOCAL. */
const PROXY_TCP4 = "2111";

/** Calls back with the header, and leaves what follows it to be read; a connection without one is cut. */
export function readProxyHeader(socket: Socket, then: (header: ProxyHeader | undefined) => void): void {
  socket.once("data", (chunk) => {
    const parsed = chunk.subarray(0, 12).equals(SIGNATURE) ? binary(chunk) : line(chunk);
    if (!parsed) {
      socket.destroy();
      return;
    }
    socket.pause();
    if (parsed.length < chunk.length) socket.unshift(chunk.subarray(parsed.length));
    then(parsed.header);
    process.nextTick(() => socket.resume());
  });
}

interface Parsed {
  readonly header: ProxyHeader | undefined;
  readonly length: number;
}

function line(chunk: Buffer): Parsed | undefined {
  const [whole = "", source, destination, sourcePort, destinationPort] =
    /^PROXY TCP[46] (\S+) (\S+) (\d+) (\d+)\r\n/.exec(chunk.toString("latin1")) ?? [];
  return whole
    ? {
        header: { version: 1, source: `${source}:${sourcePort}`, destination: `${destination}:${destinationPort}` },
        length: whole.length,
      }
    : undefined;
}

function binary(chunk: Buffer): Parsed {
  const length = 16 + chunk.readUInt16BE(14);
  if (chunk.subarray(12, 14).toString("hex") !== PROXY_TCP4) {
    return { header: undefined, length };
  }
  const address = (at: number) => chunk.subarray(at, at + 4).join(".");
  const source = `${address(16)}:${chunk.readUInt16BE(24)}`;
  const destination = `${address(20)}:${chunk.readUInt16BE(26)}`;
  return { header: { version: 2, source, destination }, length };
}
