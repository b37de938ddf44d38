// The tests' hand on an API that runs in a process of its own: calls by name on a unix socket, one line of JSON each way
// per connection.
import { rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";

/** What can be called: arguments and results that JSON can carry. */
type Calls<C> = { readonly [N in keyof C]: (...args: never[]) => unknown };

/** The same calls, that may take their time. */
export type Handlers<C extends Calls<C>> = {
  readonly [N in keyof C]: (...args: Parameters<C[N]>) => ReturnType<C[N]> | Promise<ReturnType<C[N]>>;
};

type ControlAnswer = { readonly result: unknown } | { readonly error: string };

export async function serveControl<C extends Calls<C>>(socket: string, handlers: Handlers<C>): Promise<Server> {
  rmSync(socket, { force: true });
  const server = createServer((connection) => converse(connection, handlers));
  await new Promise<void>((done, failed) => server.once("error", failed).listen(socket, done));
  return server;
}

export async function callControl<C extends Calls<C>, N extends keyof C & string>(
  socket: string,
  call: N,
  ...args: Parameters<C[N]>
): Promise<ReturnType<C[N]>> {
  const text = await exchange(socket, `${JSON.stringify({ call, args })}\n`);
  const answer = JSON.parse(text) as ControlAnswer;
  if ("error" in answer) throw new Error(answer.error);
  return answer.result as ReturnType<C[N]>;
}

function converse<C extends Calls<C>>(connection: Socket, handlers: Handlers<C>): void {
  connection.on("error", () => {});
  createInterface(connection).once("line", async (line) => {
    connection.end(JSON.stringify(await answer(line, handlers)));
  });
}

async function answer<C extends Calls<C>>(line: string, handlers: Handlers<C>): Promise<ControlAnswer> {
  try {
    const { call, args } = JSON.parse(line) as { call: keyof C; args: readonly unknown[] };
    const handler = handlers[call] as (...args: readonly unknown[]) => unknown;
    // What a caller leaves out arrives as null.
    return { result: await handler(...args.map((argument) => argument ?? undefined)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** One connection per call: there is nothing to keep. */
function exchange(socket: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const connection = createConnection(socket, () => connection.write(request));
    connection.on("data", (chunk) => chunks.push(chunk));
    connection.once("end", () => resolve(Buffer.concat(chunks).toString()));
    connection.once("error", reject);
  });
}
