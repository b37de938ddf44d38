// A server's connections: where it listens, and the faults that hit it before there is any request.
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { createServer, type Server as Listener, type Socket } from "node:net";
import { refuseHandshake } from "./wire";

export interface Endpoint {
  readonly address: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

export interface ConnectionFaults {
  /** Whether nobody is to listen. */
  readonly isRefused: boolean;
  /** Whether a new connection's handshake is to fail; counted. */
  breaksHandshake(source: string): boolean;
}

export class Connections {
  private listeners: Listener[] = [];
  /** By their remote ends: TLS hides them behind sockets of its own. */
  private readonly sockets = new Map<string, Socket>();

  /** @param endpoints where it listens, later with the ports that it got */
  constructor(
    private readonly server: HttpServer | HttpsServer,
    public endpoints: readonly Endpoint[],
    private readonly faults: ConnectionFaults,
  ) {
    // As gateways have it: Node.js closes so soon that a client may be about to ask again.
    server.keepAliveTimeout = 75_000;
  }

  async listen(): Promise<void> {
    const listeners = await Promise.all(this.endpoints.map((endpoint) => this.listenAt(endpoint)));
    this.listeners = listeners.map(({ listener }) => listener);
    this.endpoints = listeners.map(({ endpoint }) => endpoint);
  }

  async close(): Promise<void> {
    const closed = this.listeners.map((listener) => new Promise((done) => listener.close(done)));
    this.listeners = [];
    this.drop();
    await Promise.all(closed);
  }

  /** After a change of what is to go wrong with connections: those that are open would not notice. */
  async faultsChanged(): Promise<void> {
    const { isRefused } = this.faults;
    if (isRefused && this.listeners.length > 0) await this.close();
    if (!isRefused && this.listeners.length === 0) await this.listen();
  }

  /** Ends connections from an address, or all. */
  drop(source?: string): void {
    for (const socket of this.sockets.values()) {
      if (source === undefined || sourceOf(socket) === source) socket.destroy();
    }
  }

  /** The one below a request. */
  socketOf({ socket }: IncomingMessage): Socket | undefined {
    return this.sockets.get(endOf(socket));
  }

  private async listenAt({ address, port }: Endpoint): Promise<{ listener: Listener; endpoint: Endpoint }> {
    const listener = createServer((socket) => this.connected(socket));
    await new Promise<void>((done, failed) => listener.once("error", failed).listen(port, address, done));
    const bound = listener.address();
    return { listener, endpoint: { address, port: typeof bound === "object" && bound ? bound.port : port } };
  }

  private connected(socket: Socket): void {
    if (this.faults.breaksHandshake(sourceOf(socket))) {
      refuseHandshake(socket);
      return;
    }
    const end = endOf(socket);
    this.sockets.set(end, socket);
    socket.once("close", () => this.sockets.delete(end));
    this.server.emit("connection", socket);
  }
}

/** Runs a handler whose failure ends the connection, and is told in the server's log. */
export const guarded =
  (handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch((error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      response.destroy();
    });
  };

export async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const sourceOf = ({ remoteAddress = "" }: Pick<Socket, "remoteAddress">) =>
  remoteAddress.replace(/^::ffff:/, "");

const endOf = ({ remoteAddress, remotePort }: Pick<Socket, "remoteAddress" | "remotePort">) =>
  `${remoteAddress} ${remotePort}`;
