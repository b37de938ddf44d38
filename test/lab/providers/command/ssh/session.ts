// A session in an SSH connection. ssh2's own `exec` sends environment variables without asking whether sshd took them,
// which is just what the double has to know: so the session is opened and asked here, over ssh2's inner interface.
import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";

type Answer = (refused: boolean) => void;

/** The parts of ssh2 1.x that its types leave out. */
interface Internals {
  readonly _chanMgr: {
    add(opened: ((error: Error | undefined, channel: InnerChannel) => void) & { type?: string }): number;
  };
  readonly _protocol: {
    session(channel: number, window: number, packet: number): void;
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    exec(channel: number, command: string, wantReply: boolean): void;
  };
}

type InnerChannel = ClientChannel & {
  readonly _callbacks: Answer[];
  readonly outgoing: { readonly id: number };
  subtype?: string;
};

const window = 2 * 1024 * 1024;
const packet = 32 * 1024;

export interface Session {
  /** Whether sshd took the variable. */
  setEnvironment(name: string, value: string): Promise<boolean>;
  /** Why the command failed, in the words of the real provider, or nothing. */
  run(
    command: string,
    stdin: string,
    receive: (stream: "stdout" | "stderr", data: Buffer) => void,
  ): Promise<string | undefined>;
}

export function openSession(client: Client): Promise<Session> {
  const inner = client as unknown as Internals;
  return new Promise((resolve, reject) => {
    const opened = (error: Error | undefined, channel: InnerChannel) =>
      error ? reject(error) : resolve(sessionOn(inner, channel));
    inner._protocol.session(inner._chanMgr.add(Object.assign(opened, { type: "session" })), window, packet);
  });
}

function sessionOn({ _protocol }: Internals, channel: InnerChannel): Session {
  /** Sends a request that sshd answers; answers come in the order of requests. */
  const ask = (send: () => void) =>
    new Promise<boolean>((resolve) => {
      channel._callbacks.push((refused) => resolve(!refused));
      send();
    });
  return {
    setEnvironment: (name, value) => ask(() => _protocol.env(channel.outgoing.id, name, value, true)),
    run: async (command, stdin, receive) => {
      // Without an answer to `exec` the connection was lost, which shows as an end without a status.
      const ended = endOf(channel);
      channel.on("data", (data: Buffer) => receive("stdout", data));
      channel.stderr.on("data", (data: Buffer) => receive("stderr", data));
      channel.subtype = "exec";
      const accepted = ask(() => _protocol.exec(channel.outgoing.id, command, true));
      if (!(await Promise.race([accepted, ended.then(() => true)]))) {
        return "ssh: command failed";
      }
      channel.end(stdin);
      return ended;
    },
  };
}

function endOf(channel: ClientChannel): Promise<string | undefined> {
  return new Promise((resolve) => {
    let failure: string | undefined = "wait: remote command exited without exit status or exit signal";
    channel.on("exit", (code: number | null, signal?: string) => {
      failure = code === 0 ? undefined : describe(code, signal);
    });
    channel.once("close", () => resolve(failure));
  });
}

function describe(code: number | null, signal = ""): string {
  const number = (constants.signals as Record<string, number>)[signal] ?? 0;
  return code === null
    ? `Process exited with status ${128 + number} from signal ${signal.replace(/^SIG/, "")}`
    : `Process exited with status ${code}`;
}
