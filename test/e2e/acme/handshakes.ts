// A client that does nothing but greet by TLS, at a steady rate and always from the beginning, and that trusts an
// authority alone: one that shows an expired certificate, or one of its own, has failed. Runs as a process.
// usage: handshakes.ts HOST PORT SERVER_NAME PER_SECOND ROOT_FILE; prints "started", ends with its standard input, prints
// JSON.
import { readFileSync } from "node:fs";
import tls from "node:tls";

export interface Handshakes {
  readonly failures: readonly string[];
  /** How many there were for each certificate, by its serial number. */
  readonly seen: Readonly<Record<string, number>>;
}

const [host = "", port = "", servername = "", perSecond = "", rootFile = ""] = process.argv.slice(2);
const ca = rootFile && readFileSync(rootFile);
const failures: string[] = [];
const seen: Record<string, number> = {};
const underWay = new Set<Promise<void>>();

function greet(): Promise<void> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host, port: Number(port), servername, ca, timeout: 10_000 });
    const end = (failure?: string) => {
      if (failure) failures.push(failure);
      socket.destroy();
      resolve();
    };
    socket.once("secureConnect", () => {
      const { serialNumber } = socket.getPeerCertificate();
      seen[serialNumber] = (seen[serialNumber] ?? 0) + 1;
      end();
    });
    socket.once("error", (error) => end(error.message));
    socket.once("timeout", () => end("no answer within 10 s"));
  });
}

if (host) {
  const schedule = setInterval(() => {
    const one = greet().then(() => void underWay.delete(one));
    underWay.add(one);
  }, 1000 / Number(perSecond));
  process.stdout.write("started\n");
  process.stdin.resume().on("end", async () => {
    clearInterval(schedule);
    await Promise.all(underWay);
    process.stdout.write(`${JSON.stringify({ failures, seen } satisfies Handshakes)}\n`);
  });
}
