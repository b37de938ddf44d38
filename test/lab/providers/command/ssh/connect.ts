// SSH connections as the real provider makes them: only dialling is retried, a bastion may stand between, and errors
// read as those of Go's SSH client.

import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { Client, utils } from "ssh2";
import type { Display } from "../../protocol/display";
import { dialTcp, dialThrough } from "./dial";

export interface Host {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  readonly agentSocketPath?: string;
  readonly hostKey?: string;
  readonly dialErrorLimit: number;
  readonly perDialTimeout: number;
}

export interface Connection extends Host {
  readonly proxy?: Host;
}

export interface Connected extends AsyncDisposable {
  readonly client: Client;
}

export async function connect(to: Connection, display: Display): Promise<Connected> {
  if (!to.proxy) {
    return owned([await retried("Dial", to.dialErrorLimit, display, () => dialAndShakeHands(to))]);
  }
  const { proxy } = to;
  try {
    const bastion = await retried("Dial proxy", proxy.dialErrorLimit, display, () => dialAndShakeHands(proxy));
    try {
      const tunnel = await retried("Dial from proxy", to.dialErrorLimit, display, () =>
        dialThrough(bastion, to.host, to.port),
      );
      return owned([await shakeHands(tunnel, to), bastion]);
    } catch (error) {
      bastion.end();
      throw error;
    }
  } catch (error) {
    throw new Error(`proxy: ${(error as Error).message}`);
  }
}

function owned([client, ...others]: [Client, ...Client[]]): Connected {
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      client.end();
      others.forEach((other) => void other.end());
    },
  };
}

/** Tries until it works or has failed once more than the limit; -1 is no limit. */
async function retried<T>(what: string, limit: number, display: Display, attempt: () => Promise<T>): Promise<T> {
  // The real provider waits 0.1 s at first, half as long again each time, and never more than 5 s.
  for (let failures = 0, wait = 100; ; failures++, wait = Math.min(wait * 1.5, 5000)) {
    try {
      return await attempt();
    } catch (error) {
      if (limit >= 0 && failures >= limit) {
        throw new Error(`after ${failures} failed attempts: ${(error as Error).message}`);
      }
      display.line(`${what} ${failures + 1}/${limit < 0 ? "inf" : limit} failed: retrying`);
      await pause(wait);
    }
  }
}

async function dialAndShakeHands(to: Host): Promise<Client> {
  return shakeHands(await dialTcp(to.host, to.port, to.perDialTimeout), to);
}

function shakeHands(sock: Duplex, to: Host): Promise<Client> {
  const agent = to.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  const expected = to.hostKey === undefined ? undefined : publicKey(to.hostKey);
  const client = new Client();
  let mismatch = false;
  return new Promise((resolve, reject) => {
    client.once("ready", () => {
      client.removeAllListeners("error");
      // Once it works, a lost connection shows as a session that ends without a status.
      client.on("error", () => {});
      resolve(client);
    });
    client.once("error", (error) => {
      sock.destroy();
      reject(new Error(`ssh: handshake failed: ${mismatch ? "ssh: host key mismatch" : reason(error)}`));
    });
    client.once("close", () => reject(new Error("ssh: handshake failed: EOF")));
    // Other prompts of the server get the password too, as with the real provider.
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, answer) =>
      answer(prompts.map(() => to.password ?? "")),
    );
    client.connect({
      sock,
      username: to.user,
      ...(to.privateKey !== undefined && { privateKey: to.privateKey }),
      ...(to.privateKeyPassword !== undefined && { passphrase: to.privateKeyPassword }),
      ...(to.password !== undefined && { password: to.password, tryKeyboard: true }),
      ...(agent !== undefined && { agent }),
      // Go's client prefers these, whatever the key that it is told to expect.
      algorithms: {
        serverHostKey: [
          "ecdsa-sha2-nistp256",
          "ecdsa-sha2-nistp384",
          "ecdsa-sha2-nistp521",
          "rsa-sha2-256",
          "rsa-sha2-512",
          "ssh-ed25519",
        ],
      },
      hostVerifier: (key: Buffer) => {
        mismatch = expected !== undefined && !expected.equals(key);
        return !mismatch;
      },
      // The time limit of the real provider is for dialling alone.
      readyTimeout: 0,
    });
  });
}

function publicKey(line: string): Buffer {
  const key = utils.parseKey(line);
  if (key instanceof Error) {
    throw new Error("ssh: no key found");
  }
  return key.getPublicSSH();
}

function reason(error: Error & { level?: string }): string {
  return error.level === "client-authentication"
    ? "ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain"
    : error.message;
}
