// One HTTP request over a connection of its own, hand-made so that 200 a second cost next to nothing.
import net from "node:net";
import { now, stolenMs } from "../clock";
import type { Sample } from "./outage";

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** As the Host header wants it. */
  readonly authority: string;
}

export function parseTarget(text: string): Target {
  const url = new URL(text);
  if (url.protocol !== "http:") throw new Error(`${text}: the load client speaks http:// only`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 80),
    path: url.pathname + url.search,
    authority: url.host,
  };
}

export function request(target: Target, timeoutMs: number): Promise<Sample> {
  const [at, stolenBefore] = [now(), stolenMs()];
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = net.connect({ host: target.host, port: target.port });
    const finish = (outcome: Omit<Sample, "at" | "latencyMs">) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ at, latencyMs: now() - at, ...outcome });
    };
    // Over the whole request: a trickle of bytes must not keep it alive.
    const timer = setTimeout(
      () => finish({ ok: false, error: "timeout", stolenMs: stolenMs() - stolenBefore }),
      timeoutMs,
    );
    socket.on("error", (error: NodeJS.ErrnoException) => finish({ ok: false, error: error.code ?? error.message }));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => finish(judge(Buffer.concat(chunks).toString())));
    socket.write(`GET ${target.path} HTTP/1.1\r\nHost: ${target.authority}\r\nConnection: close\r\n\r\n`);
  });
}

/** Good is a complete answer with a status of 2xx. */
function judge(response: string): Omit<Sample, "at" | "latencyMs"> {
  const split = response.indexOf("\r\n\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(response)?.[1];
  if (split < 0 || !status) return { ok: false, error: response ? "cut off" : "closed" };
  const body = response.slice(split + 4);
  const length = /^content-length: *(\d+)/im.exec(response.slice(0, split))?.[1];
  if (length !== undefined && Buffer.byteLength(body) < Number(length)) return { ok: false, error: "cut off" };
  if (!status.startsWith("2")) return { ok: false, error: `status ${status}` };
  return { ok: true, answer: body.trim() };
}
