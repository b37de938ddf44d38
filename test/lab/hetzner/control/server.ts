// Answers the tests' calls on a unix socket: one line of JSON each way per connection.
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { ControlAnswer, ControlCalls, ControlRequest } from "./calls";

/** The same calls, that may take their time. */
export type ControlHandlers = {
  readonly [N in keyof ControlCalls]: (
    ...args: Parameters<ControlCalls[N]>
  ) => ReturnType<ControlCalls[N]> | Promise<ReturnType<ControlCalls[N]>>;
};

export async function serveControl(socket: string, handlers: ControlHandlers): Promise<Server> {
  rmSync(socket, { force: true });
  const server = createServer((connection) => converse(connection, handlers));
  await new Promise<void>((done, failed) => server.once("error", failed).listen(socket, done));
  return server;
}

function converse(connection: Socket, handlers: ControlHandlers): void {
  connection.on("error", () => {});
  createInterface(connection).once("line", async (line) => {
    connection.end(JSON.stringify(await answer(line, handlers)));
  });
}

async function answer(line: string, handlers: ControlHandlers): Promise<ControlAnswer> {
  try {
    const { call, args } = JSON.parse(line) as ControlRequest;
    const handler = handlers[call] as (...args: readonly unknown[]) => unknown;
    // What a caller leaves out arrives as null.
    return { result: await handler(...args.map((argument) => argument ?? undefined)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
