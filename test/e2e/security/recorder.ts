// A server that keeps every request as it arrived, and reads more strictly than any other: what two readers could read in
// two ways is doubtful to it. Answers with an empty 200.
// usage: recorder.ts PORT; prints "listening", and at the end of its standard input what it has, as JSON
import { createServer } from "node:net";

export interface Record {
  /** Heads of requests, in Latin-1. */
  readonly heads: readonly string[];
  /** What makes a request, or what follows it, doubtful, with its bytes. */
  readonly doubtful: readonly string[];
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** What of bytes a target or a value may have is another matter: no reader ends them there. */
const requestLine = new RegExp(`^${token} [\\x21-\\xff]+ HTTP/1\\.[01]$`);
const headerLine = new RegExp(`^${token}:[^\\r\\n]*$`);
const chunk = /^([0-9a-f]{1,8})(?:;[\x20-\x7e]*)?\r\n/i;
const heads: string[] = [];
const doubtful: string[] = [];

/** What is left after the first request; undefined while that is not complete. */
function afterRequest(bytes: string): string | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = bytes.slice(0, end).split("\r\n");
  if (!requestLine.test(first)) throw new Error("its first line is none");
  for (const line of lines) if (!headerLine.test(line)) throw new Error(`this is no header: ${line}`);
  const values = (name: string) =>
    lines.filter((line) => line.toLowerCase().startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim());
  const [lengths, encodings] = [values("content-length"), values("transfer-encoding")];
  if (lengths.length + encodings.length > 1) throw new Error("it says more than once how long it is");
  const rest = afterBody(bytes.slice(end + 4), lengths[0], encodings[0]);
  if (rest !== undefined) heads.push(bytes.slice(0, end));
  return rest;
}

function afterBody(bytes: string, length: string | undefined, encoding: string | undefined): string | undefined {
  if (encoding !== undefined) {
    if (encoding.toLowerCase() !== "chunked") throw new Error(`its encoding is ${encoding}`);
    return afterChunks(bytes);
  }
  if (length !== undefined && !/^\d+$/.test(length)) throw new Error(`its length is ${length}`);
  const size = Number(length ?? 0);
  return bytes.length < size ? undefined : bytes.slice(size);
}

function afterChunks(bytes: string): string | undefined {
  const [line, size = ""] = chunk.exec(bytes) ?? [];
  if (line === undefined) {
    if (bytes.includes("\r\n")) throw new Error("a chunk has no size");
    return undefined;
  }
  if (Number.parseInt(size, 16) === 0) return afterTrailers(bytes.slice(line.length));
  const end = line.length + Number.parseInt(size, 16);
  if (bytes.length < end + 2) return undefined;
  if (bytes.slice(end, end + 2) !== "\r\n") throw new Error("a chunk does not end where it should");
  return afterChunks(bytes.slice(end + 2));
}

function afterTrailers(bytes: string): string | undefined {
  if (bytes.startsWith("\r\n")) return bytes.slice(2);
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  for (const line of bytes.slice(0, end).split("\r\n")) {
    if (!headerLine.test(line)) throw new Error(`this is no trailer: ${line}`);
  }
  return bytes.slice(end + 4);
}

createServer((socket) => {
  let bytes = "";
  socket.on("error", () => {});
  socket.setEncoding("latin1").on("data", (part) => {
    bytes += part;
    try {
      for (let rest = afterRequest(bytes); rest !== undefined; rest = bytes ? afterRequest(bytes) : undefined) {
        bytes = rest;
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      }
    } catch (error) {
      doubtful.push(`${(error as Error).message}\n${bytes}`);
      socket.destroy();
    }
  });
}).listen(Number(process.argv[2]), () => process.stdout.write("listening\n"));

process.stdin.resume().once("end", () => {
  process.stdout.write(`${JSON.stringify({ heads, doubtful } satisfies Record)}\n`, () => process.exit());
});
