// The TCP part of a connection, direct or through a bastion, with errors in the words of Go.
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
};

export function dialTcp(host: string, port: number, timeoutSeconds: number): Promise<Socket> {
  const endpoint = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    // Like Go, which never waits for more to send.
    const socket = connect({ host, port, noDelay: true });
    const fail = (reason: string) => {
      socket.destroy();
      reject(new Error(`dial tcp ${endpoint}: ${reason}`));
    };
    // 0 is no limit, to Node.js as well.
    socket.setTimeout(timeoutSeconds * 1000, () => fail("i/o timeout"));
    socket.once("error", (error: NodeJS.ErrnoException) => fail(reasons[error.code ?? ""] ?? error.message));
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners("error");
      socket.removeAllListeners("timeout");
      resolve(socket);
    });
  });
}

export function dialThrough(bastion: Client, host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    bastion.forwardOut("127.0.0.1", 0, host, port, (error, channel) => {
      if (error) {
        reject(new Error(`ssh: rejected: connect failed (${error.message.replace(/^.*failure: /, "")})`));
      } else {
        resolve(channel);
      }
    });
  });
}
